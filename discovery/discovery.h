// Who is on the network.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "discovery/peer_address.h"

namespace lansync {

// What this device says of itself. Everybody on the network can read it, so it has no names in it.
struct Announcement {
  // The TCP port that it accepts sessions on.
  std::uint16_t port = 0;
  // 16 lower-case hex digits, by which those who know this device recognise it.
  std::string device_tag;
  // 1 to 16 lower-case hex digits, new with every start of the program.
  std::string boot_nonce;
  // Whether a stranger who has the code could pair now.
  bool invitation_open = false;
  // The protocol's major version.
  unsigned version = 1;

  friend bool operator==(const Announcement&, const Announcement&) = default;
};

// What another device says of itself, complete: it replaces what was sighted under this instance
// before.
//
// Nothing of it is authenticated. It proposes addresses to dial and no more: who answers there is
// shown by the handshake, and whether they live by the session. In particular `gone` is no reason
// to close a connection, and a device that dies is not gone for minutes.
struct Sighting {
  // The name that the sighting goes by on the network: printable ASCII. Several instances may claim
  // the same device tag; one does not speak for the other.
  std::string instance;
  // 16 lower-case hex digits.
  std::string device_tag;
  // Lower-case hex digits, or empty.
  std::string boot_nonce;
  unsigned version = 0;
  bool invitation_open = false;
  // Sorted, each worth_dialling(). Empty if gone.
  std::vector<PeerAddress> addresses;
  bool gone = false;

  friend bool operator==(const Sighting&, const Sighting&) = default;
};

// Why devices do not find each other by themselves.
struct DiscoveryProblem {
  enum class Kind : std::uint8_t {
    no_network,    // No interface has a link and an address.
    no_multicast,  // There is a network, and nothing can be announced or asked there.
    unseen,        // Others are found, and do not find this device.
  };
  Kind kind = Kind::no_network;
  // For a person, safe to show: "no multicast on eth0: Operation not permitted".
  std::string text;

  friend bool operator==(const DiscoveryProblem&, const DiscoveryProblem&) = default;
};

// Called on the discovery thread, which it must not block; post what it brings to where it belongs.
// It must not call back into the Discovery it came from.
using SightingSink = std::function<void(const Sighting&)>;

// Takes one line for the log, already safe to show. Called on the discovery thread.
using DiscoveryLog = std::function<void(const std::string& line)>;

// Announces this device and reports the others on the network.
//
// Implementations: MdnsDiscovery, StaticDiscovery (also for "none"). Each function may be called
// from any thread but the discovery thread. Destroying says goodbye to the network and ends the
// thread; the sink is not called afterwards.
class Discovery {
 public:
  virtual ~Discovery() = default;

  // Starts looking, and goes on for ever: a network that is not there yet is waited for.
  // Errors: wrong_state if it runs already; the system's, if it has no threads or descriptors left.
  virtual Result<void> start(SightingSink sink) = 0;

  // From now on says this, to the network as well. Until the first call only looks. May be called
  // before start(). Sightings of the tag announced are ours and are not reported.
  virtual void announce(const Announcement& announcement) = 0;

  // How it is going, for a person: "avahi-daemon", "embedded", "no network: …".
  [[nodiscard]] virtual std::string state() const = 0;

  // What a person has to know or do, or nothing. Only what this machine can notice: an access point
  // that drops what we send is none of it.
  [[nodiscard]] virtual std::optional<DiscoveryProblem> problem() const = 0;

  // Looks at everything anew. Who is still there unchanged is not reported again.
  virtual void rescan() = 0;
};

}  // namespace lansync
