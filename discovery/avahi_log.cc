#include "discovery/avahi_log.h"

#include <mutex>
#include <string>

#include <avahi-core/log.h>

#include "core/base/assert.h"
#include "core/base/escape.h"
#include "discovery/limits.h"

namespace lansync {

struct AvahiLogRoute {
  // Avahi's log function has no user data. It is called on the thread that uses Avahi, though, so
  // that a thread's own variable tells several discoveries in a process apart.
  static thread_local AvahiLog* current;

  static void write(AvahiLogLevel level, const char* text) {
    if (level <= AVAHI_LOG_WARN && current != nullptr) current->write(text);
  }
};

thread_local AvahiLog* AvahiLogRoute::current = nullptr;

AvahiLog::AvahiLog(DiscoveryLog log) : log_(std::move(log)) {
  static std::once_flag installed;
  std::call_once(installed, [] { avahi_set_log_function(&AvahiLogRoute::write); });
  LANSYNC_ASSERT(AvahiLogRoute::current == nullptr);
  AvahiLogRoute::current = this;
}

AvahiLog::~AvahiLog() {
  // If the thread is over already, so is its variable.
  if (AvahiLogRoute::current == this) AvahiLogRoute::current = nullptr;
}

void AvahiLog::write(const char* text) {
  if (!log_) return;
  const TimePoint now = Clock::now();
  if (now - minute_start_ >= std::chrono::minutes(1)) {
    minute_start_ = now;
    lines_ = 0;
  }
  if (lines_ == discovery_limits::kLogLinesPerMinute) {
    ++held_back_;
    return;
  }
  ++lines_;
  std::string line = "avahi: " + escape_for_display(text);
  if (held_back_ > 0) line += " (after " + std::to_string(held_back_) + " lines held back)";
  held_back_ = 0;
  log_(line);
}

}  // namespace lansync
