// One machine of a story.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/base/entropy.h"
#include "core/engine/share_engine.h"
#include "core/index/memory_index.h"
#include "tests/sim/cast.h"
#include "tests/sim/story.h"
#include "tests/support/memory_file_system.h"

namespace lansync::sim {

// Thrown through a job by the call before which the machine or the program dies: nothing after it
// is performed.
struct Died {};

// A disk, a clock, an index and, while the program runs, an engine. The world drives it.
class Device {
 public:
  // The members of the share are the first `devices` of the cast.
  Device(std::size_t number, std::size_t devices, const Traits& traits);

  [[nodiscard]] const DeviceId& id() const { return Cast::get().keys(number_).id(); }
  [[nodiscard]] const Traits& traits() const { return traits_; }
  [[nodiscard]] Now now(TimePoint steady) const;
  void jump_clock(std::int64_t seconds) { jumped_ns_ += seconds * 1'000'000'000; }

  [[nodiscard]] bool running() const { return engine_ != nullptr; }
  [[nodiscard]] ShareEngine& engine() { return *engine_; }
  // Starts the program.
  void boot(TimePoint now);
  // Ends it; what was not committed is lost.
  void halt();
  // The machine went down, too.
  void lost_power() { ++boots_; }
  // What it published does not follow on what others have seen of it.
  void begin_new_log();
  // Others know another branch of what this device knows of a log.
  void begin_anew(const Author& forked);
  // The index is another file than before.
  void index_was_copied() { ++copies_; }
  // Of what it publishes since the last start.
  [[nodiscard]] Author author() const { return {id(), incarnation_}; }
  // Counts the starts: what belongs to an earlier one is nobody's any more.
  [[nodiscard]] std::uint64_t life() const { return life_; }

  test::MemoryFileSystem fs;
  MemoryIndex index;
  struct Backup {
    test::DiskImage files;
    MemoryIndex index;
  };
  std::optional<Backup> backup;

 private:
  const std::size_t number_;
  const Traits traits_;
  Membership membership_;
  std::unique_ptr<ShareEngine> engine_;
  std::int64_t jumped_ns_ = 0;
  std::uint64_t copies_ = 0;
  std::uint64_t boots_ = 0;
  // Incarnations by number, so that a story's are always the same.
  class Numbers final : public Entropy {
   public:
    void fill(std::span<std::byte> bytes) override;

   private:
    std::uint64_t last_ = 0;
  };
  Numbers incarnations_;
  std::uint64_t incarnation_ = 0;
  std::uint64_t life_ = 0;
};

}  // namespace lansync::sim
