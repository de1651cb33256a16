#include "core/fs/installer.h"

#include <algorithm>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

using std::errc;
using Contents = std::multiset<std::string>;

const std::string kOld = "the old file";
const std::string kNew = "the new file, complete";

RelativePath at(std::string_view path) {
  auto parsed = RelativePath::parse(path);
  REQUIRE(parsed);
  return *std::move(parsed);
}

template <class T>
std::error_code error_of(const Result<T>& result) {
  return result ? std::error_code() : result.error().code;
}

void stage(FileSystem& fs, std::string_view name, std::string_view content) {
  const auto file = fs.open_stage(name);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes(content)));
}

FileIdentity identity_at(FileSystem& fs, std::string_view path) {
  const auto stat = fs.stat(at(path));
  REQUIRE(stat);
  return FileIdentity::of(*stat);
}

std::string content_of(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  return node == tree.end() ? "(nothing)" : node->second.content;
}

// `old` at the path, `new` in stage.
struct Scene {
  Scene() {
    REQUIRE(fs.user_mkdir("dir"));
    REQUIRE(fs.user_write("dir/file", kOld));
    fs.set_time({1000});
    stage(fs, "s", kNew);
    old_file = identity_at(fs, "dir/file");
    new_file = FileIdentity::of(*fs.stat_stage("s"));
    fs.set_time({2000});
  }

  MemoryFileSystem fs;
  FileIdentity old_file;
  FileIdentity new_file;
};

// What a person may do to the path, at the worst moment. `content` is theirs alone.
struct UserAct {
  const char* name;
  std::function<void(MemoryFileSystem&, const std::string& content)> act;
};

const std::vector<UserAct>& user_acts() {
  using Fs = MemoryFileSystem;
  using Text = const std::string&;
  static const std::vector<UserAct> acts{
      {"writes", [](Fs& fs, Text content) { fs.user_write("dir/file", content); }},
      {"saves", [](Fs& fs, Text content) { fs.user_replace("dir/file", content); }},
      {"appends", [](Fs& fs, Text content) { fs.user_append("dir/file", content); }},
      {"removes", [](Fs& fs, Text) { fs.user_remove("dir/file"); }},
      {"renames away", [](Fs& fs, Text content) { fs.user_rename("dir/file", content); }},
      {"renames onto it",
       [](Fs& fs, Text content) {
         fs.user_write(content, content);
         fs.user_rename(content, "dir/file");
       }},
      {"puts a link there",
       [](Fs& fs, Text) {
         fs.user_rename("dir/file", "dir/moved aside");
         fs.user_symlink("dir/file", "elsewhere");
       }},
      {"puts a directory there",
       [](Fs& fs, Text content) {
         fs.user_rename("dir/file", "dir/moved aside");
         fs.user_mkdir("dir/file");
         fs.user_write("dir/file/inner", content);
       }},
      {"removes the directory", [](Fs& fs, Text) { fs.user_remove("dir"); }},
  };
  return acts;
}

// Keeps account of what has to be somewhere: what was there, less what users destroyed themselves.
class Ledger {
 public:
  explicit Ledger(MemoryFileSystem& fs) : fs_(fs), owed_(fs.all_contents()) {}

  void act(const UserAct& user, const std::string& content) {
    const Contents before = fs_.all_contents();
    user.act(fs_, content);
    const Contents after = fs_.all_contents();
    Contents next;
    for (const std::string& owed : owed_) {
      if (after.contains(owed)) next.insert(owed);
    }
    for (const std::string& made : after) {
      if (!before.contains(made)) next.insert(made);
    }
    owed_ = next;
  }

  void check() const {
    const Contents there = fs_.all_contents();
    for (const std::string& owed : owed_) {
      INFO("owed: " << owed);
      CHECK(there.count(owed) == owed_.count(owed));
    }
  }

 private:
  MemoryFileSystem& fs_;
  Contents owed_;
};

using Step = std::function<Result<InstallOutcome>(Scene&)>;

Result<InstallOutcome> install_step(Scene& scene) {
  return install(scene.fs, "s", at("dir/file"), scene.old_file, "t");
}

