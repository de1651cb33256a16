#include "core/wire/frame_reader.h"

#include <catch2/catch.hpp>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::random_bytes;

Bytes framed(const std::vector<Bytes>& messages) {
  Bytes bytes;
  for (const Bytes& message : messages) {
    append_be(bytes, static_cast<std::uint16_t>(message.size()));
    append(bytes, message);
  }
  return bytes;
}

void read_all(FrameReader& reader, ByteView bytes, std::vector<Bytes>& messages) {
  while (!bytes.empty()) {
    const auto message = reader.next(bytes);
    REQUIRE(message);
    if (!*message) break;
    messages.push_back(to_bytes(**message));
  }
  REQUIRE(bytes.empty());
}

TEST_CASE("Messages come out the same however their bytes are cut", "[core][frame_reader]") {
  const std::vector<Bytes> messages = {random_bytes(1, 1), random_bytes(2, 40), random_bytes(3, 3),
                                       random_bytes(4, 40)};
  const Bytes stream = framed(messages);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader({1, 40});
    std::vector<Bytes> got;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      read_all(reader, ByteView(stream).subspan(at, std::min(piece, stream.size() - at)), got);
    }
    CHECK(got == messages);
    CHECK(reader.between_frames());
  }
}

TEST_CASE("The stream may end between messages only", "[core][frame_reader]") {
  const Bytes stream = framed({random_bytes(1, 5)});
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    FrameReader reader({1, 5});
    std::vector<Bytes> got;
    read_all(reader, ByteView(stream).first(size), got);
    CAPTURE(size);
    CHECK(reader.between_frames() == (size == 0 || size == stream.size()));
  }
}

TEST_CASE("A length outside the limits is refused as soon as it is known", "[core][frame_reader]") {
  const struct {
    std::uint16_t length;
    Errc errc;
  } cases[] = {{0, Errc::malformed},           {1, Errc::malformed},
               {16, Errc::malformed},          {1025, Errc::limit_exceeded},
               {0x7fff, Errc::limit_exceeded}, {0xffff, Errc::limit_exceeded}};
  for (const auto& c : cases) {
    CAPTURE(c.length);
    Bytes start;
    append_be(start, c.length);
    FrameReader whole({17, 1024});
    ByteView both = start;
    const auto refused = whole.next(both);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == c.errc);

    FrameReader cut({17, 1024});
    ByteView first = ByteView(start).first(1);
    ByteView second = ByteView(start).last(1);
    CHECK(cut.next(first));
    CHECK_FALSE(cut.next(second));
  }
}

TEST_CASE("Messages at the limits are read", "[core][frame_reader]") {
  for (const std::size_t size : {std::size_t{17}, std::size_t{65535}}) {
    FrameReader reader({17, 65535});
    const std::vector<Bytes> messages = {random_bytes(size, size)};
    std::vector<Bytes> got;
    read_all(reader, framed(messages), got);
    CHECK(got == messages);
  }
}

}  // namespace
}  // namespace lansync
