#include "core/wire/output_queue.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::random_bytes;

void append_all(OutputQueue& queue, ByteView bytes) {
  std::ranges::copy(bytes, queue.append(bytes.size()).begin());
}

TEST_CASE("Bytes leave the queue as they came", "[core][output_queue]") {
  OutputQueue queue;
  Bytes all;
  for (std::size_t i = 0; i < 200; ++i) {
    const Bytes bytes = random_bytes(i, i * 37 % 5000);
    append_all(queue, bytes);
    append(all, bytes);
  }
  CHECK(queue.size() == all.size());
  Bytes got;
  while (!queue.front().empty()) {
    const std::size_t count = std::min<std::size_t>(queue.front().size(), 777);
    append(got, queue.front().first(count));
    queue.consume(count);
  }
  CHECK(got == all);
  CHECK(queue.size() == 0);
}

TEST_CASE("What front() shows stays in place while more is appended", "[core][output_queue]") {
  OutputQueue queue;
  append_all(queue, random_bytes(1, 100));
  const ByteView front = queue.front();
  for (std::size_t i = 0; i < 100; ++i) append_all(queue, random_bytes(i, 1000));
  CHECK(queue.front().data() == front.data());
  CHECK(std::ranges::equal(front, random_bytes(1, 100)));
}

TEST_CASE("What was reserved lies in one piece", "[core][output_queue]") {
  OutputQueue queue;
  append_all(queue, random_bytes(1, 15'000));
  queue.reserve(100'000);
  for (std::size_t i = 0; i < 10; ++i) append_all(queue, random_bytes(i, 10'000));
  queue.consume(15'000);
  CHECK(queue.front().size() == 100'000);
}

TEST_CASE("Large blocks serve again", "[core][output_queue]") {
  OutputQueue queue;
  append_all(queue, random_bytes(1, 100'000));
  const std::byte* const memory = queue.front().data();
  for (std::size_t i = 0; i < 20; ++i) {
    queue.consume(queue.front().size());
    REQUIRE(queue.front().empty());
    append_all(queue, random_bytes(i, 100'000 - i));
    CHECK(queue.front().data() == memory);
    CHECK(std::ranges::equal(queue.front(), random_bytes(i, 100'000 - i)));
  }
}

TEST_CASE("An empty queue shows nothing", "[core][output_queue]") {
  OutputQueue queue;
  CHECK(queue.front().empty());
  queue.consume(0);
  queue.reserve(10);
  CHECK(queue.front().empty());
  queue.append(0);
  CHECK(queue.front().empty());
  queue.reserve(100'000);
  append_all(queue, random_bytes(1, 5));
  queue.consume(5);
  CHECK(queue.front().empty());
}

}  // namespace
}  // namespace lansync
