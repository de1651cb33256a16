// The unit of what two devices say to each other inside the channel.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace lansync {

// What a record means. 1 belongs to the channel; 2 to 127 are control messages, 128 to 255 carry
// bulk data; who uses which is for the layers above to say. 0 is never valid.
enum class RecordType : std::uint8_t { close = 1 };
inline constexpr RecordType kFirstBulkType{128};

constexpr bool is_bulk(RecordType type) { return type >= kFirstBulkType; }

// The most bytes a record of this type may carry: limits::kControlRecordBytesMax or
// limits::kBulkRecordBytesMax.
std::size_t payload_bytes_max(RecordType type);

// Set by a sender for records that a receiver which does not know their type shall skip; without
// it, an unknown type ends the channel. The other seven bits are zero.
inline constexpr std::uint8_t kRecordIgnorable = 1;

inline constexpr std::size_t kRecordHeaderBytes = 8;

// What stands before a record's payload.
struct RecordHeader {
  RecordType type{};
  std::uint8_t flags = 0;
  // Which conversation of the two devices it belongs to; the layers above number them.
  std::uint16_t stream = 0;

  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

struct Record {
  RecordHeader header;
  Bytes payload;

  friend bool operator==(const Record&, const Record&) = default;
};

// u32 length of the payload, u8 type, u8 flags, u16 stream; big-endian.
// Requires payload_bytes <= payload_bytes_max(header.type).
std::array<std::byte, kRecordHeaderBytes> encode(const RecordHeader& header,
                                                 std::size_t payload_bytes);

struct DecodedRecordHeader {
  RecordHeader header;
  std::size_t payload_bytes = 0;
};

// Requires bytes.size() == kRecordHeaderBytes. Errors: malformed (type 0, an unknown flag);
// limit_exceeded, so that nothing is allocated for a length that is not allowed.
Result<DecodedRecordHeader> decode_record_header(ByteView bytes);

// Puts records together again from the stream of plaintext that the channel's messages carry,
// wherever that was cut. It is handed out as the room the next plaintext goes to:
//
//   while there are plaintext bytes: room = assembler.room(most); fill room;
//   assembler.filled(count)
//
// so that a bulk payload is opened in the place it will be used in. Takes memory for a payload once
// its header has been found to be within the limits, and touches it as the payload arrives.
class RecordAssembler {
 public:
  // Where the next plaintext bytes belong: at least one byte, at most `most`, all in one piece.
  // Requires most > 0. Valid until the next call of any other member function.
  std::span<std::byte> room(std::size_t most);

  // How many bytes room() could give in one piece: what is missing of the record or its header.
  [[nodiscard]] std::size_t missing() const;

  // The first `count` bytes of what room() gave have been filled in and are authentic. Gives the
  // record if it is complete now. Errors: as decode_record_header().
  Result<std::optional<Record>> filled(std::size_t count);

  // A payload that is done with, so that its memory serves for another; a few are kept.
  void reuse(Bytes payload);

  // Whether the stream may end here: nothing of a record has been seen.
  [[nodiscard]] bool between_records() const { return !header_ && header_filled_ == 0; }

 private:
  std::optional<Record> take_if_complete();

  std::array<std::byte, kRecordHeaderBytes> header_bytes_{};
  std::size_t header_filled_ = 0;
  std::optional<DecodedRecordHeader> header_;
  Bytes payload_;
  std::size_t payload_filled_ = 0;
  std::vector<Bytes> spare_;
};

}  // namespace lansync
