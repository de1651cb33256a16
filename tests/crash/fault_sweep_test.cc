// Every operation on the disk and on the index fails once, whichever call it is and however.
#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>

#include <catch2/catch.hpp>

#include "tests/crash/scenario.h"
#include "tests/crash/verdict.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr int kLastOperation = static_cast<int>(DiskOperation::sync_file);
constexpr std::uint64_t kCallsMax = 1000;  // None of the stories comes near.

bool user_writes_large(MemoryFileSystem& fs, const std::string& path) {
  std::string content;
  for (int i = 0; content.size() < 150'000; ++i) content += std::to_string(i * i);
  return fs.user_write(path, content);
}

struct Story {
  const char* name;
  bool (*tell)(CrashWorld& world);
};

// All steps that there are, on a few paths at once.
const Story kStories[] = {
    {"new and replaced",
     [](CrashWorld& world) {
       auto& fs = world.fs(kOther);
       return fs.user_write("a", "new a") && fs.user_mkdir("k") && fs.user_write("k/n", "k/n") &&
              user_writes_large(fs, "large") && fs.user_symlink("n", "new target") &&
              fs.user_remove("l") && fs.user_symlink("l", "other target") &&
              fs.user_chmod("d/c", 0600) && fs.user_touch("x", WallTime{1'600'000'000'000'000'000});
     }},
    {"removed and moved",
     [](CrashWorld& world) {
       auto& fs = world.fs(kOther);
       world.pass(24h * 40);  // And the trash is emptied.
       return fs.user_remove("e") && fs.user_rename("d", "m") && fs.user_exchange("a", "x") &&
              fs.user_chmod("m", 0700) && fs.user_remove("l");
     }},
    {"moved, and moved with another mode",
     [](CrashWorld& world) {
       auto& fs = world.fs(kOther);
       return fs.user_rename("a", "moved") && fs.user_rename("d/c", "d/moved") &&
              fs.user_chmod("d/moved", 0600);
     }},
    {"files and directories in each other's place",
     [](CrashWorld& world) {
       auto& fs = world.fs(kOther);
       return fs.user_remove("a") && fs.user_mkdir("a") && fs.user_write("a/n", "a/n") &&
              fs.user_remove("d") && fs.user_write("d", "now a file");
     }},
};

// The devices meet while something may fail; afterwards everything must be as the story has it.
class Meeting {
 public:
  explicit Meeting(const Story& story) : world_(beginning()) {
    world_.boot(kSubject);
    world_.boot(kOther);
    REQUIRE(world_.settle());
    world_.pass(1s);
    world_.fs(kOther).set_time(world_.now().wall);
    kept_ = contents_of(world_.fs(kSubject).snapshot());
    REQUIRE(story.tell(world_));
    REQUIRE(world_.fs(kSubject).user_write("own", "the subject's own"));
    expected_.visible = contents_of(world_.fs(kOther).snapshot());
    expected_.visible->insert("the subject's own");
    expected_.on_disk = kept_;
    // One that a failed look has raised is taken back only when the file is looked at again.
    expected_.issues = true;
    expected_.subject_changes_max = world_.changes_by(kSubject) + 1;
    expected_.other_changes_max = world_.changes_by(kOther) + 12;
    world_.pass(1s);
  }

  CrashWorld& world() { return world_; }
  MemoryFileSystem& fs() { return world_.fs(kSubject); }
  WatchedIndex& index() { return world_.index(kSubject); }

  void meet() {
    world_.changed(kSubject);
    world_.changed(kOther);
    world_.connect();
    world_.run_for(5s);
  }

  // What is wrong in the end, when nothing fails any more.
  std::string end() {
    fs().clear_faults();
    fs().set_capacity(std::nullopt);
    index().clear_faults();
    // An index that fails while a message is handled is taken for the peer's fault.
    world_.forget_complaints();
    if (world_.engine(kSubject).failed()) world_.boot(kSubject);
    world_.connect();
    world_.run_for(120s);
    world_.changed(kSubject);
    const bool settled = world_.settle();
    return (settled ? "" : "did not settle\n") + judge_recovery(world_, expected_);
  }

 private:
  CrashWorld world_;
  Contents kept_;
  Expected expected_;
};

// What a disk may say, and what a FileSystem may.
const std::vector<std::error_code>& errors() {
  static const std::vector<std::error_code> all = [] {
    std::vector<std::error_code> codes;
    for (const int number : {EIO, ENOSPC, EDQUOT, EACCES, EPERM, EROFS, EMFILE, ENXIO, EXDEV, EBUSY,
                             ENOENT, ENOTDIR, EISDIR, ELOOP, EEXIST, ENOTEMPTY}) {
      codes.emplace_back(number, std::generic_category());
    }
    for (const Errc code :
         {Errc::changed, Errc::refused, Errc::limit_exceeded, Errc::unsupported, Errc::malformed}) {
      codes.push_back(make_error_code(code));
    }
    return codes;
  }();
  return all;
}

// A directory that is said not to be there has been removed: nothing else can be made of it.
bool must_be_believed(DiskOperation operation, const std::error_code& error) {
  constexpr std::array kGone = {ENOENT, ENOTDIR, ELOOP};
  return operation == DiskOperation::list && error.category() == std::generic_category() &&
         std::ranges::find(kGone, error.value()) != kGone.end();
}

}  // namespace

