// What ShareRoot makes of a system that fails, one call at a time.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "core/os/inotify_watcher.h"
#include "tests/core/os/disk_world.h"
#include "tests/core/os/failing_calls.h"

namespace lansync::test {
namespace {

constexpr std::uint64_t kCallsMax = 100;  // None of the operations comes near.

// What is at a path, in words; a file's content.
using Tree = std::map<std::string, std::string>;

Tree tree_of(const std::filesystem::path& folder) {
  Tree tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto status = entry.symlink_status();
    std::string what = "other";
    if (std::filesystem::is_directory(status)) what = "dir";
    if (std::filesystem::is_symlink(status)) what = "-> " + read_symlink(entry.path()).string();
    if (std::filesystem::is_regular_file(status)) {
      std::ifstream file(entry.path(), std::ios::binary);
      what = "file " + std::string(std::istreambuf_iterator<char>(file), {});
    }
    tree.emplace(std::filesystem::relative(entry.path(), folder).string(), what);
  }
  return tree;
}

bool is_visible(const std::string& path) { return path.find(".lansync") == path.npos; }

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(
      std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

struct Operation {
  const char* name;
  std::function<std::error_code(DiskWorld&)> run;
  // Of what is gone afterwards, on purpose.
  bool removes = false;
};

// One of each kind, visible, staged and in the trash.
void prepare(DiskWorld& world) {
  populate(world);
  world.make_dir("empty");
  stage(world.fs(), "s", "staged");
  stage(world.fs(), "t", "trashed");
  REQUIRE(world.fs().move_stage_to_trash("t", "t"));
  world.make_dir("gone");
  world.write("gone/inner", "in a directory in the trash");
  REQUIRE(world.fs().move_to_trash(at("gone"), "gone"));
  // As a backup may have put it back; opening the share makes it private again.
  std::filesystem::permissions(world.root() / ".lansync/stage", std::filesystem::perms(0750));
}

std::error_code write_stage(DiskWorld& world) {
  const auto file = world.fs().open_stage("new");
  if (!file) return file.error().code;
  for (const auto& step :
       {std::function([&] { return (*file)->write_at(0, as_bytes("new")); }),
        std::function([&] { return (*file)->truncate(2); }),
        std::function([&] { return (*file)->set_mode_and_mtime(0640, {5}); }), std::function([&] {
          (*file)->begin_sync(0, 2);
          return (*file)->wait_until_written();
        }),
        std::function([&] { return (*file)->sync(); })}) {
    if (const auto done = step(); !done) return done.error().code;
  }
  return error_of((*file)->stat());
}

template <class File>
std::error_code read_through(const Result<File>& file) {
  if (!file) return file.error().code;
  std::array<std::byte, 4> buffer{};
  return error_of((*file)->read_at(0, buffer));
}

const std::vector<Operation>& operations() {
  using World = DiskWorld&;
  static const std::vector<Operation> all{
      {"open", [](World w) { return error_of(ShareRoot::open(w.root().string())); }},
      {"create",
       [](World w) { return error_of(ShareRoot::create(w.root().string(), kShareIdHex)); }},
      {"create anew",
       [](World w) {
         return error_of(ShareRoot::create((w.root() / "empty").string(), kShareIdHex));
       }},
      {"root_identity", [](World w) { return error_of(w.fs().root_identity()); }},
      {"list", [](World w) { return error_of(w.fs().list(at("dir"))); }},
      {"stat", [](World w) { return error_of(w.fs().stat(at("dir/inner"))); }},
      {"stat of the root", [](World w) { return error_of(w.fs().stat({})); }},
      {"read", [](World w) { return read_through(w.fs().open_read(at("file"))); }},
      {"read_link", [](World w) { return error_of(w.fs().read_link(at("link"))); }},
      {"is_open", [](World w) { return error_of(w.fs().is_open_for_writing(at("file"))); }},
      {"free_bytes", [](World w) { return error_of(w.fs().free_bytes()); }},
      {"stage", write_stage},
      {"stage again", [](World w) { return error_of(w.fs().open_stage("s")); }},
      {"make_stage_link", [](World w) { return error_of(w.fs().make_stage_link("l", "x")); }},
      {"stat_stage", [](World w) { return error_of(w.fs().stat_stage("s")); }},
      {"list_stage", [](World w) { return error_of(w.fs().list_stage()); }},
      {"rename_stage", [](World w) { return error_of(w.fs().rename_stage("s", "renamed")); }},
      {"remove_stage", [](World w) { return error_of(w.fs().remove_stage("s")); }, true},
      {"install_new", [](World w) { return error_of(w.fs().install_new("s", at("dir/new"))); }},
      {"exchange", [](World w) { return error_of(w.fs().exchange("s", at("dir/inner"))); }},
      {"exchange a link", [](World w) { return error_of(w.fs().exchange("s", at("link"))); }},
      {"exchange a directory", [](World w) { return error_of(w.fs().exchange("s", at("dir"))); }},
      {"move", [](World w) { return error_of(w.fs().move(at("file"), at("dir/moved"))); }},
      {"move a directory", [](World w) { return error_of(w.fs().move(at("dir"), at("moved"))); }},
      {"make_dir", [](World w) { return error_of(w.fs().make_dir(at("dir/new"), 0750)); }},
      {"remove_dir", [](World w) { return error_of(w.fs().remove_dir(at("empty"))); }, true},
      {"set_mode", [](World w) { return error_of(w.fs().set_mode(at("file"), 0600)); }},
      {"set_mtime", [](World w) { return error_of(w.fs().set_mtime(at("dir"), {5})); }},
      {"sync_metadata", [](World w) { return error_of(w.fs().sync_metadata(at("file"))); }},
      {"sync_dir", [](World w) { return error_of(w.fs().sync_dir(at("dir"))); }},
      {"sync_control", [](World w) { return error_of(w.fs().sync_control()); }},
      {"sync_all", [](World w) { return error_of(w.fs().sync_all()); }},
      {"move_to_trash", [](World w) { return error_of(w.fs().move_to_trash(at("file"), "u")); }},
      {"a directory to the trash",
       [](World w) { return error_of(w.fs().move_to_trash(at("dir"), "u")); }},
      {"move_stage_to_trash",
       [](World w) { return error_of(w.fs().move_stage_to_trash("s", "u")); }},
      {"move_from_trash", [](World w) { return error_of(w.fs().move_from_trash("t", at("t"))); }},
      {"exchange_with_trash",
       [](World w) { return error_of(w.fs().exchange_with_trash("t", at("dir/inner"))); }},
      {"stat_trash", [](World w) { return error_of(w.fs().stat_trash("t")); }},
      {"read in the trash", [](World w) { return read_through(w.fs().open_trash("t")); }},
      {"list_trash", [](World w) { return error_of(w.fs().list_trash()); }},
      {"remove_trash", [](World w) { return error_of(w.fs().remove_trash("gone")); }, true},
  };
  return all;
}

// What is at any visible path is what was there or what should be, and a path of both is not empty.
void check_visible(const Tree& before, const Tree& after, const Tree& wanted) {
  const auto has = [](const Tree& tree, const Tree::value_type& entry) {
    const auto found = tree.find(entry.first);
    return found != tree.end() && found->second == entry.second;
  };
  for (const auto& entry : after) {
    if (!is_visible(entry.first)) continue;
    INFO(entry.first << ": " << entry.second);
    CHECK((has(before, entry) || has(wanted, entry)));
  }
  for (const auto& [path, what] : before) {
    if (!is_visible(path) || !wanted.contains(path)) continue;
    INFO(path);
    CHECK(after.contains(path));
  }
}

// Whatever there was is somewhere.
void check_contents(const Tree& before, const Tree& after) {
  std::set<std::string> there;
  for (const auto& [path, what] : after) there.insert(what);
  for (const auto& [path, what] : before) {
    INFO(path << ": " << what);
    CHECK(there.contains(what));
  }
}

// A share to try an operation on, made anew when the last attempt has changed it.
class Scene {
 public:
  explicit Scene(const DiskForm& form) : form_(form) {}

  DiskWorld& world() {
    if (!world_ || after_ != before_) {
      world_.emplace(form_.options);
      prepare(*world_);
      after_ = before_ = tree_of(world_->root());
      outside_ = fingerprint(world_->outside());
    }
    return *world_;
  }
  [[nodiscard]] const Tree& before() const { return before_; }
  // Or in steps, of which the first leaves the path free.
  [[nodiscard]] bool exchanges_at_once() const { return form_.options.renames.exchange; }
  const Tree& look() { return after_ = tree_of(world_->root()); }
  [[nodiscard]] bool outside_is_untouched() const {
    return fingerprint(world_->outside()) == outside_;
  }

 private:
  const DiskForm& form_;
  std::optional<DiskWorld> world_;
  Tree before_;
  Tree after_;
  std::map<std::string, std::string> outside_;
};

struct Fault {
  int error;
  bool lasting;
};

// Returns whether there were that many calls.
bool try_with(Scene& scene, const Operation& operation, std::uint64_t number, const Fault& fault,
              const Tree& wanted) {
  DiskWorld& world = scene.world();
  const std::size_t descriptors = open_descriptors();
  std::error_code result;
  bool happened = false;
  {
    const FailingCall failing(number, fault.error, fault.lasting);
    result = operation.run(world);
    happened = failing.happened();
  }
  const Tree& after = scene.look();
  if (!happened) {
    CHECK_FALSE(result);
    return false;
  }
  INFO("call " << number << " of " << operation.name << " fails with " << fault.error
               << (fault.lasting ? ", and all after it" : ""));
  CHECK(open_descriptors() == descriptors);
  CHECK(scene.outside_is_untouched());
  // What nobody can put back where it was is in the staging folder.
  if (!fault.lasting || scene.exchanges_at_once()) check_visible(scene.before(), after, wanted);
  if (!operation.removes) check_contents(scene.before(), after);
  // What is said to be gone need not be removed.
  const bool believed = operation.removes && fault.error == ENOENT;
  if (!result && !believed) CHECK(after == wanted);
  return true;
}

// What calls of all forms make is tried with more errors on the first of them.
std::vector<Fault> faults_on(const DiskForm& form) {
  std::vector<Fault> faults{{EIO, true}, {EACCES, true}};
  for (const int error : {EIO, EINTR, EAGAIN, ENOENT, EACCES, EPERM, EINVAL}) {
    faults.push_back({error, false});
  }
  if (form.name != disk_forms().front().name) return faults;
  for (const int error : {ENOSYS, EOPNOTSUPP, ENXIO, ENODEV, ELOOP, ENOTDIR, EISDIR, EEXIST, EXDEV,
                          EMFILE, ENFILE, ENOSPC}) {
    faults.push_back({error, false});
  }
  return faults;
}

Tree wanted_of(const DiskForm& form, const Operation& operation) {
  DiskWorld world(form.options);
  prepare(world);
  REQUIRE_FALSE(operation.run(world));
  return tree_of(world.root());
}

}  // namespace

TEST_CASE("Whichever system call fails, nothing is lost and nothing claimed that is not so",
          "[fs][faults]") {
  std::size_t faults = 0;
  for (const DiskForm& form : disk_forms()) {
    for (const Operation& operation : operations()) {
      INFO(form.name);
      Scene scene(form);
      const Tree wanted = wanted_of(form, operation);
      for (const Fault& fault : faults_on(form)) {
        for (std::uint64_t number = 1;; ++number) {
          REQUIRE(number < kCallsMax);
          if (!try_with(scene, operation, number, fault, wanted)) break;
          ++faults;
        }
      }
    }
  }
  CHECK(faults > 5000);
}

TEST_CASE("What the disk did not take is not said to be written", "[fs][faults]") {
  DiskWorld world(disk_forms().front().options);
  const auto file = world.fs().open_stage("s");
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes("new")));
  const auto with = [&file](int error) {
    const FailingCall failing(1, error, false);
    return error_of((*file)->wait_until_written());
  };
  CHECK(with(EIO) == std::errc::io_error);
  CHECK(with(ENOSPC) == std::errc::no_space_on_device);
  // A file system that cannot tell: syncfs() waits for it, and says whether it went well.
  for (const int error : {EINVAL, ENOSYS, ESPIPE}) CHECK_FALSE(with(error));
}

