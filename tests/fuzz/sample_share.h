// A share on one device, with a bit of everything in its index.
#pragma once

#include <optional>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/engine/job_runner.h"
#include "core/engine/share_engine.h"
#include "core/index/memory_index.h"
#include "core/os/sqlite_index.h"
#include "tests/sim/cast.h"
#include "tests/support/memory_file_system.h"

namespace lansync {

// Drives an engine in a time that does not pass by itself.
class Driver {
 public:
  Driver(ShareEngine& engine, FileSystem& fs) : engine_(engine), runner_(fs) {}

  [[nodiscard]] Now now() const { return now_; }
  // Performs jobs until there are none, or that many were.
  void run(int jobs_max) {
    for (int i = 0; i < jobs_max; ++i) {
      const auto job = engine_.poll_job();
      if (!job) return;
      engine_.handle_job(job->id, runner_.run(*job), now_);
    }
  }
  // To the next deadline, if it comes soon.
  void wait() {
    const auto deadline = engine_.next_deadline(now_.steady);
    if (!deadline || *deadline > now_.steady + std::chrono::hours(1)) return;
    const Duration passed = std::max(*deadline - now_.steady, Duration(0));
    now_.steady += passed;
    now_.wall.ns += passed.count();
    engine_.handle_timeout(now_);
  }

 private:
  ShareEngine& engine_;
  JobRunner runner_;
  Now now_{TimePoint{} + std::chrono::hours(1), WallTime{1'800'000'000'000'000'000}};
};

// What a device has after a while: files, a conflict, removals, a step that was begun, trash, and a
// version of another device that is not here yet.
class SampleShare {
 public:
  // In an index that is empty.
  explicit SampleShare(Index& index);

  static const DeviceId& other_device() { return sim::Cast::get().keys(1).id(); }
  static const Membership& membership() { return sim::Cast::get().membership(2); }
  static ShareEngine::Config config(std::uint64_t incarnation);

  [[nodiscard]] const test::DiskImage& disk() const { return *disk_; }
  // What the other device published next, which the index does not know yet.
  [[nodiscard]] const Segment& news() const { return news_; }
  [[nodiscard]] const CausalClock& clock_with_news() const { return clock_with_news_; }

 private:
  void look(Index& index, test::MemoryFileSystem& fs);
  Segment publish_elsewhere(std::vector<Change> changes);
  void add_rest(Index& index);

  MemoryIndex elsewhere_;
  std::optional<test::DiskImage> disk_;
  Segment news_;
  CausalClock clock_with_news_;
};

inline ShareEngine::Config SampleShare::config(std::uint64_t incarnation) {
  return {.self = {sim::Cast::get().keys(0).id(), incarnation},
          .device_name = "A",
          .sign = sim::Cast::get().sign(0),
          .root = {1, 1, membership().share().hex()}};
}

inline SampleShare::SampleShare(Index& index) {
  const auto path = [](const char* text) { return RelativePath::parse(text).value(); };
  for (const SignedRecord& op : membership().ops()) {
    LANSYNC_ASSERT(index.append_member_op(member_op_hash(op), encode(op)).has_value());
  }
  Bytes incarnation;
  append_be(incarnation, std::uint64_t{1});
  LANSYNC_ASSERT(index.put_fact("incarnation", incarnation).has_value());

  test::MemoryFileSystem fs;
  fs.set_root_identity(config(1).root);
  fs.set_time(WallTime{1'799'999'000'000'000'000});
  std::string large;
  while (large.size() < 300'000) large += std::to_string(large.size() * large.size()) + ' ';
  LANSYNC_ASSERT(fs.user_write("a", "one") && fs.user_write("large", large));
  LANSYNC_ASSERT(fs.user_mkdir("d") && fs.user_write("d/f", "two") &&
                 fs.user_write("d/g", "three"));
  LANSYNC_ASSERT(fs.user_symlink("l", "d/f"));
  look(index, fs);
  LANSYNC_ASSERT(fs.user_write("a", "more than one") && fs.user_remove("d/g"));
  look(index, fs);

  Change edit;
  edit.path = path("d/f");
  edit.size = 5;
  edit.content.bytes.fill(std::byte{5});
  edit.mode = 0644;
  edit.edited_at = edit.mtime = edit.mode_at = edit.mtime_at = {1'799'999'500'000'000'000};
  Change fresh = edit;
  fresh.path = path("n");
  Change removal = edit;
  removal.path = path("a");
  removal.kind = ChangeKind::deleted;
  removal.base = edit.content;
  removal.size = removal.mode = 0;
  removal.content = {};
  removal.mtime = {};
  // Of it nothing has arrived at the other device: a conflict, and a removal that loses.
  const Segment first = publish_elsewhere({edit, removal});
  Replica replica(index, membership(), config(1).self, config(1).sign);
  std::set<RelativePath> touched;
  LANSYNC_ASSERT(replica.load().has_value() && replica.integrate(first, touched).has_value());
  LANSYNC_ASSERT(index.commit().has_value());
  look(index, fs);
  news_ = publish_elsewhere({fresh});
  add_rest(index);
  disk_ = fs.image();
}

// Until the engine has nothing more to do.
inline void SampleShare::look(Index& index, test::MemoryFileSystem& fs) {
  Membership members = membership();
  ShareEngine engine(index, members, config(1));
  Driver driver(engine, fs);
  engine.start(driver.now());
  for (int i = 0; i < 20; ++i) {
    driver.run(1000);
    driver.wait();
  }
  LANSYNC_ASSERT(!engine.failed());
}

inline Segment SampleShare::publish_elsewhere(std::vector<Change> changes) {
  Replica replica(elsewhere_, membership(), {other_device(), 1}, sim::Cast::get().sign(1));
  std::set<RelativePath> touched;
  LANSYNC_ASSERT(replica.load().has_value() && replica.publish(changes, touched).has_value());
  LANSYNC_ASSERT(elsewhere_.commit().has_value());
  clock_with_news_ = replica.clock();
  const auto places = elsewhere_.segments(0, 10).value();
  return elsewhere_.segment(places.back().arrival).value();
}

inline void SampleShare::add_rest(Index& index) {
  const auto rows = index.disk_beneath({}, {}, 100).value();
  LANSYNC_ASSERT(rows.size() >= 4);
  LANSYNC_ASSERT(index.put_intent({rows[0].path, rows[0], "displaced"}).has_value());
  LANSYNC_ASSERT(index.put_intent({rows[1].path, std::nullopt, {}}).has_value());
  const TrashRow trash{"old", rows[0].path, rows[0].content, 3,
                       WallTime{1'799'000'000'000'000'000}};
  LANSYNC_ASSERT(index.put_trash(trash).has_value());
  LANSYNC_ASSERT(index.put_pending({rows[1].path, 7}).has_value());
  LANSYNC_ASSERT(index.commit().has_value());
}

}  // namespace lansync
