#include "discovery/mdns_discovery.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "discovery/avahi_client_responder.h"
#include "discovery/avahi_core_responder.h"
#include "discovery/limits.h"
#include "discovery/local_network.h"
#include "discovery/multicast_check.h"
#include "discovery/txt_record.h"

namespace lansync {

using Responder = MdnsOptions::Responder;

MdnsDiscovery::MdnsDiscovery(MdnsOptions options)
    : options_(std::move(options)),
      report_(loop_, [this] { report(); }),
      choose_(loop_, [this] { choose_responder(); }),
      reconnect_(loop_, [this] { connect_daemon(); }),
      check_(loop_, [this] { check_multicast(); }) {}

MdnsDiscovery::~MdnsDiscovery() { loop_.stop(); }

Result<void> MdnsDiscovery::start(SightingSink sink) {
  if (sink_) return Error{Errc::wrong_state, "discovery"};
  LANSYNC_ASSERT(sink);
  sink_ = std::move(sink);
  loop_.post([this] {
    interfaces_ = std::make_unique<InterfaceMonitor>(loop_, [this] { check_multicast(); });
    check_multicast();
    if (options_.responder != Responder::embedded) connect_daemon();
    choose_responder();
  });
  return loop_.start();
}

void MdnsDiscovery::announce(const Announcement& announcement) {
  LANSYNC_ASSERT(is_device_tag(announcement.device_tag));
  LANSYNC_ASSERT(is_boot_nonce(announcement.boot_nonce));
  loop_.post([this, announcement] { apply_announcement(announcement); });
}

std::string MdnsDiscovery::state() const {
  const std::lock_guard lock(state_mutex_);
  return state_;
}

std::optional<DiscoveryProblem> MdnsDiscovery::problem() const {
  const std::lock_guard lock(state_mutex_);
  return problem_;
}

void MdnsDiscovery::rescan() {
  loop_.post([this] { look_anew(); });
}

std::optional<std::string> MdnsDiscovery::handle_appeared(const ServiceKey& key) {
  return table_.add(key, Clock::now());
}

void MdnsDiscovery::handle_resolved(const ServiceKey& key, const std::vector<std::string>& txt,
                                    const PeerAddress& address) {
  const Result<TxtRecord> record = parse_txt(txt);
  if (record) {
    table_.resolve(key, *record, address, Clock::now());
  } else {
    table_.unresolve(key, Clock::now());
  }
  report_.arm_after({});
}

void MdnsDiscovery::handle_unresolved(const ServiceKey& key) {
  table_.unresolve(key, Clock::now());
  report_.arm_after({});
}

void MdnsDiscovery::handle_disappeared(const ServiceKey& key) {
  table_.remove(key, Clock::now());
  report_.arm_after({});
}

void MdnsDiscovery::handle_restarted() {
  table_.suspect_all(Clock::now());
  report_.arm_after({});
}

void MdnsDiscovery::handle_state_changed() { choose_.arm_after({}); }

void MdnsDiscovery::apply_announcement(const Announcement& announcement) {
  announcement_ = announcement;
  table_.set_own_tag(announcement.device_tag);
  if (client_) client_->announce(announcement);
  if (core_) core_->announce(announcement);
  note_state();
}

void MdnsDiscovery::connect_daemon() {
  Result<std::unique_ptr<AvahiClientResponder>> connected =
      AvahiClientResponder::connect(loop_, *this);
  if (!connected) {
    bus_problem_ = connected.error().context;
    reconnect_.arm_after(bus_retry_);
    bus_retry_ = std::min<Duration>(2 * bus_retry_, discovery_limits::kBusRetryMax);
    return;
  }
  bus_retry_ = discovery_limits::kBusRetryMin;
  client_ = std::move(*connected);
  if (announcement_) client_->announce(*announcement_);
  choose_.arm_after({});
}

// Settles who is on the air, whatever happened.
void MdnsDiscovery::choose_responder() {
  if (client_ && client_->failed()) {
    client_.reset();
    reconnect_.arm_after(discovery_limits::kDaemonRetryInterval);
  }
  if (client_ && client_->usable()) {
    core_.reset();
    client_->activate();
  } else if (options_.responder != Responder::daemon && !core_) {
    ResponderEvents& events = *this;
    core_ = std::make_unique<AvahiCoreResponder>(loop_, events, options_.log);
    if (announcement_) core_->announce(*announcement_);
  }
  note_state();
}

void MdnsDiscovery::report() {
  while (const std::optional<Sighting> sighting = table_.poll_sighting(Clock::now())) {
    sink_(*sighting);
  }
  if (const std::optional<TimePoint> deadline = table_.next_deadline()) report_.arm_at(*deadline);
}

void MdnsDiscovery::note_state() {
  std::string state = "no network: " + bus_problem_;
  if (core_) {
    state = core_->state();
  } else if (client_) {
    state = client_->usable() ? client_->state() : "no network: no avahi-daemon";
  }
  std::optional<DiscoveryProblem> problem =
      network_problem_ ? network_problem_ : responder_problem();
  const std::lock_guard lock(state_mutex_);
  state_ = std::move(state);
  problem_ = std::move(problem);
}

void MdnsDiscovery::look_anew() {
  if (client_) client_->rescan();
  if (core_) core_->rescan();
}

// A firewall changes without telling anybody: looked at again and again.
void MdnsDiscovery::check_multicast() {
  const bool had_problem = network_problem_.has_value();
  network_problem_ = multicast_problem(list_interfaces());
  note_state();
  // Nobody has heard what was announced meanwhile, and the next question might be an hour away.
  if (had_problem && !network_problem_) look_anew();
  check_.arm_after(network_problem_ ? discovery_limits::kMulticastRetryInterval
                                    : discovery_limits::kMulticastCheckInterval);
}

// What is wrong although the network is in order.
std::optional<DiscoveryProblem> MdnsDiscovery::responder_problem() const {
  using Kind = DiscoveryProblem::Kind;
  if (core_ && !core_->problem().empty()) {
    return DiscoveryProblem{Kind::no_multicast, "no multicast: " + core_->problem()};
  }
  const bool daemon_missing = !client_ || !client_->usable();
  if (!core_ && options_.responder == Responder::daemon && daemon_missing) {
    return DiscoveryProblem{Kind::no_multicast, "no multicast: no avahi-daemon runs"};
  }
  const std::string unseen = core_     ? core_->publication_problem()
                             : client_ ? client_->problem()
                                       : std::string();
  if (unseen.empty()) return std::nullopt;
  return DiscoveryProblem{Kind::unseen, "other devices do not see this one: " + unseen};
}

}  // namespace lansync
