// The plaintext of a channel, cut into pieces by the input: the records that come out are, one
// after the other, the bytes that went in.
#include "core/wire/record.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

void append_record(Bytes& to, const Record& record) {
  LANSYNC_ASSERT(record.payload.size() <= payload_bytes_max(record.header.type));
  append(to, encode(record.header, record.payload.size()));
  append(to, record.payload);
}

// False once the stream is broken.
bool feed(RecordAssembler& assembler, ByteView piece, Bytes& seen) {
  while (!piece.empty()) {
    const auto room = assembler.room(piece.size());
    LANSYNC_ASSERT(!room.empty() && room.size() <= piece.size());
    std::copy_n(piece.begin(), room.size(), room.begin());
    piece = piece.subspan(room.size());
    auto record = assembler.filled(room.size());
    if (!record) return false;
    if (!*record) continue;
    LANSYNC_ASSERT(assembler.between_records());
    append_record(seen, **record);
    assembler.reuse(std::move((*record)->payload));
  }
  return true;
}

void check(FuzzInput input) {
  RecordAssembler assembler;
  Bytes sent;
  Bytes seen;
  while (!input.empty()) {
    const ByteView length = input.take(1);
    const ByteView piece = input.take(std::to_integer<std::size_t>(length[0]));
    append(sent, piece);
    if (!feed(assembler, piece, seen)) break;
  }
  LANSYNC_ASSERT(seen.size() <= sent.size());
  LANSYNC_ASSERT(std::ranges::equal(seen, ByteView(sent).first(seen.size())));
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::check(lansync::FuzzInput(data, size));
  return 0;
}
