// Two devices and the channels between them.
#pragma once

#include <vector>

#include <catch2/catch.hpp>

#include "core/wire/secure_channel.h"
#include "tests/core/crypto/test_entropy.h"
#include "tests/support/random_bytes.h"

namespace lansync::test {

inline const std::vector<CipherSuite> kChaChaOnly = {CipherSuite::chacha20_poly1305};
inline const std::vector<CipherSuite> kBothSuites = {CipherSuite::chacha20_poly1305,
                                                     CipherSuite::aes256_gcm};

inline const Now kNow{TimePoint{} + std::chrono::hours{1},
                      WallTime{std::int64_t{1'790'000'000} * 1'000'000'000}};

inline bool anyone(Purpose, const DeviceId&) { return true; }

inline ChannelOptions open_options() {
  ChannelOptions options;
  options.accept_peer = anyone;
  options.purposes = {Purpose::sync, Purpose::pair};
  return options;
}

// A device with keys of its own.
struct TestDevice {
  explicit TestDevice(std::uint64_t seed, std::vector<CipherSuite> suites = kBothSuites)
      : entropy(seed),
        keys(DeviceKeys::generate(entropy)),
        local{keys, entropy, keys.certify(kNow.wall), std::move(suites), "lansync test"} {}
  TestDevice(const TestDevice&) = delete;
  TestDevice& operator=(const TestDevice&) = delete;

  SecureChannel initiate(Purpose purpose = Purpose::sync,
                         std::optional<CipherSuite> suite = std::nullopt) {
    return SecureChannel::initiate(local, purpose, open_options(), kNow, suite);
  }
  SecureChannel respond() { return SecureChannel::respond(local, open_options(), kNow); }

  SeededEntropy entropy;
  DeviceKeys keys;
  LocalDevice local;
};

inline Bytes take_output(SecureChannel& channel) {
  Bytes bytes;
  while (!channel.pending_output().empty()) {
    append(bytes, channel.pending_output());
    channel.consume_output(channel.pending_output().size());
  }
  return bytes;
}

// Carries bytes both ways until neither side has more to say or one of them is over.
inline void converse(SecureChannel& left, SecureChannel& right) {
  while (!left.pending_output().empty() || !right.pending_output().empty()) {
    const Bytes to_right = take_output(left);
    if (!to_right.empty() && !right.over()) static_cast<void>(right.handle_bytes(to_right));
    const Bytes to_left = take_output(right);
    if (!to_left.empty() && !left.over()) static_cast<void>(left.handle_bytes(to_left));
  }
}

inline Result<void> send(SecureChannel& channel, RecordType type, std::uint16_t stream,
                         ByteView payload) {
  const ByteView pieces[] = {payload};
  return channel.send({type, 0, stream}, pieces);
}

inline std::vector<Record> take_records(SecureChannel& channel) {
  std::vector<Record> records;
  while (auto record = channel.next_record()) records.push_back(*std::move(record));
  return records;
}

// Nothing came through, one error is reported, and whatever follows changes nothing.
inline void check_dead(SecureChannel& channel) {
  CHECK(channel.over());
  CHECK_FALSE(channel.established());
  CHECK_FALSE(channel.next_record());
  REQUIRE(channel.error());
  const Error error = *channel.error();
  const auto again = channel.handle_bytes(random_bytes(7, 100));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::wrong_state);
  CHECK_FALSE(channel.handle_end());
  CHECK_FALSE(send(channel, RecordType{2}, 0, {}));
  CHECK(channel.error() == error);
}

}  // namespace lansync::test
