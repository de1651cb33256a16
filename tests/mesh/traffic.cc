#include "tests/mesh/traffic.h"

#include <algorithm>

namespace lansync::mesh {

std::string_view name_of_kind(std::size_t kind) {
  static constexpr std::array<std::string_view, kKinds> kNames = {
      "hello",           "member ops request",
      "member ops",      "state",
      "segment",         "chunk list request",
      "chunk list",      "chunk request",
      "chunks missing",  "barrier",
      "barrier reached", "audit question",
      "audit answer",    "chunks held",
      "chunk data"};
  return kNames.at(kind);
}

Amount& Amount::operator+=(const Amount& other) {
  messages += other.messages;
  bytes += other.bytes;
  return *this;
}

void Traffic::add(std::size_t sender, std::size_t kind, std::size_t payload_bytes) {
  const Amount one{1, payload_bytes + kEnvelopeBytes};
  by_kind_.at(kind) += one;
  by_device_.at(sender) += one;
}

void Traffic::clear() {
  by_kind_.fill({});
  std::ranges::fill(by_device_, Amount{});
}

Amount Traffic::total() const {
  Amount sum;
  for (const Amount& kind : by_kind_) sum += kind;
  return sum;
}

Amount Traffic::most() const {
  Amount most;
  for (const Amount& device : by_device_) {
    most.messages = std::max(most.messages, device.messages);
    most.bytes = std::max(most.bytes, device.bytes);
  }
  return most;
}

}  // namespace lansync::mesh
