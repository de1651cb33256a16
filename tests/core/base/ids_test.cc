#include "core/base/ids.h"

#include <type_traits>
#include <unordered_set>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

static_assert(!std::is_convertible_v<DeviceId, ShareId>);
static_assert(!std::is_constructible_v<ContentId, ChunkHash>);

Bytes counting_bytes(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

TEST_CASE("An id is made from exactly as many bytes as it has") {
  for (const std::size_t size : {0u, 1u, 16u, 31u, 33u, 64u}) {
    CAPTURE(size);
    CHECK_FALSE(DeviceId::from(counting_bytes(size)).has_value());
  }
  const auto id = DeviceId::from(counting_bytes(32));
  REQUIRE(id.has_value());
  CHECK(id->hex() == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  CHECK(to_bytes(id->view()) == counting_bytes(32));
}

TEST_CASE("An id that nobody set is all zeros") { CHECK(DeviceId{} == *DeviceId::from(Bytes(32))); }

TEST_CASE("Ids are ordered by their bytes as unsigned numbers, the first counting most") {
  DeviceId low;
  DeviceId high;
  low.bytes[31] = std::byte{0xff};
  high.bytes[0] = std::byte{0x01};
  CHECK(low < high);
  low.bytes[0] = std::byte{0x7f};
  high.bytes[0] = std::byte{0x80};
  CHECK(low < high);
  CHECK_FALSE(low == high);
}

TEST_CASE("Ids are keys of hash tables") {
  std::unordered_set<ChunkHash> set;
  set.insert(*ChunkHash::from(counting_bytes(32)));
  set.insert(*ChunkHash::from(counting_bytes(32)));
  set.insert(ChunkHash{});
  CHECK(set.size() == 2);
  CHECK(set.count(*ChunkHash::from(counting_bytes(32))) == 1);
}

TEST_CASE("A device's short name is 20 base32 digits in groups of four") {
  CHECK(short_name(DeviceId{}) == "aaaa-aaaa-aaaa-aaaa-aaaa");
  CHECK(short_name(*DeviceId::from(counting_bytes(32))) == "aaaq-eaye-auda-ocaj-bifq");
  CHECK(short_name(*DeviceId::from(Bytes(32, std::byte{0xff}))) == "7777-7777-7777-7777-7777");
}

TEST_CASE("A device's short name shows its first 100 bits and no others") {
  DeviceId id;
  const std::string zeros = short_name(id);
  id.bytes[12] = std::byte{0x0f};
  id.bytes[31] = std::byte{0xff};
  CHECK(short_name(id) == zeros);
  id.bytes[12] = std::byte{0x10};
  CHECK(short_name(id) != zeros);
}

}  // namespace
}  // namespace lansync
