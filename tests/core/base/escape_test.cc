#include "core/base/escape.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <utf8proc.h>

#include "tests/support/bad_names.h"

namespace lansync {
namespace {

// Whether a terminal shows `text` as it is: valid UTF-8, one line, nothing that steers.
bool is_plain(std::string_view text) {
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) return false;
    const std::string_view category = utf8proc_category_string(code_point);
    if (category.front() == 'C' || category == "Zl" || category == "Zp") return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

TEST_CASE("What needs no escape is shown as it is") {
  for (const std::string_view text :
       {"", "a", "report (final).docx", "~$%&'\"<>|*?:;`", "café", "cafe\u0301.txt", "データ", "Ω",
        "مرحبا", "💩", "\u00a0", "\u3000"}) {
    CHECK(escape_for_display(text) == text);
  }
}

TEST_CASE("What could steer a terminal or deceive a reader is escaped") {
  struct Row {
    std::string_view what;
    std::string_view text;
    std::string_view shown;
  };
  const Row rows[] = {
      {"a backslash", "a\\b", "a\\\\b"},
      {"an escape spelt out", "\\u{202E}", "\\\\u{202E}"},
      {"a new line", "a\nb", "a\\u{A}b"},
      {"a carriage return", "a\rb", "a\\u{D}b"},
      {"a tab", "\t", "\\u{9}"},
      {"a NUL", {"a\0b", 3}, "a\\u{0}b"},
      {"a bell", "\a", "\\u{7}"},
      {"a backspace", "\b", "\\u{8}"},
      {"an escape sequence", "\x1b[2J", "\\u{1B}[2J"},
      {"DEL", "\x7f", "\\u{7F}"},
      {"a C1 control sequence", "\u009b31m", "\\u{9B}31m"},
      {"NEL", "\u0085", "\\u{85}"},
      {"a line separator", "\u2028", "\\u{2028}"},
      {"a paragraph separator", "\u2029", "\\u{2029}"},
      {"a right-to-left override", "\u202egpj.exe", "\\u{202E}gpj.exe"},
      {"an isolate", "\u2066a\u2069", "\\u{2066}a\\u{2069}"},
      {"a right-to-left mark", "\u200f", "\\u{200F}"},
      {"a zero-width space", "\u200bhidden", "\\u{200B}hidden"},
      {"a zero-width joiner", "a\u200db", "a\\u{200D}b"},
      {"a soft hyphen", "\u00ad", "\\u{AD}"},
      {"a byte order mark", "\ufeff", "\\u{FEFF}"},
      {"a language tag", "\U000e0041", "\\u{E0041}"},
      {"private use", "\ue000", "\\u{E000}"},
      {"private use, the last plane", "\U0010fffd", "\\u{10FFFD}"},
      {"an unassigned code point", "\u0378", "\\u{378}"},
      {"a noncharacter", "\uffff", "\\u{FFFF}"},
      {"a byte that is never UTF-8", "\xff", "\\xFF"},
      {"a stray continuation", "\x80x", "\\x80x"},
      {"a sequence cut short", "\xe2\x82", "\\xE2\\x82"},
      {"a sequence cut short by text", "\xe2\x82x", "\\xE2\\x82x"},
      {"an overlong slash", "\xc0\xaf", "\\xC0\\xAF"},
      {"a surrogate", "\xed\xa0\x80", "\\xED\\xA0\\x80"},
      {"beyond Unicode", "\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      CHECK(escape_for_display(row.text) == row.shown);
      CHECK(is_plain(row.shown));
    }
  }
}

TEST_CASE("Every name of the corpus is safe to show") {
  for (const test::BadName& name : test::read_bad_names()) {
    CAPTURE(name.id, name.note);
    CHECK(is_plain(escape_for_display(name.path)));
  }
}

TEST_CASE("Any bytes are safe to show, and different ones look different") {
  CHECK(rc::check([](const std::string& one, const std::string& other) {
    RC_ASSERT(is_plain(escape_for_display(one)));
    RC_ASSERT((one == other) == (escape_for_display(one) == escape_for_display(other)));
  }));
}

TEST_CASE("Any code points are safe to show") {
  CHECK(rc::check([] {
    const auto code_points =
        *rc::gen::container<std::vector<std::int32_t>>(rc::gen::inRange<std::int32_t>(0, 0x110000));
    std::string text;
    for (const std::int32_t code_point : code_points) {
      std::array<utf8proc_uint8_t, 4> bytes{};
      const auto length = utf8proc_encode_char(code_point, bytes.data());
      text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
    }
    RC_ASSERT(is_plain(escape_for_display(text)));
  }));
}

TEST_CASE("A long text is cut between two characters at 4 kB") {
  struct Row {
    std::string_view what;
    std::string unit;
  };
  const Row rows[] = {{"letters", "a"},      {"umlauts", "ä"},     {"emoji", "💩"},
                      {"bad bytes", "\xff"}, {"controls", "\x01"}, {"overrides", "\u202e"}};
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      std::string text;
      for (int i = 0; i < 5000; ++i) text += row.unit;
      const std::string shown = escape_for_display(text);
      CHECK(shown.size() <= 4096);
      CHECK(shown.size() > 4080);
      CHECK(shown.ends_with("…"));
      CHECK(is_plain(shown));
      const std::string unit = escape_for_display(row.unit);
      CHECK((shown.size() - std::string_view("…").size()) % unit.size() == 0);
    }
  }
}

TEST_CASE("A text of almost 4 kB is shown whole") {
  const std::string text(4093, 'a');
  CHECK(escape_for_display(text) == text);
}

}  // namespace
}  // namespace lansync
