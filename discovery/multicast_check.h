// Whether this machine can multicast at all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "discovery/discovery.h"
#include "discovery/local_network.h"

namespace lansync {

// Whether a packet to the group of multicast DNS (RFC 6762, section 3) gets out by this interface.
// Returns the system's word against it (no route, forbidden by the firewall), or nothing.
//
// Nothing is really sent: a packet that may cross no link (a time to live of 0) passes the routes
// and the outgoing firewall, and is dropped then.
std::string try_multicast(const LocalInterface& interface);

using MulticastAttempt = std::function<std::string(const LocalInterface&)>;

// What is wrong with the network that these interfaces make up, if anything is; one interface that
// works is enough.
std::optional<DiscoveryProblem> multicast_problem(const std::vector<LocalInterface>& all,
                                                  const MulticastAttempt& attempt = try_multicast);

}  // namespace lansync
