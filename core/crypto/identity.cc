#include "core/crypto/identity.h"

#include <sodium.h>

#include "core/base/assert.h"
#include "core/crypto/octets.h"

namespace lansync {
namespace {

constexpr std::string_view kCertificateContext = "lansync/v1/device-cert";
constexpr std::byte kCertificateVersion{1};
constexpr std::size_t kCertificateBodyBytes = 1 + 32 + 32 + 8;
constexpr std::size_t kCertificateBytes = kCertificateBodyBytes + Signature::kBytes;

constexpr std::string_view kKeyFileMagic = "LSYNCKEY";
constexpr std::uint32_t kKeyFileVersion = 1;
constexpr std::size_t kKeyFileHeaderBytes = kKeyFileMagic.size() + 4;
constexpr std::size_t kKeyFileCheckBytes = 28;
constexpr std::size_t kKeyFileBytes = kKeyFileHeaderBytes + 3 * 32 + kKeyFileCheckBytes;

Bytes framed(std::string_view context, ByteView body) {
  LANSYNC_ASSERT(context.find('\0') == std::string_view::npos);
  Bytes bytes;
  bytes.reserve(context.size() + 1 + 8 + body.size());
  append(bytes, as_bytes(context));
  bytes.push_back(std::byte{0});
  append_be(bytes, static_cast<std::uint64_t>(body.size()));
  append(bytes, body);
  return bytes;
}

Bytes certificate_body(const DeviceCertificate& certificate) {
  Bytes body;
  body.reserve(kCertificateBytes);
  body.push_back(kCertificateVersion);
  append(body, certificate.device.view());
  append(body, certificate.noise_key.view());
  append_be(body, static_cast<std::uint64_t>(certificate.not_before.ns));
  return body;
}

std::array<std::byte, 32> sha256(ByteView bytes) {
  std::array<std::byte, 32> digest;
  crypto_hash_sha256(octets_out(digest), octets(bytes), bytes.size());
  return digest;
}

}  // namespace

Result<void> verify(const DeviceId& device, std::string_view context, ByteView body,
                    const Signature& signature) {
  const Bytes message = framed(context, body);
  if (crypto_sign_verify_detached(octets(signature.view()), octets(message), message.size(),
                                  octets(device.view())) != 0) {
    return Error{Errc::not_authentic, "signature of device " + short_name(device)};
  }
  return {};
}

Result<void> verify(const DeviceCertificate& certificate) {
  return verify(certificate.device, kCertificateContext, certificate_body(certificate),
                certificate.signature);
}

Bytes encode(const DeviceCertificate& certificate) {
  Bytes bytes = certificate_body(certificate);
  append(bytes, certificate.signature.view());
  return bytes;
}

Result<DeviceCertificate> decode_device_certificate(ByteView bytes) {
  if (bytes.empty()) return Error{Errc::truncated, "device certificate"};
  if (bytes[0] != kCertificateVersion) return Error{Errc::unsupported, "device certificate"};
  if (bytes.size() < kCertificateBytes) return Error{Errc::truncated, "device certificate"};
  if (bytes.size() > kCertificateBytes) return Error{Errc::malformed, "device certificate"};
  DeviceCertificate certificate;
  certificate.device = *DeviceId::from(bytes.subspan(1, 32));
  certificate.noise_key = *NoisePublicKey::from(bytes.subspan(33, 32));
  certificate.not_before.ns =
      static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.subspan(65, 8)));
  certificate.signature = *Signature::from(bytes.subspan(kCertificateBodyBytes));
  const auto verified = verify(certificate);
  if (!verified) return verified.error();
  return certificate;
}

DeviceKeys::DeviceKeys(Secret<32> seed, Secret<32> noise_secret)
    : seed_(std::move(seed)), noise_keys_(NoiseKeyPair::from_secret(std::move(noise_secret))) {
  crypto_sign_seed_keypair(octets_out(id_.bytes), octets_out(signing_key_.writable()),
                           octets(seed_.view()));
}

DeviceKeys DeviceKeys::generate(Entropy& entropy) {
  auto seed = Secret<32>::random(entropy);
  return {std::move(seed), Secret<32>::random(entropy)};
}

Signature DeviceKeys::sign(std::string_view context, ByteView body) const {
  const Bytes message = framed(context, body);
  Signature signature;
  crypto_sign_detached(octets_out(signature.bytes), nullptr, octets(message), message.size(),
                       octets(signing_key_.view()));
  return signature;
}

DeviceCertificate DeviceKeys::certify(WallTime not_before) const {
  DeviceCertificate certificate{id_, noise_keys_.public_key, not_before, {}};
  certificate.signature = sign(kCertificateContext, certificate_body(certificate));
  return certificate;
}

SecretBytes DeviceKeys::encode() const {
  Bytes file;
  // Once: a vector that grows leaves copies of its content behind.
  file.reserve(kKeyFileBytes);
  append(file, as_bytes(kKeyFileMagic));
  append_be(file, kKeyFileVersion);
  append(file, seed_.view());
  append(file, noise_keys_.secret.view());
  append(file, id_.view());
  append(file, ByteView(sha256(file)).first(kKeyFileCheckBytes));
  return SecretBytes(std::move(file));
}

Result<DeviceKeys> DeviceKeys::decode(ByteView file) {
  const Error corrupt{Errc::corrupt, "device key"};
  if (file.size() < kKeyFileHeaderBytes + kKeyFileCheckBytes) return corrupt;
  if (as_text(file.first(kKeyFileMagic.size())) != kKeyFileMagic) return corrupt;
  const ByteView content = file.first(file.size() - kKeyFileCheckBytes);
  const auto check = sha256(content);
  if (!equal_in_constant_time(ByteView(check).first(kKeyFileCheckBytes),
                              file.last(kKeyFileCheckBytes))) {
    return corrupt;
  }
  if (load_be<std::uint32_t>(file.subspan(kKeyFileMagic.size())) != kKeyFileVersion) {
    return Error{Errc::unsupported, "device key"};
  }
  if (file.size() != kKeyFileBytes) return corrupt;
  const auto field = content.subspan<kKeyFileHeaderBytes, 3 * 32>();
  DeviceKeys keys(Secret<32>(field.first<32>()), Secret<32>(field.subspan<32, 32>()));
  if (DeviceId::from(field.last<32>()) != keys.id_) return corrupt;
  return keys;
}

}  // namespace lansync