TEST_CASE("Whichever call of whichever operation of the disk fails, all is well in the end",
          "[crash][faults]") {
  std::size_t faults = 0;
  for (const std::error_code& error : errors()) {
    for (const Story& story : kStories) {
      for (int i = 0; i <= kLastOperation; ++i) {
        const auto operation = static_cast<DiskOperation>(i);
        if (must_be_believed(operation, error)) continue;
        for (std::uint64_t n = 1;; ++n) {
          REQUIRE(n < kCallsMax);
          Meeting meeting(story);
          meeting.fs().fail_call(operation, n, error);
          meeting.meet();
          if (meeting.fs().has_faults_left()) break;
          ++faults;
          INFO(story.name << ": call " << n << " of operation " << i
                          << " fails: " << error.message());
          REQUIRE(meeting.end() == "");
        }
      }
    }
  }
  std::cout << "disk: " << faults << " faults\n";
  CHECK(faults > 3000);
}

TEST_CASE("Whenever a disk begins to fail, all is well when it does not any more",
          "[crash][faults]") {
  constexpr std::uint64_t kCallsThatFail = 40;
  std::size_t beginnings = 0;
  for (const Story& story : kStories) {
    for (std::uint64_t n = 1;; ++n) {
      REQUIRE(n < kCallsMax);
      Meeting meeting(story);
      const std::uint64_t before = meeting.fs().calls();
      for (std::uint64_t call = n; call < n + kCallsThatFail; ++call) {
        meeting.fs().fail_call(call, std::make_error_code(std::errc::io_error));
      }
      meeting.meet();
      if (meeting.fs().calls() < before + n) break;
      ++beginnings;
      INFO(story.name << ": from call " << n << " on");
      REQUIRE(meeting.end() == "");
    }
  }
  std::cout << "disk: begins to fail at " << beginnings << " calls\n";
  CHECK(beginnings > 200);
}

TEST_CASE("A sync that fails and then lies spoils no file", "[crash][faults]") {
  std::size_t faults = 0;
  for (const Story& story : kStories) {
    for (std::uint64_t n = 1; n <= 8; ++n) {
      Meeting meeting(story);
      meeting.fs().fail_sync_and_forget(n);
      const auto before = meeting.fs().calls(DiskOperation::sync_file);
      meeting.meet();
      if (meeting.fs().calls(DiskOperation::sync_file) < before + n) break;
      ++faults;
      INFO(story.name << ": sync " << n);
      REQUIRE(meeting.end() == "");
      const SeenTree before_failure = meeting.fs().snapshot();
      meeting.fs().lose_power([](std::size_t) -> std::size_t { return 1; });
      REQUIRE(contents_of(meeting.fs().snapshot()) == contents_of(before_failure));
    }
  }
  CHECK(faults >= 3);
}

TEST_CASE("Whichever call of the index fails, a new start goes on", "[crash][faults]") {
  std::size_t faults = 0;
  for (const Story& story : kStories) {
    for (const bool full : {false, true}) {
      for (std::uint64_t n = 1;; ++n) {
        REQUIRE(n < kCallsMax);
        Meeting meeting(story);
        if (full) meeting.fs().set_capacity(0);
        meeting.index().fail_call(n);
        meeting.meet();
        if (meeting.index().has_faults_left()) break;
        ++faults;
        INFO(story.name << ": call " << n << " of the index fails"
                        << (full ? " while the disk is full" : ""));
        REQUIRE(meeting.end() == "");
      }
    }
    for (const bool made : {false, true}) {
      for (std::uint64_t n = 1;; ++n) {
        Meeting meeting(story);
        meeting.index().fail_commit(n, made);
        meeting.meet();
        if (meeting.index().has_faults_left()) break;
        ++faults;
        INFO(story.name << ": commit " << n << " fails" << (made ? ", but is made" : ""));
        REQUIRE(meeting.end() == "");
      }
    }
  }
  std::cout << "index: " << faults << " faults\n";
  CHECK(faults > 500);
}

}  // namespace lansync::test
