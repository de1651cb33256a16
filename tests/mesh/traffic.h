// What travels in a mesh, counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "core/wire/message.h"

namespace lansync::mesh {

// The messages in the order of MessageBody, then pieces of chunks.
inline constexpr std::size_t kChunkData = std::variant_size_v<MessageBody>;
inline constexpr std::size_t kKinds = kChunkData + 1;
std::string_view name_of_kind(std::size_t kind);

struct Amount {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;

  Amount& operator+=(const Amount& other);
  friend bool operator==(const Amount&, const Amount&) = default;
};

// By kind and by who sent it. Bytes are those of a connection: a record's header, and the length
// and the tag of the Noise message that carries it, are added to each message.
class Traffic {
 public:
  static constexpr std::uint64_t kEnvelopeBytes = 8 + 2 + 16;

  explicit Traffic(std::size_t devices) : by_device_(devices) {}

  void add(std::size_t sender, std::size_t kind, std::size_t payload_bytes);
  void clear();

  [[nodiscard]] const Amount& of_kind(std::size_t kind) const { return by_kind_[kind]; }
  [[nodiscard]] const Amount& of_device(std::size_t device) const { return by_device_[device]; }
  [[nodiscard]] Amount total() const;
  // What the one sends that sends most.
  [[nodiscard]] Amount most() const;

 private:
  std::array<Amount, kKinds> by_kind_{};
  std::vector<Amount> by_device_;
};

}  // namespace lansync::mesh
