// Who waits for everybody to have looked.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace lansync {

// The flushes that people began here, and the barriers by which other members ask this device to
// look through its folder. Rounds are the scan's (Scan::finished_rounds).
//
// A value; owned by one share's engine.
class Flushes {
 public:
  static constexpr std::size_t kBarriersMax = 256;  // Of all peers, waiting for one look.

  struct Answer {
    DeviceId peer;
    std::uint64_t id = 0;
  };

  // A flush that is over when `rounds` are finished here and all of `members` have looked.
  std::uint64_t begin(std::uint64_t rounds, std::set<DeviceId> members);
  // Which number the next begin() returns.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  void end(std::uint64_t id) { flushes_.erase(id); }
  void member_looked(const DeviceId& member, std::uint64_t id);
  // It is not waited for, nor answered, any more.
  void member_gone(const DeviceId& member);
  // Whether all that it waited for has happened, and the number is one of a flush.
  [[nodiscard]] bool all_looked(std::uint64_t id, std::uint64_t finished_rounds) const;

  // Errc::limit_exceeded beyond kBarriersMax.
  Result<void> ask(const DeviceId& peer, std::uint64_t id, std::uint64_t rounds);
  // A barrier that can be answered, and is forgotten with that.
  std::optional<Answer> poll_answer(std::uint64_t finished_rounds);

 private:
  struct Flush {
    std::uint64_t rounds = 0;
    std::set<DeviceId> waiting;
  };
  struct Barrier {
    DeviceId peer;
    std::uint64_t id = 0;
    std::uint64_t rounds = 0;
  };

  std::map<std::uint64_t, Flush> flushes_;
  std::uint64_t next_ = 1;
  std::vector<Barrier> barriers_;
};

}  // namespace lansync