TEST_CASE(
    "Who saves a file while it is exchanged loses nothing, but in one moment without the flag",
    "[fs][faults]") {
  for (const DiskForm& form : disk_forms()) {
    std::uint64_t lost = 0;
    for (std::uint64_t number = 1;; ++number) {
      REQUIRE(number < kCallsMax);
      INFO(form.name << ": before call " << number);
      DiskWorld world(form.options);
      populate(world);
      stage(world.fs(), "s", "staged");
      std::error_code result;
      {
        const InterruptedCall interrupted(number, [&] { world.replace("dir/inner", "saved"); });
        result = error_of(world.fs().exchange("s", at("dir/inner")));
        if (!interrupted.happened()) break;
      }
      const Tree after = tree_of(world.root());
      std::set<std::string> there;
      for (const auto& [path, what] : after) there.insert(what);
      CHECK(after.contains("dir/inner"));
      if (!there.contains("file saved")) {
        // Between the last look and the rename: no call can tell (safe_rename.h).
        CHECK_FALSE(result);
        ++lost;
      }
    }
    CHECK(lost == (form.name == "without flags for rename" ? 1 : 0));
  }
}

TEST_CASE("A watcher that is not given all it asks for says so", "[fs][faults]") {
  DiskWorld world({});
  populate(world);
  world.make_dir("dir/deeper");
  std::optional<UntoldKinds> untold;
  SECTION("where folders tell the kinds of what is in them") {}
  SECTION("where they do not") { untold.emplace(); }
  for (const int error : {EIO, EMFILE, ENOSPC, EACCES}) {
    for (std::uint64_t number = 1;; ++number) {
      REQUIRE(number < kCallsMax);
      INFO("call " << number << " fails with " << error);
      const std::size_t descriptors = open_descriptors();
      {
        const FailingCall failing(number, error);
        const auto watcher = InotifyWatcher::create(world.share());
        if (!failing.happened()) break;
        CHECK((!watcher || (*watcher)->state() == InotifyWatcher::State::incomplete));
      }
      CHECK(open_descriptors() == descriptors);
    }
    for (std::uint64_t number = 1;; ++number) {
      REQUIRE(number < kCallsMax);
      INFO("call " << number << " of watch_tree fails with " << error);
      const auto watcher = InotifyWatcher::create(world.share());
      REQUIRE(watcher);
      {
        const FailingCall failing(number, error);
        (*watcher)->watch_tree({});
        if (!failing.happened()) break;
      }
      CHECK((*watcher)->state() == InotifyWatcher::State::incomplete);
      (*watcher)->watch_tree({});
      CHECK((*watcher)->state() == InotifyWatcher::State::complete);
      CHECK((*watcher)->watches() == 3);
    }
  }
}

TEST_CASE("Events that cannot be read may have been about anything", "[fs][faults]") {
  DiskWorld world({});
  const auto watcher = InotifyWatcher::create(world.share());
  REQUIRE(watcher);
  const FailingCall failing(1, EIO);
  const auto events = (*watcher)->handle_readable();
  REQUIRE(failing.happened());
  REQUIRE(events.size() == 1);
  CHECK(events.front().dir.is_root());
  CHECK(events.front().recursive);
}

}  // namespace lansync::test
