#include "core/wire/hello.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/byte_io.h"

namespace lansync {
namespace {

constexpr std::uint64_t kHelloVersion = 1;
// Above the certificate's size, so that its own decoder says what is wrong with it.
constexpr std::size_t kCertificateBytesMax = 256;

void read_suites(ByteReader& reader, std::vector<CipherSuite>& suites) {
  const std::uint64_t count = reader.varint_up_to(kHelloSuitesMax);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto suite = static_cast<CipherSuite>(reader.varint_up_to(0xff));
    if (!suites.empty() && suite <= suites.back()) reader.fail(Errc::malformed);
    suites.push_back(suite);
  }
}

void read_padding(ByteReader& reader) {
  const ByteView padding = reader.sized(kHelloPadBytes - 1);
  if (std::ranges::any_of(padding, [](std::byte byte) { return byte != std::byte{0}; })) {
    reader.fail(Errc::malformed);
  }
}

}  // namespace

Bytes encode(const Hello& hello) {
  LANSYNC_ASSERT(hello.suites.size() <= kHelloSuitesMax);
  LANSYNC_ASSERT(std::ranges::is_sorted(hello.suites));
  LANSYNC_ASSERT(hello.software_version.size() <= kSoftwareVersionBytesMax);
  ByteWriter writer;
  writer.varint(kHelloVersion);
  writer.varint(hello.suites.size());
  for (const CipherSuite suite : hello.suites) writer.varint(static_cast<std::uint8_t>(suite));
  writer.sized(encode(hello.certificate));
  writer.signed_varint(hello.clock.ns);
  writer.sized(as_bytes(hello.software_version));
  // One byte announces the padding's length.
  const std::size_t over = (writer.bytes().size() + 1) % kHelloPadBytes;
  writer.sized(Bytes((kHelloPadBytes - over) % kHelloPadBytes));
  return std::move(writer).take();
}

Result<Hello> decode_hello(ByteView bytes) {
  if (bytes.size() % kHelloPadBytes != 0) return Error{Errc::malformed, "hello"};
  ByteReader reader(bytes);
  const std::uint64_t version = reader.varint();
  if (!reader.failed() && version != kHelloVersion) return Error{Errc::unsupported, "hello"};
  Hello hello;
  read_suites(reader, hello.suites);
  const ByteView certificate_bytes = reader.sized(kCertificateBytesMax);
  hello.clock.ns = reader.signed_varint();
  hello.software_version = as_text(reader.sized(kSoftwareVersionBytesMax));
  read_padding(reader);
  auto finished = reader.finish("hello");
  if (!finished) return std::move(finished).error();
  auto certificate = decode_device_certificate(certificate_bytes);
  if (!certificate) return std::move(certificate).error();
  hello.certificate = *certificate;
  return hello;
}

std::optional<CipherSuite> best_common_suite(const std::vector<CipherSuite>& ours,
                                             const std::vector<CipherSuite>& theirs) {
  for (const auto suite : {CipherSuite::aes256_gcm, CipherSuite::chacha20_poly1305}) {
    if (std::ranges::count(ours, suite) > 0 && std::ranges::count(theirs, suite) > 0) return suite;
  }
  return std::nullopt;
}

std::vector<CipherSuite> supported_suites() {
  std::vector<CipherSuite> suites = {CipherSuite::chacha20_poly1305};
  if (aes_available()) suites.push_back(CipherSuite::aes256_gcm);
  return suites;
}

}  // namespace lansync
