#include "core/wire/preamble.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {
namespace {

constexpr std::string_view kMagic = "LSYN";
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kSuiteAt = 5;
constexpr std::size_t kPurposeAt = 6;
constexpr std::size_t kZerosAt = 7;

// With the terminating zero byte.
constexpr std::string_view kPrologueLabel("lansync noise v1\0", 17);

bool known_suite(std::byte suite) { return suite == std::byte{1} || suite == std::byte{2}; }

bool known_purpose(std::byte purpose) { return purpose >= std::byte{1} && purpose <= std::byte{3}; }

}  // namespace

std::array<std::byte, kPreambleBytes> encode(const Preamble& preamble) {
  std::array<std::byte, kPreambleBytes> bytes{};
  std::ranges::copy(as_bytes(kMagic), bytes.begin());
  bytes[kVersionAt] = std::byte{kProtocolVersion};
  bytes[kSuiteAt] = static_cast<std::byte>(preamble.suite);
  bytes[kPurposeAt] = static_cast<std::byte>(preamble.purpose);
  return bytes;
}

bool may_start_preamble(ByteView start) {
  const std::size_t count = std::min(start.size(), kMagic.size());
  return std::ranges::equal(start.first(count), as_bytes(kMagic.substr(0, count)));
}

Result<Preamble> decode_preamble(ByteView bytes) {
  LANSYNC_ASSERT(bytes.size() == kPreambleBytes);
  if (!may_start_preamble(bytes)) return Error{Errc::malformed, "preamble"};
  // What follows the version is for that version to define.
  if (bytes[kVersionAt] != std::byte{kProtocolVersion}) {
    return Error{Errc::unsupported, "protocol version"};
  }
  const ByteView zeros = bytes.subspan(kZerosAt);
  if (std::ranges::any_of(zeros, [](std::byte byte) { return byte != std::byte{0}; })) {
    return Error{Errc::malformed, "preamble"};
  }
  if (!known_suite(bytes[kSuiteAt])) return Error{Errc::unsupported, "cipher suite"};
  if (!known_purpose(bytes[kPurposeAt])) return Error{Errc::unsupported, "purpose"};
  return Preamble{static_cast<CipherSuite>(bytes[kSuiteAt]),
                  static_cast<Purpose>(bytes[kPurposeAt])};
}

Refusal refusal_of(ByteView preamble) {
  LANSYNC_ASSERT(preamble.size() == kPreambleBytes);
  if (preamble[kVersionAt] != std::byte{kProtocolVersion}) return Refusal::version;
  return known_suite(preamble[kSuiteAt]) ? Refusal::purpose : Refusal::suite;
}

std::array<std::byte, 3> encode(Refusal refusal) {
  return {std::byte{0}, std::byte{1}, static_cast<std::byte>(refusal)};
}

Result<Refusal> decode_refusal(std::byte code) {
  if (code < std::byte{1} || code > std::byte{3}) return Error{Errc::malformed, "refusal"};
  return static_cast<Refusal>(code);
}

Bytes handshake_prologue(ByteView preamble) {
  Bytes prologue = to_bytes(kPrologueLabel);
  append(prologue, preamble);
  return prologue;
}

}  // namespace lansync
