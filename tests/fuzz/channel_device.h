// A device that talks through a channel with whoever comes.
#pragma once

#include "core/wire/secure_channel.h"
#include "tests/support/seeded_entropy.h"

namespace lansync {

inline constexpr Now kNow{TimePoint{} + std::chrono::hours{1},
                          WallTime{std::int64_t{1'790'000'000} * 1'000'000'000}};

struct Device {
  explicit Device(std::uint64_t seed)
      : entropy(seed),
        keys(DeviceKeys::generate(entropy)),
        local{keys, entropy, keys.certify(kNow.wall), supported_suites(), "fuzz"} {}

  test::SeededEntropy entropy;
  DeviceKeys keys;
  LocalDevice local;
};

inline ChannelOptions options() {
  ChannelOptions options;
  options.accept_peer = [](Purpose, const DeviceId&) { return true; };
  options.purposes = {Purpose::sync, Purpose::pair};
  return options;
}

inline Bytes output_of(SecureChannel& channel) {
  Bytes bytes;
  while (!channel.pending_output().empty()) {
    append(bytes, channel.pending_output());
    channel.consume_output(channel.pending_output().size());
  }
  return bytes;
}

}  // namespace lansync
