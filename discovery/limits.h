// Every bound on what discovery takes from the network, and how long it waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lansync::discovery_limits {

// --- Protocol ---------------------------------------------------------------------------------

// What we publish in a TXT record: it then fits a 512-byte DNS packet (RFC 6763, section 6.2).
inline constexpr std::size_t kTxtBytesPublishedMax = 200;
// A device tag: 16 hex digits.
inline constexpr std::size_t kDeviceTagDigits = 16;
// A boot nonce, in hex digits.
inline constexpr std::size_t kBootNonceDigitsMax = 16;
// The `v` key.
inline constexpr unsigned kVersionMax = 65535;

// --- Tuning -----------------------------------------------------------------------------------

// What we read of a TXT record (RFC 6763, section 6.2: more than 1300 bytes is not recommended).
inline constexpr std::size_t kTxtBytesMax = 1300;
inline constexpr std::size_t kTxtEntriesMax = 16;
// Instances that are followed at once; a share has no more members than this.
inline constexpr std::size_t kPeersMax = 256;
// Addresses of one peer that are passed on, and of one of our interfaces that are published.
inline constexpr std::size_t kAddressesPerPeerMax = 16;
inline constexpr std::size_t kAddressesPerInterfaceMax = 8;
// Ports below belong to the system's services: nobody may have us knock there.
inline constexpr std::uint16_t kPortMin = 1024;

// After a restart a peer's new port arrives with its old TXT record and is corrected at once.
inline constexpr std::chrono::milliseconds kSettleTime{100};
// A peer that changes its responder, or loses a link for a moment, is back before this.
inline constexpr std::chrono::seconds kGoneDelay{2};
// After we changed our own responder: the time for the new one to find everybody again, some
// packets lost (queries are repeated after 1, 2 and 4 s).
inline constexpr std::chrono::seconds kSuspectTime{8};

// A dead peer's records vanish from caches after this many seconds.
inline constexpr std::uint32_t kRecordTtlSeconds = 120;
// Other names tried after a collision before giving up until the next announcement.
inline constexpr int kAlternativeNamesMax = 16;
// How soon the daemon's bus is tried again where there is none; doubled each time up to the
// maximum.
inline constexpr std::chrono::seconds kBusRetryMin{5};
inline constexpr std::chrono::seconds kBusRetryMax{60};
// And after the daemon went away.
inline constexpr std::chrono::seconds kDaemonRetryInterval{1};
// Pause before an embedded server that failed is built anew; doubled each time up to the maximum.
inline constexpr std::chrono::seconds kServerRetryMin{1};
inline constexpr std::chrono::seconds kServerRetryMax{60};
// How often it is looked whether multicast is allowed, and while it is not: somebody may be waiting
// for that. A change of the interfaces is noticed at once.
inline constexpr std::chrono::seconds kMulticastCheckInterval{10};
inline constexpr std::chrono::seconds kMulticastRetryInterval{2};
// One change of the network arrives as a dozen netlink messages.
inline constexpr std::chrono::milliseconds kNetworkSettleTime{200};
// A step of the wall clock smaller than this does not hurt Avahi's timers.
inline constexpr std::chrono::milliseconds kClockStepMin{500};
// Avahi's own warnings passed on per minute.
inline constexpr int kLogLinesPerMinute = 10;

}  // namespace lansync::discovery_limits
