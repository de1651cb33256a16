// Who a device is, and how it signs.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/secret.h"
#include "core/crypto/x25519.h"

namespace lansync {

// An Ed25519 signature (RFC 8032).
using Signature = Id<64, struct SignatureTag>;

// Whether `signature` is `device`'s, over `body` in `context`. Errors: not_authentic.
//
// What is signed is context ‖ 0x00 ‖ u64 length of body ‖ body, so that a signature for one purpose
// ("lansync/v1/segment") never holds for another. Requires a context without zero bytes. Verify
// bytes first, then parse them.
Result<void> verify(const DeviceId& device, std::string_view context, ByteView body,
                    const Signature& signature);

// A device's statement of which key it uses in the Noise handshake. It means something only
// together with a handshake in which the other side proved that it holds that key: compare
// `noise_key` with NoiseSession::remote_key.
struct DeviceCertificate {
  DeviceId device;
  NoisePublicKey noise_key;
  // When it was made, by the device's own clock. A later one replaces an earlier one.
  WallTime not_before;
  Signature signature;

  friend bool operator==(const DeviceCertificate&, const DeviceCertificate&) = default;
};

// Errors: not_authentic.
Result<void> verify(const DeviceCertificate& certificate);

// 137 bytes: u8 version (1), device, noise key, i64 not_before (ns, big-endian), signature.
Bytes encode(const DeviceCertificate& certificate);
// Only returns certificates that verify. Errors: truncated, malformed (trailing bytes), unsupported
// (another version), not_authentic.
Result<DeviceCertificate> decode_device_certificate(ByteView bytes);

// A device's secret keys: an Ed25519 pair, whose public half is the device's id and which signs,
// and an X25519 pair for the channel. Lives as long as the device, in one place, moved and never
// copied.
class DeviceKeys {
 public:
  static DeviceKeys generate(Entropy& entropy);

  [[nodiscard]] const DeviceId& id() const { return id_; }
  [[nodiscard]] const NoiseKeyPair& noise_keys() const { return noise_keys_; }

  // Over the framing described at verify().
  [[nodiscard]] Signature sign(std::string_view context, ByteView body) const;
  [[nodiscard]] DeviceCertificate certify(WallTime not_before) const;

  // The content of the key file, 136 bytes: "LSYNCKEY", u32 version (1), Ed25519 seed, X25519
  // secret, device id, and the first 28 bytes of a SHA-256 of all before it. A file that was cut,
  // zeroed or altered is noticed: a device must never go on with keys that are not its own.
  [[nodiscard]] SecretBytes encode() const;
  // Errors: corrupt, unsupported (intact, but of a later version).
  static Result<DeviceKeys> decode(ByteView file);

 private:
  DeviceKeys(Secret<32> seed, Secret<32> noise_secret);

  DeviceId id_;
  Secret<32> seed_;
  // libsodium's form of the signing key: seed, then public key.
  Secret<64> signing_key_;
  NoiseKeyPair noise_keys_;
};

}  // namespace lansync
