// What a share's engine knows of one member it is connected to.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/index/clock.h"
#include "core/sync/replica.h"
#include "core/wire/message.h"

namespace lansync {

struct PeerState {
  DeviceId device;
  // It said hello and is a member: everything else may be said to it.
  bool joined = false;
  bool hello_sent = false;
  bool audits = false;            // It answers questions of audits.
  bool spreads = false;           // It hears what this device has of what it is still loading.
  bool continues = false;         // It hears states that continue.
  std::uint64_t incarnation = 0;  // Of its own log; 0: it has not said.
  std::vector<OwnLogEnd> own_logs;
  // The history it has: as it said itself, and what it was sent or sent us since.
  CausalClock clock;
  bool clock_known = false;
  // As it said last. A version that its clock covers, it can probably serve.
  ShareState state;
  // Its fingerprint belongs to its clock; not while a segment was heard that it does not count yet.
  bool fingerprint_known = false;
  // Segments up to this arrival have been considered for it.
  std::uint64_t cursor = 0;
  // Bytes asked of it and not yet arrived.
  std::uint64_t requested_bytes = 0;
  // Chunks and chunk lists that were not what their hash says.
  int wrong_chunks = 0;
  // It was asked and did not answer for long: others are asked until then.
  TimePoint silent_until{};
  // How often that happened since a chunk of it was last written.
  int silences = 0;
};

// Whether the member has seen the same changes as this device, and has other heads.
inline bool differs(const PeerState& peer, const Replica& replica) {
  return peer.fingerprint_known && peer.state.clock == replica.clock() &&
         peer.state.fingerprint != replica.fingerprint();
}

// Whether the member, as it says now, has other files than it said before. (Of its clock its
// changes have told.)
inline bool has_moved_on(const PeerState& peer, const ShareState& now) {
  return peer.state.fingerprint != now.fingerprint || peer.state.need_files != now.need_files ||
         peer.state.need_bytes != now.need_bytes;
}

}  // namespace lansync
