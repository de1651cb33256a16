// What one member has been told of this device's state, and when it is told the next.
#pragma once

#include <chrono>
#include <optional>

#include "core/base/time.h"
#include "core/wire/message.h"

namespace lansync {

// Whoever is in sync says so at once; that it is not, when that has lasted for a while, as most
// changes are here before anybody has read of it. And at once, if it lacks what it had: whoever
// asks for that is told so, and has to hear that it is here again.
//
// Most of a state is its clock, which grows with all who ever wrote. Of that only what has changed
// is told, to those who understand it.
//
// Drive it: look() whenever the state may have changed, tell() when it is due. A value, for one
// connection.
class ToldState {
 public:
  static constexpr std::chrono::milliseconds kIntervalMin{50};
  // Longer than looking at a file that was written takes; shorter than Exchange::kRelayDelay, since
  // whoever has not said that it has a segment is sent it by everybody.
  static constexpr std::chrono::milliseconds kLastingTime{100};

  [[nodiscard]] bool begun() const { return told_.has_value(); }
  [[nodiscard]] bool is_news(const ShareState& own) const { return !told_ || *told_ != own; }

  void look(const ShareState& own, TimePoint now);
  [[nodiscard]] bool is_due(const ShareState& own, TimePoint now) const;
  // When it is due. None if there is no news.
  [[nodiscard]] std::optional<TimePoint> due_at(const ShareState& own) const;
  // What to say. `continues`: the member understands that.
  ShareState tell(const ShareState& own, bool continues, TimePoint now);

 private:
  [[nodiscard]] bool lacks_what_it_had(const ShareState& own) const;

  std::optional<ShareState> told_;
  TimePoint told_at_{};
  std::optional<TimePoint> news_since_;
};

}  // namespace lansync
