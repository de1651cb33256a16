#include "core/engine/history/told_state.h"

#include <algorithm>

namespace lansync {

void ToldState::look(const Own& own, TimePoint now) {
  if (!is_news(own)) {
    news_since_.reset();
  } else if (!news_since_) {
    news_since_ = now;
  }
}

bool ToldState::lacks_what_it_had(const ShareState& own) const {
  return own.clock == told_->clock && own.need_files > told_->need_files;
}

std::optional<TimePoint> ToldState::due_at(const Own& own) const {
  if (!news_since_) return std::nullopt;
  if (!told_ || own.state.in_sync) return *news_since_;
  if (lacks_what_it_had(own.state)) return std::max(*news_since_, told_at_ + kIntervalMin);
  return *news_since_ + kLastingTime;
}

bool ToldState::is_due(const Own& own, TimePoint now) const {
  const auto due = due_at(own);
  return due && *due <= now;
}

ShareState ToldState::tell(const Own& own, bool continues, TimePoint now) {
  ShareState state = own.state;
  if (continues && told_) {
    state.clock = own.state.clock.beyond(told_->clock);
    state.continues = true;
  }
  told_ = own.state;
  told_revision_ = own.revision;
  told_at_ = now;
  news_since_.reset();
  return state;
}

}  // namespace lansync
