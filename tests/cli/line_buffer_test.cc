#include "cli/control/line_buffer.h"

#include <catch2/catch.hpp>

using lansync::cli::LineBuffer;

TEST_CASE("Lines come out whole however they came in") {
  LineBuffer buffer(10);
  buffer.append("ab");
  CHECK(buffer.next_line() == std::nullopt);
  buffer.append("c\n\nde");
  CHECK(buffer.next_line() == "abc");
  CHECK(buffer.next_line() == "");
  CHECK(buffer.next_line() == std::nullopt);
  buffer.append("\n");
  CHECK(buffer.next_line() == "de");
}

TEST_CASE("A line of just the limit is a line and one byte more is none") {
  LineBuffer buffer(4);
  buffer.append("abcd\n");
  CHECK(buffer.next_line() == "abcd");
  buffer.append("abcde");
  CHECK(buffer.next_line() == std::nullopt);
  CHECK(buffer.overflown());
  buffer.append("\nok\n");
  CHECK(buffer.next_line() == std::nullopt);
}

TEST_CASE("A line is too long even if its end came with it") {
  LineBuffer buffer(4);
  buffer.append("abcde\nok\n");
  CHECK(buffer.next_line() == std::nullopt);
  CHECK(buffer.overflown());
}
