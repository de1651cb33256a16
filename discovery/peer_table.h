// What is known of the others on the network, and what of it is worth telling.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "discovery/discovery.h"
#include "discovery/txt_record.h"

namespace lansync {

// One way that an instance was seen: mDNS reports each interface and IP version by itself.
struct ServiceKey {
  std::string instance;
  int interface_index = 0;
  int protocol = 0;  // Avahi's number for IPv4 or IPv6.

  friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
};

// Joins what comes in per interface and address family into one Sighting per instance, waits until
// it has settled, and reports only what changed.
//
// Sans-IO: tell it what happened, then send whatever poll_sighting() yields until it yields
// nothing, no later than next_deadline(). `now` never goes backwards.
//
// Invariants: at most kPeersMax instances; of each at most kAddressesPerPeerMax addresses are
// reported.
class PeerTable {
 public:
  // Inputs.

  // The tag that we announce ourselves; its sightings are swallowed.
  void set_own_tag(const std::string& tag) { own_tag_ = tag; }
  // An instance appeared. If the table is full, the instance that was silent for longest is
  // forgotten without a word and returned: stop following it. Names that nothing stands behind go
  // first.
  std::optional<std::string> add(const ServiceKey& key, TimePoint now);
  // Its record and one address. Ignored if it was never added.
  void resolve(const ServiceKey& key, const TxtRecord& record, const PeerAddress& address,
               TimePoint now);
  // What was resolved is no longer so.
  void unresolve(const ServiceKey& key, TimePoint now);
  void remove(const ServiceKey& key, TimePoint now);
  // Our eyes were exchanged: whatever is not seen again within kSuspectTime is gone.
  void suspect_all(TimePoint now);

  // Outputs.

  std::optional<Sighting> poll_sighting(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  struct Observation {
    std::optional<PeerAddress> address;
    std::optional<TimePoint> suspect_until;
  };
  struct Peer {
    std::map<std::pair<int, int>, Observation> observations;
    TxtRecord record;  // The latest; meaningless while no observation has an address.
    TimePoint last_heard{};
    std::optional<TimePoint> due;
    std::optional<Sighting> reported;  // None before the first, and after it was reported gone.
  };

  std::optional<std::string> make_room();
  void schedule(Peer& peer, TimePoint now);
  void expire_suspects(TimePoint now);
  [[nodiscard]] std::optional<Sighting> current(const std::string& instance,
                                                const Peer& peer) const;

  std::string own_tag_;
  std::map<std::string, Peer> peers_;
};

}  // namespace lansync
