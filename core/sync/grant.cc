#include "core/sync/grant.h"

#include "core/base/byte_io.h"
#include "core/base/limits.h"

namespace lansync {
namespace {

// A record of a grant, and all of them: a log that is longer reaches the device by gossip.
constexpr std::size_t kGrantRecordBytesMax = 64 * 1024;
constexpr std::size_t kGrantOpsMax = 4096;

}  // namespace

Bytes encode(const Grant& grant) {
  ByteWriter writer;
  writer.sized(encode(grant.genesis));
  writer.varint(grant.ops.size());
  for (const SignedRecord& op : grant.ops) writer.sized(encode(op));
  return std::move(writer).take();
}

Result<Grant> decode_grant(ByteView bytes) {
  ByteReader reader(bytes);
  const ByteView genesis_bytes = reader.sized(kGrantRecordBytesMax);
  std::vector<ByteView> op_bytes(reader.varint_up_to(kGrantOpsMax));
  for (ByteView& op : op_bytes) op = reader.sized(kGrantRecordBytesMax);
  auto finished = reader.finish("grant");
  if (!finished) return std::move(finished).error();
  Grant grant;
  auto genesis = decode_signed_record(genesis_bytes);
  if (!genesis) return std::move(genesis).error();
  grant.genesis = *std::move(genesis);
  for (const ByteView op : op_bytes) {
    auto record = decode_signed_record(op);
    if (!record) return std::move(record).error();
    grant.ops.push_back(*std::move(record));
  }
  return grant;
}

Bytes encode_pairing_name(const std::string& name) {
  ByteWriter writer;
  writer.sized(as_bytes(name));
  return std::move(writer).take();
}

Result<std::string> decode_pairing_name(ByteView bytes) {
  ByteReader reader(bytes);
  std::string name(as_text(reader.sized(limits::kDisplayNameBytesMax)));
  if (name.empty()) reader.fail(Errc::malformed);
  auto finished = reader.finish("device's name");
  if (!finished) return std::move(finished).error();
  return name;
}

}  // namespace lansync
