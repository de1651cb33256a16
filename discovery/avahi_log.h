// Avahi's own complaints, led to our log.
#pragma once

#include "core/base/time.h"
#include "discovery/discovery.h"

namespace lansync {

// While it lives, what libavahi-core has to say on this thread at warning level or above goes to
// `log` instead of stderr, at most kLogLinesPerMinute; how many were held back is said with the
// next line. Packets from the network can provoke these messages.
//
// Belongs to the thread that made it; at most one on each.
class AvahiLog {
 public:
  explicit AvahiLog(DiscoveryLog log);
  ~AvahiLog();
  AvahiLog(const AvahiLog&) = delete;
  AvahiLog& operator=(const AvahiLog&) = delete;

 private:
  void write(const char* text);

  DiscoveryLog log_;
  TimePoint minute_start_{};
  int lines_ = 0;
  int held_back_ = 0;

  friend struct AvahiLogRoute;
};

}  // namespace lansync