Result<InstallOutcome> remove_step(Scene& scene) {
  return remove_to_trash(scene.fs, at("dir/file"), scene.old_file, "t");
}

// What holds however it went.
void check_outcome(const Scene& scene, const Result<InstallOutcome>& outcome) {
  const SeenTree trash = scene.fs.trash_snapshot();
  if (outcome) {
    CHECK(trash.contains("t"));
    if (outcome->end == InstallEnd::replaced) CHECK(content_of(trash, "t") == kOld);
  } else if (outcome.error().code == Errc::changed || outcome.error().code == Errc::busy) {
    CHECK_FALSE(trash.contains("t"));
  }
}

// One user, then perhaps another, act before the calls of these numbers (0: not at all).
void run_with_users(const Step& step, const UserAct& first, std::uint64_t first_call,
                    const UserAct& second, std::uint64_t second_call) {
  Scene scene;
  Ledger ledger(scene.fs);
  const std::uint64_t start = scene.fs.calls();
  bool acting = false;
  scene.fs.before_each([&](DiskOperation) {
    if (acting) return;
    acting = true;
    const std::uint64_t call = scene.fs.calls() - start + 1;
    if (call == first_call) ledger.act(first, "first user's");
    if (call == second_call) ledger.act(second, "second user's");
    acting = false;
  });
  const auto outcome = step(scene);
  scene.fs.before_each(nullptr);
  check_outcome(scene, outcome);
  ledger.check();
}

constexpr std::uint64_t kCallsMax = 16;

}  // namespace

TEST_CASE("What is staged appears where nothing was", "[installer]") {
  Scene scene;
  const auto outcome = install(scene.fs, "s", at("dir/other"), std::nullopt, "t");
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::created);
  CHECK(FileIdentity::of(outcome->stat) == scene.new_file);
  CHECK(identity_at(scene.fs, "dir/other") == scene.new_file);
  CHECK(scene.fs.trash_snapshot().empty());
  CHECK(scene.fs.stage_snapshot().empty());
}

TEST_CASE("What is replaced goes to the trash", "[installer]") {
  Scene scene;
  const auto outcome = install_step(scene);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::replaced);
  CHECK(FileIdentity::of(outcome->stat) == scene.new_file);
  CHECK(identity_at(scene.fs, "dir/file") == scene.new_file);
  CHECK(FileIdentity::of(*scene.fs.stat_trash("t")) == scene.old_file);
  CHECK(scene.fs.stage_snapshot().empty());
}

TEST_CASE("An installation that can't be made changes nothing", "[installer]") {
  Scene scene;
  REQUIRE(scene.fs.user_symlink("link", "dir"));
  const FileIdentity other{NodeKind::file, 999, 1, {}};
  const struct {
    const char* name;
    const char* stage;
    const char* path;
    std::optional<FileIdentity> expected;
    std::error_code error;
  } rows[] = {
      {"something is there", "s", "dir/file", std::nullopt, Errc::changed},
      {"a directory is there", "s", "dir", std::nullopt, Errc::changed},
      {"a link is there", "s", "link", std::nullopt, Errc::changed},
      {"something else is there", "s", "dir/file", other, Errc::changed},
      {"a directory instead of a file", "s", "dir", scene.old_file, Errc::changed},
      {"nothing is there", "s", "dir/absent", scene.old_file, Errc::changed},
      {"no parent", "s", "absent/x", std::nullopt,
       make_error_code(errc::no_such_file_or_directory)},
      {"no parent, though something was expected", "s", "absent/x", scene.old_file,
       make_error_code(errc::no_such_file_or_directory)},
      {"the parent is a link", "s", "link/file", scene.old_file,
       make_error_code(errc::too_many_symbolic_link_levels)},
      {"the parent is a file", "s", "dir/file/x", std::nullopt,
       make_error_code(errc::not_a_directory)},
      {"nothing staged", "absent", "dir/file", scene.old_file,
       make_error_code(errc::no_such_file_or_directory)},
  };
  const SeenTree before = scene.fs.snapshot();
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(error_of(install(scene.fs, row.stage, at(row.path), row.expected, "t")) == row.error);
    CHECK(scene.fs.snapshot() == before);
    CHECK(scene.fs.trash_snapshot().empty());
    CHECK(content_of(scene.fs.stage_snapshot(), "s") == kNew);
  }
}

