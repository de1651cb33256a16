#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/text/qr_picture.h"
#include "cli/text/table.h"
#include "cli/text/units.h"
#include "cli/text/width.h"
#include "core/base/escape.h"
#include "tests/support/bad_names.h"

using namespace lansync::cli;
using namespace std::chrono_literals;

TEST_CASE("What is no duration is not taken for one") {
  for (const char* text :
       {"",           " ",     "s",    "m10",  "10 m", "10M",  "-1s",  "+1s",
        "1.5h",       "30m1h", "1m1m", "1h30", "10mm", "10ms", "366d", "99999999999s",
        "4294967296", "0x10",  "1h ",  "\n1"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("Durations are read") {
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("90") == 90s);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("10m") == 10min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1d2h3m4s") == 26h + 3min + 4s);
  CHECK(parse_duration("365d") == 365 * 24h);
}

TEST_CASE("Sizes are shown with two digits that count") {
  const std::vector<std::pair<std::uint64_t, std::string>> rows = {
      {0, "0 B"},
      {1, "1 B"},
      {999, "999 B"},
      {1000, "1.0 kB"},
      {1234, "1.2 kB"},
      {9949, "9.9 kB"},
      {9951, "10 kB"},
      {12345, "12 kB"},
      {999'499, "999 kB"},
      {999'500, "1.0 MB"},
      {5'200'000'000, "5.2 GB"},
      {~std::uint64_t{0}, "18 EB"},
  };
  for (const auto& [bytes, text] : rows) CHECK(format_bytes(bytes) == text);
}

TEST_CASE("Counts and durations are shown") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(12345678) == "12,345,678");
  CHECK(format_files(1) == "1 file");
  CHECK(format_files(0) == "0 files");
  CHECK(format_duration(0s) == "0:00");
  CHECK(format_duration(7s) == "0:07");
  CHECK(format_duration(59min + 59s) == "59:59");
  CHECK(format_duration(3h + 4min + 5s) == "3:04:05");
  CHECK(format_duration(25h) == "over a day");
}

TEST_CASE("Width counts columns and not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("äöü") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xcc\x81") == 1);  // e and a combining accent
}

TEST_CASE("Text is cut to columns between characters") {
  CHECK(cut_to_width("abcdef", 6) == "abcdef");
  CHECK(cut_to_width("abcdef", 4) == "abc…");
  CHECK(cut_to_width("日本語", 4) == "日…");
  CHECK(cut_to_width("abc", 0).empty());
  CHECK(cut_middle("abcdefghij", 5) == "ab…ij");
  CHECK(cut_middle("abcdefghij", 6) == "abc…ij");
  CHECK(cut_middle("日本語日本語", 6) == "日…語");
  CHECK(cut_middle("abc", 1) == "…");
}

TEST_CASE("No name of the corpus is cut to more than the columns") {
  for (const auto& name : lansync::test::read_bad_names()) {
    const std::string shown = lansync::escape_for_display(name.path);
    for (std::size_t columns = 1; columns < 20; ++columns) {
      INFO(name.id << " at " << columns);
      CHECK(display_width(cut_to_width(shown, columns)) <= columns);
      CHECK(display_width(cut_middle(shown, columns)) <= columns);
    }
  }
}

TEST_CASE("A table's columns line up and fit") {
  CHECK(render_table({}, 80).empty());
  CHECK(render_table({{"a", "b"}, {"ccc", ""}}, 80) == "a    b\nccc\n");
  CHECK(render_table({{"日本", "x"}, {"a", "y"}}, 80) == "日本  x\na     y\n");
  const std::string narrow =
      render_table({{"short", "a very long cell that has to be cut somewhere", "end"}}, 30);
  CHECK(display_width(narrow.substr(0, narrow.size() - 1)) == 30);
  CHECK(narrow.ends_with("end\n"));
}

TEST_CASE("A QR picture is as high as half its modules and its quiet zone") {
  const std::string picture = qr_picture("lansync:K3QX9MPD", QrInk::none);
  std::size_t lines = 0;
  for (std::size_t at = 0; at < picture.size(); at = picture.find('\n', at) + 1) ++lines;
  // Version 1 or 2 at level M: 21 or 25 modules and 4 on each side.
  CHECK((lines == 15 || lines == 17));
  CHECK(picture.find('\x1b') == std::string::npos);
  // The quiet zone is light, and light is what is drawn on a dark background.
  CHECK(picture.starts_with("██"));

  const std::string coloured = qr_picture("lansync:K3QX9MPD", QrInk::black_on_white);
  CHECK(coloured.starts_with("\x1b[30;107m "));
  CHECK(coloured.ends_with("\x1b[0m\n"));
}

TEST_CASE("What does not fit into a QR code has no picture") {
  CHECK(qr_picture(std::string(5000, 'x'), QrInk::none).empty());
}
