#include "core/fs/conflict_name.h"

#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "core/fs/relative_path.h"
#include "tests/support/bad_names.h"

namespace lansync {
namespace {

ContentId content() {
  return *ContentId::from(
      *from_hex("7f3a1c00112233445566778899aabbccddeeff00112233445566778899aabbcc"));
}

// 2026-03-14 15:02:59.999999999 UTC.
constexpr WallTime kTime{1773500579'999999999};

ConflictStamp stamp_by(std::string author) { return {kTime, std::move(author), content()}; }
ConflictStamp stamp_at(std::int64_t ns) { return {WallTime{ns}, "Anna", content()}; }

std::string named(std::string_view name) { return conflict_name(name, stamp_by("Anna-Laptop")); }

TEST_CASE("A conflict copy is named after when, by whom and what") {
  const std::string mark = " (conflict 2026-03-14 1502 Anna-Laptop 7f3a1c)";
  struct Row {
    std::string_view name;
    std::string expected;
  };
  const Row rows[] = {
      {"report.docx", "report" + mark + ".docx"},
      {"report", "report" + mark},
      {"archive.tar.gz", "archive" + mark + ".tar.gz"},
      {"ARCHIVE.TAR.XZ", "ARCHIVE" + mark + ".TAR.XZ"},
      {"archive.tar", "archive" + mark + ".tar"},
      {"photo.2026.jpg", "photo.2026" + mark + ".jpg"},
      {".bashrc", ".bashrc" + mark},
      {"..bashrc", "..bashrc" + mark},
      {".config.json", ".config" + mark + ".json"},
      {".tar.gz", ".tar" + mark + ".gz"},
      {"a.", "a." + mark},
      {"a..b", "a." + mark + ".b"},
      {"...", "..." + mark},
      {"a.b c", "a.b c" + mark},
      {"v1.2 of the plan", "v1.2 of the plan" + mark},
      {"an ending.that is a sentence", "an ending.that is a sentence" + mark},
      {"x.averyveryverylongextension", "x.averyveryverylongextension" + mark},
      {"データ.txt", "データ" + mark + ".txt"},
      {" ", " " + mark},
      {"CON", "CON" + mark},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) { CHECK(named(row.name) == row.expected); }
  }
}

TEST_CASE("A conflict copy of a conflict copy is not nested") {
  const ConflictStamp other{WallTime{0}, "Bob", content()};
  for (const std::string_view name :
       {"report.docx", "report", "archive.tar.gz", ".bashrc", "a.", "a..b", "v1.2",
        "v1.2 of the plan", "...", ".tar.gz", "x (1).txt", "x (conflict).txt"}) {
    CAPTURE(name);
    CHECK(conflict_name(named(name), other) == conflict_name(name, other));
    CHECK(conflict_name(conflict_name(name, other, 64), other, 12) ==
          conflict_name(name, other, 12));
    CHECK(named(named(name)) == named(name));
  }
  CHECK(named("a (conflict 2020-01-01 0000 X abcdef) (conflict 2020-01-01 0000 Y abcdef).b") ==
        named("a.b"));
}

TEST_CASE("What only looks like a conflict copy's mark stays") {
  for (const std::string stem :
       {"x (conflict)", "x (conflict 2026-03-14)", "x (conflict 2026-03-14 1502 Anna)",
        "x (conflict 2026-03-14 1502 Anna 7f3a1)", "x (conflict 2026-03-14 1502 Anna 7F3A1C)",
        "x (conflict 2026-03-14 1502 Anna 7f3a1g)", "x (conflict 2026-03-14 1502  7f3a1c)",
        "x (conflict 2026-03-14 1502 7f3a1c)", "x (conflict 2026-03-14 15:02 Anna 7f3a1c)",
        "x (conflict 26-03-14 1502 Anna 7f3a1c)", "x (conflict 2026-03-14 1502 Anna 7f3a1c",
        "x(conflict 2026-03-14 1502 Anna 7f3a1c)", "x (conflict 2026-03-14 1502 A B 7f3a1c)",
        "x (Conflict 2026-03-14 1502 Anna 7f3a1c)", " (conflict 2026-03-14 1502 Anna 7f3a1c)",
        "x (conflict 2026-03-14 1502 Anna 7f3a1c) y",
        "x (conflict 2026-03-14 1502 Anna 7f3a1c))"}) {
    CAPTURE(stem);
    CHECK(named(stem + ".txt") == stem + " (conflict 2026-03-14 1502 Anna-Laptop 7f3a1c).txt");
  }
}

TEST_CASE("A taken name is made longer by more of the hash") {
  const ConflictStamp stamp = stamp_by("A");
  CHECK(conflict_name("x", stamp, 12) == "x (conflict 2026-03-14 1502 A 7f3a1c001122)");
  CHECK(conflict_name("x", stamp, 64) == "x (conflict 2026-03-14 1502 A " + content().hex() + ")");
  CHECK(conflict_name("x", stamp, 1000) == conflict_name("x", stamp, 64));
  CHECK(conflict_name("x", stamp, 0) == conflict_name("x", stamp, 6));
}

TEST_CASE("The minute is UTC's, whatever the year") {
  const auto minute = [](std::int64_t ns) {
    return conflict_name("x", stamp_at(ns)).substr(12, 15);
  };
  CHECK(minute(0) == "1970-01-01 0000");
  CHECK(minute(59'999'999'999) == "1970-01-01 0000");
  CHECK(minute(60'000'000'000) == "1970-01-01 0001");
  CHECK(minute(-1) == "1969-12-31 2359");
  CHECK(minute(951'782'400'000'000'000) == "2000-02-29 0000");
  CHECK(minute(std::numeric_limits<std::int64_t>::min()) == "1677-09-21 0012");
  CHECK(minute(std::numeric_limits<std::int64_t>::max()) == "2262-04-11 2347");
}

TEST_CASE("The author's name becomes one word that any file system takes") {
  struct Row {
    std::string_view what;
    std::string author;
    std::string_view word;
  };
  const Row rows[] = {
      {"a word", "Laptop", "Laptop"},
      {"a hyphen and an underscore", "my-lap_top", "my-lap_top"},
      {"spaces and an apostrophe", "Anna's  new Laptop", "Anna-s-new-Laptop"},
      {"what Windows forbids", "<a>:\"b\"/\\|c?*", "a-b-c"},
      {"dots", "..host.example.org.", "host-example-org"},
      {"brackets", "Anna (work) 7f3a1c)", "Anna-work-7f3a1c"},
      {"a path", "../../etc/passwd", "etc-passwd"},
      {"control characters", "a\nb\x1b[2Jc", "a-b-2Jc"},
      {"letters beyond ASCII", "Zoë の Mac", "Zoë-の-Mac"},
      {"an override", "\u202etpal", "tpal"},
      {"invisible characters", "a\u200bb\u00adc\ufeff", "a-b-c"},
      {"spaces beyond ASCII", "a\u00a0b\u3000c", "a-b-c"},
      {"tags and private use", "a\U000e0041\ue000\U0010fffd", "a"},
      {"bytes that are not UTF-8",
       "a\xff\xc0\xaf"
       "b\xe2\x82",
       "a-b"},
      {"nothing", "", "unknown"},
      {"nothing that stays", "- . \t/", "unknown"},
      {"a long name", std::string(64, 'n'), "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
      {"a long name, between two characters", std::string(31, 'n') + "ü",
       "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
      {"a long name, at a gap", std::string(31, 'n') + " m", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      CHECK(conflict_name("x", stamp_by(row.author)) ==
            "x (conflict 2026-03-14 1502 " + std::string(row.word) + " 7f3a1c)");
    }
  }
}

TEST_CASE("A long stem is cut between two characters, and the extension stays") {
  const std::string mark = " (conflict 2026-03-14 1502 Anna-Laptop 7f3a1c)";
  const std::string longest = named(std::string(251, 's') + ".txt");
  CHECK(longest == std::string(255 - mark.size() - 4, 's') + mark + ".txt");

  std::string umlauts;
  for (int i = 0; i < 120; ++i) umlauts += "ü";
  for (const std::string& stem : {umlauts, "s" + umlauts}) {
    const std::string name = named(stem + ".txt");
    CHECK(check_name(name).has_value());
    CHECK(name.size() <= 255);
    CHECK(name.size() >= 254);
    CHECK(name.ends_with("ü" + mark + ".txt"));
  }
  CHECK(conflict_name(std::string(255, 's'), stamp_by(std::string(99, 'a')), 64).size() == 255);
}

TEST_CASE("Every legal name of the corpus has a legal conflict copy") {
  std::size_t tried = 0;
  for (const test::BadName& row : test::read_bad_names()) {
    const auto path = RelativePath::parse(row.path);
    if (!path) continue;
    CAPTURE(row.id, row.note);
    const std::string name = named(path->name());
    CHECK(check_name(name).has_value());
    CHECK(named(name) == name);
    ++tried;
  }
  CHECK(tried == 125);
}

TEST_CASE("A cut that bares an earlier mark removes it too") {
  const std::string stem(125, 's');
  const std::string inner = " (conflict 2020-01-01 0000 X abcdef)";
  const std::string copy = conflict_name(stem + inner + std::string(90, 't'), stamp_by("A"), 64);
  CHECK(copy.find(" (conflict ") == copy.rfind(" (conflict "));
  CHECK(copy.starts_with(stem + " (conflict 2026-"));
  CHECK(conflict_name(copy, stamp_by("A"), 64) == copy);
}

// Names of pieces that matter to the rule: ours, dots, marks, ignorable and composing characters.
std::string awkward_name(const std::vector<std::uint8_t>& choices) {
  static const std::vector<std::string> pieces = {".lansync",
                                                  "-tmp-",
                                                  ".lansync-tmp",
                                                  "-",
                                                  ".",
                                                  " ",
                                                  ":",
                                                  "x",
                                                  "ü",
                                                  "💩",
                                                  "\u0301",
                                                  "\u0338",
                                                  "\u200d",
                                                  "\u034f",
                                                  "\uff0d",
                                                  "\u017f",
                                                  ".tar",
                                                  ".gz",
                                                  " (conflict ",
                                                  "2026-03-14 1502 Anna 7f3a1c)",
                                                  ")",
                                                  "\\",
                                                  "\n",
                                                  "\u202e",
                                                  std::string(90, 'l'),
                                                  "データ"};
  std::string name;
  for (const std::uint8_t choice : choices) name += pieces[choice % pieces.size()];
  return name;
}

TEST_CASE("The conflict copy of any legal name is legal and not longer than a name may be") {
  CHECK(rc::check([](const std::vector<std::uint8_t>& choices, const std::string& author,
                     std::int64_t ns, std::uint8_t digits) {
    const std::string name = awkward_name(choices);
    RC_PRE(check_name(name).has_value());
    const ConflictStamp stamp{WallTime{ns}, author, content()};
    const std::string copy = conflict_name(name, stamp, digits);
    RC_ASSERT(check_name(copy).has_value());
    RC_ASSERT(copy.size() <= limits::kNameBytesMax);
    RC_ASSERT(copy.find(" (conflict ") != std::string::npos);
    // Named anew, it is the same: nothing piles up.
    RC_ASSERT(conflict_name(copy, stamp, digits) == copy);
  }));
}

}  // namespace
}  // namespace lansync
