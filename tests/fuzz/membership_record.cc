// A founding record, or a step of a membership log, as a member sends it.
//
// No fuzzer guesses a signature. So each input is also signed here, as what it claims to be by a
// device that the input names by its place: that gets past the check and into what is decoded
// before it.
#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/crypto/identity.h"
#include "core/sync/membership.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/seeded_entropy.h"

namespace lansync {
namespace {

const DeviceKeys& device() {
  static const DeviceKeys keys = [] {
    test::SeededEntropy entropy(1);
    return DeviceKeys::generate(entropy);
  }();
  return keys;
}

Bytes sign(std::string_view context, ByteView body) {
  return to_bytes(device().sign(context, body).view());
}

// The input with our device's id where the format has its author.
SignedRecord signed_record(ByteView input, std::size_t author_at, std::string_view context) {
  Bytes body = to_bytes(input);
  if (body.size() >= author_at + DeviceId::kBytes) {
    std::ranges::copy(device().id().view(), body.begin() + static_cast<std::ptrdiff_t>(author_at));
  }
  Bytes signature = sign(context, body);
  return {std::move(body), std::move(signature)};
}

void check_op(ByteView input) {
  const SignedRecord record = signed_record(input, ShareId::kBytes, "lansync/v1/member-op");
  const auto op = open_member_op(record);
  if (!op) return;
  LANSYNC_ASSERT(op->name.size() <= limits::kDisplayNameBytesMax);
  LANSYNC_ASSERT(op->cut.entries().size() <= limits::kClockAuthorsMax);
  LANSYNC_ASSERT(sign_member_op(*op, sign).body == record.body);
}

void check_genesis(ByteView input) {
  // A nonce of 16 bytes, a name, a kind: the creator's place depends on the name's length.
  if (input.size() <= 16) return;
  const std::size_t name_bytes = std::to_integer<std::size_t>(input[16]);
  const SignedRecord record = signed_record(input, 16 + 1 + name_bytes + 1, "lansync/v1/genesis");
  const auto genesis = open_genesis(record);
  if (!genesis) return;
  LANSYNC_ASSERT(!genesis->name.empty() && !genesis->creator_name.empty());
  LANSYNC_ASSERT(sign_genesis(*genesis, sign).body == record.body);
  LANSYNC_ASSERT(Membership::found(record).has_value());
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  check_op(bytes);
  check_genesis(bytes);
  if (const auto record = decode_signed_record(bytes)) {
    LANSYNC_ASSERT(std::ranges::equal(encode(*record), bytes));
    // A signature for one purpose never holds for the other.
    LANSYNC_ASSERT(!open_genesis(*record) || !open_member_op(*record));
  }
  return 0;
}
