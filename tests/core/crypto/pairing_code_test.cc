#include "core/crypto/pairing_code.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "tests/core/crypto/test_entropy.h"

namespace lansync {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

PairingCode code(std::uint64_t seed) {
  test::SeededEntropy entropy(seed);
  return PairingCode::generate(entropy);
}

// The eight symbols without the dash.
std::string symbols_of(const PairingCode& code) {
  std::string text = code.text();
  text.erase(4, 1);
  return text;
}

TEST_CASE("A code is shown as two groups of four and read back") {
  const bool holds = rc::check("shown and read back", [](std::uint64_t seed) {
    const PairingCode original = code(seed);
    const std::string text = original.text();
    RC_ASSERT(text.size() == 9u);
    RC_ASSERT(text[4] == '-');
    RC_ASSERT(symbols_of(original).find_first_not_of(kAlphabet) == std::string::npos);
    const auto parsed = PairingCode::parse(text);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == original);
    RC_ASSERT(parsed->password() == original.password());
  });
  CHECK(holds);
}

TEST_CASE("A code is a pure function of the random bytes") {
  // Bits above the fifth are not used. The check symbol of "1 in the seventh place" is 2 in
  // GF(2^5).
  test::ScriptedEntropy zeros(Bytes(7));
  CHECK(PairingCode::generate(zeros).text() == "0000-0000");
  test::ScriptedEntropy one(*from_hex("e0e0e0e0e0e0e1"));
  CHECK(PairingCode::generate(one).text() == "0000-0012");
  test::ScriptedEntropy all(*from_hex("ffffffffffffff"));
  CHECK(symbols_of(PairingCode::generate(all)).substr(0, 7) == "ZZZZZZZ");
}

TEST_CASE("A code is understood however it is typed") {
  test::ScriptedEntropy entropy(*from_hex("00010010011f1f"));
  const PairingCode original = PairingCode::generate(entropy);
  const std::string text = symbols_of(original);
  REQUIRE(text.substr(0, 7) == "010G1ZZ");
  const std::string check = text.substr(7);
  const std::string typed[] = {
      text,
      original.text(),
      "010g1zz" + check,
      "O1OG1ZZ" + check,
      "oIoGlZZ" + check,
      "0L0gizz" + check,
      " 010G 1ZZ" + check + "\n",
      "0-1-0-G-1-Z-Z-" + check,
      "\t010G--1ZZ" + check + "\r\n",
  };
  for (const std::string& form : typed) {
    INFO(form);
    const auto parsed = PairingCode::parse(form);
    REQUIRE(parsed);
    CHECK(*parsed == original);
  }
}

TEST_CASE("What is not a code is told from a typing error") {
  const std::string right = symbols_of(code(1));
  const struct {
    const char* name;
    std::string text;
    Errc expected;
  } cases[] = {
      {"nothing", "", Errc::malformed},
      {"only separators", " - - ", Errc::malformed},
      {"too short", right.substr(0, 7), Errc::malformed},
      {"too long", right + "0", Errc::malformed},
      {"a U, which the alphabet has not", "U" + right.substr(1), Errc::malformed},
      {"an asterisk", right.substr(0, 7) + "*", Errc::malformed},
      {"an underscore between the groups", right.substr(0, 4) + "_" + right.substr(4),
       Errc::malformed},
      {"a zero byte", right.substr(0, 7) + std::string(1, '\0'), Errc::malformed},
      {"a letter with an accent", right.substr(0, 7) + "\xc3\x89", Errc::malformed},
      {"a wall of text", std::string(65, '0'), Errc::limit_exceeded},
      {"a wall of blanks", std::string(65, ' '), Errc::limit_exceeded},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto parsed = PairingCode::parse(c.text);
      REQUIRE_FALSE(parsed);
      CHECK(parsed.error().code == c.expected);
    }
  }
}

TEST_CASE("One wrong symbol is always noticed") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string right = symbols_of(code(seed));
    for (std::size_t position = 0; position < right.size(); ++position) {
      for (const char wrong : kAlphabet) {
        if (wrong == right[position]) continue;
        std::string text = right;
        text[position] = wrong;
        INFO(right << " typed as " << text);
        const auto parsed = PairingCode::parse(text);
        REQUIRE_FALSE(parsed);
        REQUIRE(parsed.error().code == Errc::mismatch);
      }
    }
  }
}

TEST_CASE("Two symbols in each other's place are always noticed") {
  int swaps = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string right = symbols_of(code(seed));
    for (std::size_t left = 0; left < right.size(); ++left) {
      for (std::size_t other = left + 1; other < right.size(); ++other) {
        std::string text = right;
        std::swap(text[left], text[other]);
        if (text == right) continue;
        INFO(right << " typed as " << text);
        REQUIRE_FALSE(PairingCode::parse(text));
        ++swaps;
      }
    }
  }
  CHECK(swaps > 5000);
}

TEST_CASE("The password is the seven random symbols, and the check symbol adds nothing") {
  test::ScriptedEntropy entropy(Bytes(7));
  CHECK(as_text(PairingCode::generate(entropy).password().view()) == "lansync-code-v10000000");
  std::set<std::string> passwords;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    passwords.insert(std::string(as_text(code(seed).password().view())));
  }
  CHECK(passwords.size() == 1000);
}

}  // namespace
}  // namespace lansync
