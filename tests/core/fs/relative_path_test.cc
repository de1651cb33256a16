#include "core/fs/relative_path.h"

#include <unordered_set>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "tests/support/bad_names.h"

namespace lansync {
namespace {

RelativePath path(std::string_view text) {
  auto parsed = RelativePath::parse(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

TEST_CASE("Every name of the corpus is refused or kept byte for byte, as it says") {
  for (const test::BadName& name : test::read_bad_names()) {
    CAPTURE(name.id, name.note);
    const auto parsed = RelativePath::parse(name.path);
    CHECK(parsed.has_value() == name.is_legal);
    if (parsed) CHECK(parsed->text() == name.path);
  }
}

TEST_CASE("A path outside the name rule is refused") {
  const std::string long_name(256, 'n');
  std::string deep = "d";
  for (int i = 0; i < 64; ++i) deep += "/d";
  std::string long_path = std::string(255, 'p');
  for (int i = 0; i < 16; ++i) long_path += "/" + std::string(255, 'p');

  struct Row {
    std::string_view what;
    std::string_view text;
    Errc code;
  };
  const Row rows[] = {
      {"nothing", "", Errc::malformed},
      {"a slash", "/", Errc::malformed},
      {"an absolute path", "/a", Errc::malformed},
      {"a slash at the end", "a/", Errc::malformed},
      {"two slashes", "a//b", Errc::malformed},
      {"a dot", ".", Errc::malformed},
      {"two dots", "..", Errc::malformed},
      {"a dot inside", "a/./b", Errc::malformed},
      {"two dots inside", "a/../b", Errc::malformed},
      {"two dots at the end", "a/..", Errc::malformed},
      {"a NUL", {"a\0b", 3}, Errc::malformed},
      {"a NUL at the end", {"a\0", 2}, Errc::malformed},
      {"a surrogate", "\xed\xa0\x80", Errc::malformed},
      {"a sequence cut short by a slash", "\xe2\x82/x", Errc::malformed},
      {"a name of 256 bytes", long_name, Errc::limit_exceeded},
      {"65 components", deep, Errc::limit_exceeded},
      {"more than 4095 bytes", long_path, Errc::limit_exceeded},
      {"the control directory", ".lansync", Errc::malformed},
      {"a file in the control directory", ".lansync/index.db", Errc::malformed},
      {"a control directory further down", "a/b/.lansync", Errc::malformed},
      {"in capitals", ".LanSync", Errc::malformed},
      {"with a dot that Windows drops", ".lansync.", Errc::malformed},
      {"with dots and spaces that Windows drops", ".lansync. . ", Errc::malformed},
      {"with an alternate stream", ".lansync:x", Errc::malformed},
      {"with a space and an alternate stream", ".lansync :x", Errc::malformed},
      {"a temporary file", ".lansync-tmp-0", Errc::malformed},
      {"a temporary file's prefix", ".lansync-tmp-", Errc::malformed},
      {"a temporary file's stream", ".lansync-tmp-:x", Errc::malformed},
      {"with a long s", ".lan\u017fync", Errc::malformed},
      {"in full width", "\uff0e\uff4c\uff41\uff4e\uff53\uff59\uff4e\uff43", Errc::malformed},
      {"in mathematical letters", ".\U0001d4f5ansync", Errc::malformed},
      {"with circled letters", ".l\u24d0n\u24e2ync", Errc::malformed},
      {"with a zero-width joiner", ".lansync\u200d", Errc::malformed},
      {"with a byte order mark", "\ufeff.lansync", Errc::malformed},
      {"with a joiner and a dot", ".lansync.\u200d", Errc::malformed},
      {"with a combining grapheme joiner", ".lan\u034fsync", Errc::malformed},
      {"with a variation selector", ".lansync\ufe0f", Errc::malformed},
      {"with a Hangul filler", ".lan\u3164sync", Errc::malformed},
      {"with a Mongolian vowel separator", ".lan\u180esync", Errc::malformed},
      {"with a language tag", ".lansync\U000e0001", Errc::malformed},
      {"with a full-width colon", ".lansync\uff1ax", Errc::malformed},
      {"with an ideographic space", ".lansync\u3000", Errc::malformed},
      {"with a one-dot leader", "\u2024lansync", Errc::malformed},
      {"with a full-width hyphen", ".lansync-tmp\uff0d1", Errc::malformed},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      const auto parsed = RelativePath::parse(row.text);
      REQUIRE_FALSE(parsed.has_value());
      CHECK(parsed.error().code == row.code);
      CHECK(parsed.error().context.find(row.text.empty() ? "\n" : row.text) == std::string::npos);
    }
  }
}

TEST_CASE("Names that only look like ours are legal") {
  for (const std::string_view name :
       {"lansync", "lansync.", ".lansyn", ".lansyncs", ".lansync-tmp", ".lansync-temp-1",
        " .lansync", "..lansync", "x.lansync", "-.lansync-tmp-", ".lan:sync", ".lans\u0443nc",
        ".l\u00e0nsync"}) {
    CAPTURE(name);
    CHECK(check_name(name).has_value());
  }
}

TEST_CASE("The longest names and paths are legal") {
  CHECK(path(std::string(255, 'n')).name().size() == 255);
  std::string deep = "d";
  for (int i = 0; i < 63; ++i) deep += "/d";
  CHECK(path(deep).text() == deep);
  std::string longest = std::string(255, 'p');
  for (int i = 0; i < 15; ++i) longest += "/" + std::string(255, 'p');
  REQUIRE(longest.size() == limits::kPathBytesMax);
  CHECK(path(longest).text() == longest);
}

TEST_CASE("A name is one component") {
  CHECK(check_name("a b").has_value());
  for (const std::string_view name : {"", "/", "a/b", "/a", "a/", ".", ".."}) {
    CAPTURE(name);
    const auto checked = check_name(name);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == Errc::malformed);
  }
}

TEST_CASE("The root is where paths start") {
  const RelativePath root;
  CHECK(root.is_root());
  CHECK(root.text().empty());
  CHECK(root.name().empty());
  CHECK(root.parent() == root);
  CHECK(root.child("a").value() == path("a"));
  CHECK_FALSE(root.child("").has_value());
  CHECK_FALSE(path("a").is_root());
}

TEST_CASE("A path knows its name and the directory it is in") {
  CHECK(path("a").parent().is_root());
  CHECK(path("a").name() == "a");
  CHECK(path("a/b/c.txt").parent() == path("a/b"));
  CHECK(path("a/b/c.txt").name() == "c.txt");
  CHECK(path("a/b").child("c.txt").value() == path("a/b/c.txt"));
}

TEST_CASE("A child is held to the whole rule") {
  std::string deep = "d";
  for (int i = 0; i < 63; ++i) deep += "/d";
  std::string longest = std::string(255, 'p');
  for (int i = 0; i < 15; ++i) longest += "/" + std::string(255, 'p');

  struct Row {
    std::string_view what;
    std::string directory;
    std::string name;
    Errc code;
  };
  const Row rows[] = {
      {"nothing", "a", "", Errc::malformed},
      {"the directory itself", "a", ".", Errc::malformed},
      {"its parent", "a", "..", Errc::malformed},
      {"two components", "a", "b/c", Errc::malformed},
      {"one of ours", "a", ".lansync", Errc::malformed},
      {"too long a name", "a", std::string(256, 'n'), Errc::limit_exceeded},
      {"too deep", deep, "d", Errc::limit_exceeded},
      {"too long a path", longest, "d", Errc::limit_exceeded},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      const auto child = path(row.directory).child(row.name);
      REQUIRE_FALSE(child.has_value());
      CHECK(child.error().code == row.code);
    }
  }
}

TEST_CASE("A directory contains what is strictly beneath it") {
  CHECK(path("a").contains(path("a/b")));
  CHECK(path("a").contains(path("a/b/c")));
  CHECK(RelativePath().contains(path("a")));
  CHECK_FALSE(path("a").contains(path("a")));
  CHECK_FALSE(path("a").contains(path("ab")));
  CHECK_FALSE(path("a").contains(path("ab/c")));
  CHECK_FALSE(path("a/b").contains(path("a")));
  CHECK_FALSE(path("a").contains(RelativePath()));
  CHECK_FALSE(RelativePath().contains(RelativePath()));
}

TEST_CASE("Everything beneath a directory sorts between its slash and the next byte") {
  CHECK(path("a") < path("a!"));
  CHECK(path("a!") < path("a/b"));
  CHECK(path("a/\xf4\x8f\xbf\xbf") < path("a0"));
  CHECK(path("z") < path("ä"));
  CHECK(RelativePath() < path("!"));
}

TEST_CASE("Paths are keys of hash tables") {
  const std::unordered_set<RelativePath> set{path("a"), path("a"), path("b"), RelativePath()};
  CHECK(set.size() == 3);
}

TEST_CASE("A path is its directory's child of its name") {
  CHECK(rc::check([](const std::string& text) {
    // Of few letters, so that many are legal and many almost.
    std::string letters;
    for (const char c : text) letters += "ab./"[static_cast<unsigned char>(c) % 4];
    const auto parsed = RelativePath::parse(letters);
    RC_PRE(parsed.has_value());
    const auto again = parsed->parent().child(parsed->name());
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *parsed);
    RC_ASSERT(parsed->parent().contains(*parsed));
  }));
}

}  // namespace
}  // namespace lansync
