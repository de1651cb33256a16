#include "core/engine/history/told_state.h"

namespace lansync {

void ToldState::owe(const Own& own) {
  was_out_of_sync_ = (owed_ && was_out_of_sync_) || !own.state.in_sync;
  owed_ = true;
}

void ToldState::look(const Own& own, TimePoint now) {
  was_out_of_sync_ = was_out_of_sync_ || !own.state.in_sync;
  if (!is_news(own) && !is_owed(own)) {
    news_since_.reset();
  } else if (!news_since_) {
    news_since_ = now;
  }
}

std::optional<TimePoint> ToldState::due_at(const Own& own) const {
  if (!is_news(own) && !is_owed(own)) return std::nullopt;
  const TimePoint since = news_since_.value_or(own.changed_at);
  return told_ && !own.state.in_sync ? since + kLastingTime : since;
}

bool ToldState::is_due(const Own& own, TimePoint now) const {
  const auto due = due_at(own);
  return due && *due <= now;
}

ShareState ToldState::tell(const Own& own, bool continues) {
  ShareState state = own.state;
  if (continues && told_) {
    state.clock = own.state.clock.beyond(told_->clock);
    state.continues = true;
  }
  told_ = own.state;
  told_revision_ = own.revision;
  news_since_.reset();
  owed_ = was_out_of_sync_ = false;
  return state;
}

}  // namespace lansync
