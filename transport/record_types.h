// Which record carries what, above the channel.
#pragma once

#include "core/wire/chunk_data.h"
#include "core/wire/record.h"

namespace lansync {

// Appended to, never renumbered.
inline constexpr RecordType kShareMessageRecord{2};  // wire/message
inline constexpr RecordType kPingRecord{3};          // No payload: "I am here, are you?"
inline constexpr RecordType kPongRecord{4};          // No payload.
inline constexpr RecordType kPairingRecord{5};       // crypto/pairing_message
inline constexpr RecordType kChunkDataRecord{128};   // wire/message, ChunkData and its bytes

}  // namespace lansync
