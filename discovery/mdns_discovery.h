// Discovery by multicast DNS.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "discovery/avahi_loop.h"
#include "discovery/discovery.h"
#include "discovery/interface_monitor.h"
#include "discovery/limits.h"
#include "discovery/peer_table.h"
#include "discovery/responder_events.h"

namespace lansync {

class AvahiClientResponder;
class AvahiCoreResponder;

struct MdnsOptions {
  enum class Responder {
    automatic,  // The daemon where one runs, else the embedded one; follows as the daemon comes and
                // goes.
    daemon,     // avahi-daemon only: waits for it.
    embedded,   // libavahi-core in this process only.
  };
  Responder responder = Responder::automatic;
  // Warnings of the libraries, rate limited. May be empty.
  DiscoveryLog log;
};

// Announces `_lansync._tcp`, instance `lansync-<8 hex digits>` (RFC 6762, RFC 6763), and finds the
// others.
//
// At no time do the daemon and the embedded responder both publish: the one is taken back before
// the other starts. Those who see us do not notice, because what vanishes is reported with a delay.
class MdnsDiscovery final : public Discovery, private ResponderEvents {
 public:
  explicit MdnsDiscovery(MdnsOptions options);
  ~MdnsDiscovery() override;

  Result<void> start(SightingSink sink) override;
  void announce(const Announcement& announcement) override;
  [[nodiscard]] std::string state() const override;
  [[nodiscard]] std::optional<DiscoveryProblem> problem() const override;
  void rescan() override;

 private:
  std::optional<std::string> handle_appeared(const ServiceKey& key) override;
  void handle_resolved(const ServiceKey& key, const std::vector<std::string>& txt,
                       const PeerAddress& address) override;
  void handle_unresolved(const ServiceKey& key) override;
  void handle_disappeared(const ServiceKey& key) override;
  void handle_restarted() override;
  void handle_state_changed() override;

  void apply_announcement(const Announcement& announcement);
  void connect_daemon();
  void choose_responder();
  void report();
  void note_state();
  void look_anew();
  void check_multicast();
  [[nodiscard]] std::optional<DiscoveryProblem> responder_problem() const;

  // Constant after start().
  const MdnsOptions options_;
  SightingSink sink_;

  mutable std::mutex state_mutex_;
  // Guarded by state_mutex_.
  std::string state_ = "not started";
  std::optional<DiscoveryProblem> problem_;

  AvahiLoop loop_;

  // Confined to the discovery thread, and to the destructor after it.
  PeerTable table_;
  std::optional<Announcement> announcement_;
  std::string bus_problem_;
  std::optional<DiscoveryProblem> network_problem_;
  std::unique_ptr<InterfaceMonitor> interfaces_;
  LoopTimer report_;
  LoopTimer choose_;
  Duration bus_retry_ = discovery_limits::kBusRetryMin;
  LoopTimer reconnect_;
  LoopTimer check_;
  std::unique_ptr<AvahiClientResponder> client_;
  std::unique_ptr<AvahiCoreResponder> core_;
};

}  // namespace lansync
