// Versions whose bytes nobody has any more.
#pragma once

#include <map>
#include <vector>

#include "core/engine/peer_state.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/index.h"
#include "core/sync/membership.h"

namespace lansync {

// A version that was announced, and that its device lost before anybody had fetched it (with its
// index, its disk, or what a power failure takes), would be waited for by all, for ever. It ends
// when it is certain that nobody has it: every member is connected, knows the same changes, and has
// nothing left to do but to wait for bytes that no member has (ShareState::starved). Its device
// publishes its end then; for one that is no member any more, the first of those who may.
//
// A member that is away may have it: then it is waited for. A member that lies about it can only
// keep what nobody but itself has.

// Whether every other member is connected and starved, at this clock.
bool all_starve(const Membership& membership, const DeviceId& self, const CausalClock& clock,
                const std::map<DeviceId, PeerState>& peers);

// Whether none of what is lacking is on this disk or in its trash, where it may yet be read.
Result<bool> none_is_here(Index& index, const std::vector<Wanted>& lacking);

// The ends of those versions that this device has to tell. Requires all_starve() and
// none_is_here().
Result<std::vector<Change>> ends_of_lost(Index& index, const Membership& membership,
                                         const DeviceId& self, const std::vector<Wanted>& lacking,
                                         WallTime now);

}  // namespace lansync
