// What users, programs and failing calls do in the middle of an installation or a removal.
#include <algorithm>
#include <functional>

#include "tests/core/fs/installer_scene.h"

namespace lansync::test {
namespace {

using std::errc;
using Contents = std::multiset<std::string>;

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

// What a FileSystem may say, other than how it went.
const std::vector<std::error_code>& errors() {
  static const std::vector<std::error_code> all{
      std::make_error_code(errc::io_error),
      std::make_error_code(errc::no_space_on_device),
      std::make_error_code(errc::read_only_file_system),
      std::make_error_code(errc::permission_denied),
      std::make_error_code(errc::too_many_files_open),
      std::make_error_code(errc::cross_device_link),
      std::make_error_code(errc::no_such_file_or_directory),
      std::make_error_code(errc::file_exists),
      std::make_error_code(errc::not_a_directory),
      std::make_error_code(errc::is_a_directory),
      std::make_error_code(errc::too_many_symbolic_link_levels),
      make_error_code(Errc::changed),
      make_error_code(Errc::refused),
      make_error_code(Errc::unsupported)};
  return all;
}

}  // namespace

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

TEST_CASE("Of two edits around the exchange the later stays at the path", "[installer]") {
  Scene scene;
  int calls = 0;
  scene.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::exchange && ++calls == 1) {
      REQUIRE(scene.fs.user_append("dir/file", " and more"));
    } else if (operation == DiskOperation::exchange && calls == 2) {
      REQUIRE(scene.fs.user_replace("dir/file", "the later"));
    }
  });
  const auto outcome = install_step(scene);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::rescued);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the later");
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == kOld + std::string(" and more"));
  CHECK(scene.fs.stage_snapshot().empty());
}

TEST_CASE("An edit just after the exchange stays, though what was displaced is hard to see",
          "[installer]") {
  Scene scene;
  scene.fs.fail_call(DiskOperation::stat_stage, 2, make_error_code(errc::too_many_files_open));
  scene.fs.before_each([&, exchanges = 0](DiskOperation operation) mutable {
    if (operation == DiskOperation::exchange) ++exchanges;
    if (operation != DiskOperation::stat_stage || exchanges != 1) return;
    exchanges = 2;
    REQUIRE(scene.fs.user_replace("dir/file", "the user's"));
  });
  const auto outcome = install_step(scene);
  CHECK_FALSE(scene.fs.has_faults_left());
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::replaced);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == kOld);
}

TEST_CASE("What a user puts in the place that was just found free stays there", "[installer]") {
  Scene scene;
  int exchanges = 0;
  scene.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::exchange && ++exchanges == 1) {
      REQUIRE(scene.fs.user_replace("dir/file", "the first"));
    } else if (operation == DiskOperation::exchange && exchanges == 2) {
      REQUIRE(scene.fs.user_remove("dir/file"));
    } else if (operation == DiskOperation::install_new) {
      REQUIRE(scene.fs.user_write("dir/file", "the second"));
    }
  });
  const auto outcome = install_step(scene);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::rescued);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the second");
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == "the first");
  CHECK(scene.fs.stage_snapshot().empty());
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
    for (const std::error_code& code : errors()) {
      for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n, code.message());
        Scene scene;
        const Contents before = scene.fs.all_contents();
        scene.fs.fail_call(n, code);
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

TEST_CASE("Whichever call of a move or a rescue fails, what was there is in sight or in the trash",
          "[installer]") {
  const std::function<bool(Scene&)> steps[] = {
      [](Scene& scene) {
        return bool(move_checked(scene.fs, at("dir/file"), at("moved"), scene.old_file));
      },
      [](Scene& scene) { return bool(rescue_stage(scene.fs, "s", scene.old_file, "t")); },
      // Which caught something else.
      [](Scene& scene) {
        return !move_checked(scene.fs, at("dir/file"), at("moved"), scene.new_file);
      },
  };
  for (const auto& step : steps) {
    for (const std::error_code& code : errors()) {
      for (std::uint64_t n = 1;; ++n) {
        REQUIRE(n < kCallsMax);
        INFO("call " << n << ": " << code.message());
        Scene scene;
        const Contents before = scene.fs.all_contents();
        scene.fs.fail_call(n, code);
        const bool done = step(scene);
        CHECK(scene.fs.all_contents() == before);
        if (!scene.fs.has_faults_left()) continue;
        CHECK(done);
        break;
      }
    }
  }
}

}  // namespace lansync::test
