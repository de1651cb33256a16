// mDNS where no daemon does it.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/base/time.h"
#include "discovery/avahi_core_publication.h"
#include "discovery/avahi_log.h"
#include "discovery/avahi_loop.h"
#include "discovery/clock_watch.h"
#include "discovery/discovery.h"
#include "discovery/interface_monitor.h"
#include "discovery/local_network.h"
#include "discovery/responder_events.h"

struct AvahiServer;

namespace lansync {

struct AvahiCoreApi;
template <class Api>
class AvahiServiceWatch;

// An mDNS responder in this process (libavahi-core), published as AvahiCorePublication explains, so
// that it gets along with a daemon on the same machine.
//
// Builds its server anew when the network offers an interface it does not use yet, when the clock
// was set, when the server failed, and on rescan(); waits while there is no network. The old server
// says goodbye, and the others keep us in mind for longer than the new one needs.
//
// Risk: libavahi-core parses packets from the network in this process, and its published flaws of
// the past (CVE-2025-68468, CVE-2025-68471, CVE-2026-24401) were assertions that a packet could
// reach: they abort the program. Where an avahi-daemon runs, it takes that risk and not we; this is
// one reason to prefer it.
//
// Loop thread only; may be destroyed after the loop has stopped.
class AvahiCoreResponder {
 public:
  AvahiCoreResponder(AvahiLoop& loop, ResponderEvents& events, DiscoveryLog log);
  ~AvahiCoreResponder();

  void announce(const Announcement& announcement);
  void rescan();
  [[nodiscard]] std::string state() const;
  // Why there is no server, or empty.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // Why we are not to be seen, or empty.
  [[nodiscard]] std::string publication_problem() const;

 private:
  struct Callbacks;
  struct FreeServer {
    void operator()(AvahiServer* server) const;
  };

  void rebuild();
  void close();
  [[nodiscard]] std::string open();
  void follow_network();
  void retry_later(std::string problem);

  AvahiLoop& loop_;
  ResponderEvents& events_;
  AvahiLog log_;

  std::optional<Announcement> announcement_;
  std::string problem_;
  std::set<std::string> allowed_;  // The interfaces that the server was built with.
  Duration retry_delay_;

  std::unique_ptr<AvahiServer, FreeServer> server_;
  std::unique_ptr<AvahiCorePublication> publication_;
  std::unique_ptr<AvahiServiceWatch<AvahiCoreApi>> watch_;

  LoopTimer rebuild_;
  InterfaceMonitor interfaces_;
  ClockWatch clock_;
};

}  // namespace lansync