TEST_CASE("A file that somebody is writing to is left alone", "[installer]") {
  Scene scene;
  REQUIRE(scene.fs.user_hold_open("dir/file", true));
  CHECK(error_of(install_step(scene)) == Errc::busy);
  CHECK(error_of(remove_step(scene)) == Errc::busy);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == kOld);
  REQUIRE(scene.fs.user_hold_open("dir/file", false));
  CHECK(install_step(scene));
}

TEST_CASE("An edit just before the exchange stays at the path", "[installer]") {
  for (const char* name : {"writes", "saves", "renames onto it"}) {
    CAPTURE(name);
    const auto user = std::find_if(user_acts().begin(), user_acts().end(), [&](const UserAct& act) {
      return std::string(act.name) == name;
    });
    REQUIRE(user != user_acts().end());
    Scene scene;
    scene.fs.before_each([&, done = false](DiskOperation operation) mutable {
      if (operation != DiskOperation::exchange || done) return;
      done = true;
      user->act(scene.fs, "the user's");
    });
    CHECK(error_of(install_step(scene)) == Errc::changed);
    CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");
    CHECK(content_of(scene.fs.stage_snapshot(), "s") == kNew);
    CHECK(scene.fs.trash_snapshot().empty());
  }
}

TEST_CASE("A user who never stops keeps the newest at the path and the rest in the trash",
          "[installer]") {
  Scene scene;
  int saves = 0;
  scene.fs.before_each([&](DiskOperation operation) {
    if (operation != DiskOperation::exchange) return;
    REQUIRE(scene.fs.user_rename("dir/file", "save " + std::to_string(++saves)));
    REQUIRE(scene.fs.user_write("dir/file", "version " + std::to_string(saves)));
  });
  const auto outcome = install_step(scene);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::rescued);
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == "version " + std::to_string(saves));
  CHECK(scene.fs.stage_snapshot().empty());
  for (int save = 1; save <= saves; ++save) {
    CHECK(scene.fs.all_contents().contains("version " + std::to_string(save)));
  }
}

TEST_CASE("Whatever users do between any two calls of an installation, nothing is lost",
          "[installer]") {
  for (const Step& step : {Step(install_step), Step(remove_step)}) {
    for (const UserAct& first : user_acts()) {
      for (const UserAct& second : user_acts()) {
        for (std::uint64_t i = 1; i <= kCallsMax; ++i) {
          for (std::uint64_t j = i; j <= kCallsMax; ++j) {
            CAPTURE(first.name, i, second.name, j);
            run_with_users(step, first, i, second, j);
          }
        }
      }
    }
  }
}

TEST_CASE("Whichever call fails, old and new are both somewhere and the path is whole",
          "[installer]") {
  for (const Step& step : {Step(install_step), Step(remove_step)}) {
    for (const errc code : {errc::io_error, errc::no_space_on_device, errc::read_only_file_system,
                            errc::no_such_file_or_directory, errc::file_exists}) {
      for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n, make_error_code(code).message());
        Scene scene;
        const Contents before = scene.fs.all_contents();
        scene.fs.fail_call(n, make_error_code(code));
        const auto outcome = step(scene);
        if (scene.fs.has_faults_left()) {
          CHECK(outcome);
          break;
        }
        REQUIRE(n < kCallsMax);
        CHECK(scene.fs.all_contents() == before);
        const std::string seen = content_of(scene.fs.snapshot(), "dir/file");
        CHECK((seen == kOld || seen == kNew || (seen == "(nothing)" && outcome)));
        check_outcome(scene, outcome);
      }
    }
  }
}

