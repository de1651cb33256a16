// Every bound on what comes from the network or the disk, with its unit and its reason.
//
// The first block is protocol: both sides must agree, and a change is a new protocol version. The
// second is tuning: each device may choose for itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lansync::limits {

// --- Protocol ---------------------------------------------------------------------------------

// A path on the wire, its components, and how deep it goes (Linux's own PATH_MAX and NAME_MAX).
inline constexpr std::size_t kPathBytesMax = 4095;
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kPathDepthMax = 64;
// A symbolic link's target.
inline constexpr std::size_t kLinkTargetBytesMax = 4095;
// A device's or a share's name, as a person chose it.
inline constexpr std::size_t kDisplayNameBytesMax = 64;
// One file. ext4's own limit.
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{16} << 40;
// Changes in one signed segment: one signature check is shared by this many.
inline constexpr std::size_t kSegmentChangesMax = 4096;
// Authors in a clock: devices times their incarnations.
inline constexpr std::size_t kClockAuthorsMax = 1024;
// A segment on the wire; a relay sends it as one control record.
inline constexpr std::size_t kSegmentBytesMax = std::size_t{192} << 10;
// Heads a change may supersede; more means somebody is playing.
inline constexpr std::size_t kSupersedesMax = 256;
// A chunk: four times the largest average.
inline constexpr std::size_t kChunkBytesMax = std::size_t{16} << 20;
// Chunks of one file: 16 TiB in chunks of at least 1 MiB.
inline constexpr std::size_t kChunksPerFileMax = std::size_t{16} << 20;
// A record inside the channel: control messages and bulk data.
inline constexpr std::size_t kControlRecordBytesMax = std::size_t{256} << 10;
inline constexpr std::size_t kBulkRecordBytesMax = std::size_t{1} << 20;
// A Noise message on the wire (Noise Protocol Framework, rev 34, section 3).
inline constexpr std::size_t kNoiseMessageBytesMax = 65535;
// Chunks asked for in one request, and their bytes.
inline constexpr std::size_t kRequestChunksMax = 1024;
inline constexpr std::size_t kRequestBytesMax = std::size_t{4} << 20;
// Members of one share.
inline constexpr std::size_t kMembersMax = 256;
// Nesting of a protobuf message: deeper costs memory out of proportion to its bytes.
inline constexpr int kMessageDepthMax = 16;

// --- Tuning -----------------------------------------------------------------------------------

// From accepting a connection to a verified peer, whatever it sends meanwhile.
inline constexpr std::chrono::seconds kHandshakeTimeout{5};
// Connections that have not shown who they are, in all and from one address.
inline constexpr std::size_t kHalfOpenMax = 64;
inline constexpr std::size_t kHalfOpenPerAddressMax = 4;
// An invitation's life and the guesses it survives.
inline constexpr std::chrono::minutes kInvitationLifetime{10};
inline constexpr int kInvitationAttemptsMax = 5;
// How long a folder must be quiet before what happened in it is looked at.
inline constexpr std::chrono::milliseconds kQuietWindow{50};

}  // namespace lansync::limits
