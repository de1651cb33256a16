// What one member has been told of this device's state, and when it is told the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/time.h"
#include "core/wire/message.h"

namespace lansync {

// Whoever is in sync says so at once; that it is not, when that has lasted for a while, as most
// changes are here before anybody has read of it. A member that has asked for bytes meanwhile, and
// was answered that they are not here, is owed a state: it hears that this device is in sync again
// even if it never heard that it was not, and asks once more.
//
// Most of a state is its clock, which grows with all who ever wrote. Of that only what has changed
// is told, to those who understand it.
//
// Of many members most have been told the newest: what that costs to find out must not depend on
// the length of the clock. So a state comes with a number that it has to itself.
//
// Drive it: look() whenever the state may have changed, tell() when it is due. A value, for one
// connection.
class ToldState {
 public:
  struct Own {
    ShareState state;
    std::uint64_t revision = 1;
    TimePoint changed_at{};
  };

  // Longer than looking at a file that was written takes; shorter than Exchange::kRelayDelay, since
  // whoever has not said that it has a segment is sent it by everybody.
  static constexpr std::chrono::milliseconds kLastingTime{100};

  [[nodiscard]] bool begun() const { return told_.has_value(); }
  [[nodiscard]] bool is_news(const Own& own) const {
    return !told_ || (told_revision_ != own.revision && *told_ != own.state);
  }

  void look(const Own& own, TimePoint now);
  // It was answered that something is not here. Before that was in sync and is so still there is
  // nothing to tell: the two would ask and answer for ever.
  void owe(const Own& own);
  [[nodiscard]] bool is_due(const Own& own, TimePoint now) const;
  // When it is due. None if there is no news.
  [[nodiscard]] std::optional<TimePoint> due_at(const Own& own) const;
  // What to say. `continues`: the member understands that.
  ShareState tell(const Own& own, bool continues);

 private:
  [[nodiscard]] bool is_owed(const Own& own) const {
    return owed_ && was_out_of_sync_ && own.state.in_sync;
  }

  std::optional<ShareState> told_;
  std::uint64_t told_revision_ = 0;
  std::optional<TimePoint> news_since_;
  bool owed_ = false;
  bool was_out_of_sync_ = false;  // Since it is owed.
};

}  // namespace lansync