TEST_CASE("From some call on nothing works any more: still nothing is lost", "[installer]") {
  for (const Step& step : {Step(install_step), Step(remove_step)}) {
    for (std::uint64_t n = 1; n <= kCallsMax; ++n) {
      CAPTURE(n);
      Scene scene;
      const Contents before = scene.fs.all_contents();
      for (std::uint64_t call = n; call <= n + kCallsMax; ++call) {
        scene.fs.fail_call(call, make_error_code(errc::io_error));
      }
      (void)step(scene);
      CHECK(scene.fs.all_contents() == before);
      scene.fs.clear_faults();
      REQUIRE(rescue_stage(scene.fs, "s", scene.new_file, "rescued"));
      CHECK(scene.fs.all_contents() == before);
      // From here on, the stage name may be written to.
      const std::string staged = content_of(scene.fs.stage_snapshot(), "s");
      CHECK((staged == kNew || staged == "(nothing)"));
    }
  }
}

TEST_CASE("A fault and a user together lose nothing", "[installer]") {
  for (const Step& step : {Step(install_step), Step(remove_step)}) {
    for (const UserAct& user : user_acts()) {
      for (std::uint64_t i = 1; i <= kCallsMax; ++i) {
        for (std::uint64_t n = 1; n <= kCallsMax; ++n) {
          CAPTURE(user.name, i, n);
          const Step failing = [&](Scene& scene) {
            scene.fs.fail_call(n, make_error_code(errc::io_error));
            auto outcome = step(scene);
            scene.fs.clear_faults();
            return outcome;
          };
          run_with_users(failing, user, i, user, 0);
        }
      }
    }
  }
}

TEST_CASE("A link is installed as a file is", "[installer]") {
  Scene scene;
  const auto made = install_link(scene.fs, "l", "target", at("dir/link"), std::nullopt, "t");
  REQUIRE(made);
  CHECK(made->end == InstallEnd::created);
  CHECK(*scene.fs.read_link(at("dir/link")) == "target");
  const auto replaced =
      install_link(scene.fs, "l", "other", at("dir/link"), FileIdentity::of(made->stat), "t");
  REQUIRE(replaced);
  CHECK(replaced->end == InstallEnd::replaced);
  CHECK(*scene.fs.read_link(at("dir/link")) == "other");
  const auto over_file = install_link(scene.fs, "l", "third", at("dir/file"), scene.old_file, "u");
  REQUIRE(over_file);
  CHECK(content_of(scene.fs.trash_snapshot(), "u") == kOld);
  CHECK(error_of(install_link(scene.fs, "s", "x", at("dir/new"), std::nullopt, "v")) ==
        errc::file_exists);
}

TEST_CASE("rescue_stage tells ours from a user's", "[installer]") {
  Scene scene;
  CHECK(*rescue_stage(scene.fs, "s", scene.new_file, "r") == false);
  CHECK(*rescue_stage(scene.fs, "absent", scene.new_file, "r") == false);
  REQUIRE(scene.fs.exchange("s", at("dir/file")));
  CHECK(*rescue_stage(scene.fs, "s", scene.new_file, "r") == true);
  CHECK(content_of(scene.fs.trash_snapshot(), "r") == kOld);
}

TEST_CASE("What is removed is in the trash, and only what was expected is", "[installer]") {
  Scene scene;
  const FileIdentity other{NodeKind::file, 999, 1, {}};
  CHECK(error_of(remove_to_trash(scene.fs, at("dir/file"), other, "t")) == Errc::changed);
  CHECK(error_of(remove_to_trash(scene.fs, at("dir/absent"), other, "t")) == Errc::changed);
  CHECK(error_of(remove_to_trash(scene.fs, at("absent/x"), other, "t")) ==
        errc::no_such_file_or_directory);
  CHECK(error_of(remove_to_trash(scene.fs, at("dir"), other, "t")) == Errc::changed);
  REQUIRE(remove_step(scene));
  CHECK_FALSE(scene.fs.snapshot().contains("dir/file"));
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == kOld);
}

TEST_CASE("A removal that caught a new file puts it back, or keeps it", "[installer]") {
  Scene scene;
  scene.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::move_to_trash) {
      REQUIRE(scene.fs.user_replace("dir/file", "the user's"));
    }
  });
  CHECK(error_of(remove_step(scene)) == Errc::changed);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");

  Scene busy;
  busy.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::move_to_trash) {
      REQUIRE(busy.fs.user_replace("dir/file", "first"));
    }
    if (operation == DiskOperation::move_from_trash) {
      REQUIRE(busy.fs.user_write("dir/file", "second"));
    }
  });
  const auto outcome = remove_step(busy);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::rescued);
  CHECK(content_of(busy.fs.snapshot(), "dir/file") == "second");
  CHECK(content_of(busy.fs.trash_snapshot(), "t") == "first");
}

TEST_CASE("A move takes what was expected and nothing else", "[installer]") {
  Scene scene;
  const FileIdentity dir = identity_at(scene.fs, "dir");
  CHECK(error_of(move_checked(scene.fs, at("dir"), at("moved"), scene.old_file)) == Errc::changed);
  CHECK(error_of(move_checked(scene.fs, at("absent"), at("moved"), dir)) == Errc::changed);
  CHECK(error_of(move_checked(scene.fs, at("dir"), at("absent/x"), dir)) ==
        errc::no_such_file_or_directory);
  CHECK(error_of(move_checked(scene.fs, at("dir/file"), at("dir"), scene.old_file)) ==
        errc::file_exists);
  const auto moved = move_checked(scene.fs, at("dir"), at("moved"), dir);
  REQUIRE(moved);
  CHECK(FileIdentity::of(*moved) == dir);
  CHECK(content_of(scene.fs.snapshot(), "moved/file") == kOld);
}

TEST_CASE("A move that caught something else is undone", "[installer]") {
  Scene scene;
  scene.fs.before_each([&, done = false](DiskOperation operation) mutable {
    if (operation != DiskOperation::move || done) return;
    done = true;
    REQUIRE(scene.fs.user_replace("dir/file", "the user's"));
  });
  CHECK(error_of(move_checked(scene.fs, at("dir/file"), at("dir/moved"), scene.old_file)) ==
        Errc::changed);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");
  CHECK_FALSE(scene.fs.snapshot().contains("dir/moved"));
}

TEST_CASE("A directory is made once and removed only when empty", "[installer]") {
  Scene scene;
  const auto made = make_dir(scene.fs, at("new"), 0750);
  REQUIRE(made);
  CHECK(made->mode == 0750);
  CHECK(make_dir(scene.fs, at("new"), 0700)->inode == made->inode);
  CHECK(error_of(make_dir(scene.fs, at("dir/file"), 0755)) == errc::file_exists);
  CHECK(error_of(make_dir(scene.fs, at("absent/x"), 0755)) == errc::no_such_file_or_directory);
  const FileIdentity identity = FileIdentity::of(*made);
  CHECK(error_of(remove_dir(scene.fs, at("dir"), identity)) == Errc::changed);
  CHECK(error_of(remove_dir(scene.fs, at("absent"), identity)) == Errc::changed);
  CHECK(error_of(remove_dir(scene.fs, at("dir"), identity_at(scene.fs, "dir"))) ==
        errc::directory_not_empty);
  REQUIRE(remove_dir(scene.fs, at("new"), identity));
  CHECK_FALSE(scene.fs.snapshot().contains("new"));
}

TEST_CASE("One staged file that fails to sync holds up no other", "[installer]") {
  MemoryFileSystem fs;
  std::vector<std::unique_ptr<StageFile>> files;
  std::vector<StageFile*> pointers;
  for (const char* name : {"a", "b", "c"}) {
    files.push_back(*fs.open_stage(name));
    pointers.push_back(files.back().get());
  }
  fs.fail_call(DiskOperation::sync_file, 2, make_error_code(errc::io_error));
  const auto results = sync_stage(pointers);
  REQUIRE(results.size() == 3);
  CHECK(results[0]);
  CHECK(error_of(results[1]) == errc::io_error);
  CHECK(results[2]);
}

TEST_CASE("Directories that could not be synced are named", "[installer]") {
  Scene scene;
  const std::set<RelativePath> dirs{RelativePath(), at("dir"), at("absent")};
  const auto failures = sync_dirs(scene.fs, dirs);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].dir == at("absent"));
  CHECK(scene.fs.calls(DiskOperation::sync_control) == 1);
  scene.fs.fail_call(DiskOperation::sync_control, 1, make_error_code(errc::io_error));
  CHECK(sync_dirs(scene.fs, dirs).size() == 3);
}

}  // namespace lansync::test
