#include "core/crypto/cpace.h"

#include <catch2/catch.hpp>

#include "tests/core/crypto/test_entropy.h"
#include "tests/core/crypto/vector_file.h"

namespace lansync {
namespace {

using test::load_vectors;
using test::unhex;

CpacePoint point_of(ByteView bytes) {
  REQUIRE(bytes.size() == CpacePoint{}.size());
  CpacePoint point;
  std::copy(bytes.begin(), bytes.end(), point.begin());
  return point;
}

// A scalar of the draft, in the 64 bytes that Cpace reduces to one.
test::ScriptedEntropy scalar(Bytes bytes) {
  bytes.resize(64);
  return test::ScriptedEntropy(std::move(bytes));
}

const Bytes kPassword = to_bytes("password");
const Bytes kChannel = to_bytes("channel");
const Bytes kSession = to_bytes("session");

Cpace side(CpaceRole role, const CpaceContext& context = {kPassword, kChannel, kSession}) {
  const bool initiator = role == CpaceRole::initiator;
  test::SeededEntropy entropy(initiator ? 1 : 2);
  return {role, context, to_bytes(initiator ? "initiator" : "responder"), entropy};
}

struct Outcome {
  CpaceKeys initiator;
  CpaceKeys responder;

  [[nodiscard]] bool agreed() const {
    return initiator.shared_key == responder.shared_key &&
           initiator.confirmed_by(responder.own_tag) && responder.confirmed_by(initiator.own_tag);
  }
  [[nodiscard]] bool nothing_in_common() const {
    return !(initiator.shared_key == responder.shared_key) &&
           !initiator.confirmed_by(responder.own_tag) && !responder.confirmed_by(initiator.own_tag);
  }
};

Outcome run(Cpace initiator, Cpace responder) {
  const CpacePoint initiators = initiator.point();
  const Bytes description = initiator.associated_data();
  const CpacePoint responders = responder.point();
  const Bytes other_description = responder.associated_data();
  auto left = std::move(initiator).finish(responders, other_description);
  auto right = std::move(responder).finish(initiators, description);
  REQUIRE(left);
  REQUIRE(right);
  return {*std::move(left), *std::move(right)};
}

TEST_CASE("The generator is the one that the draft gives") {
  const auto vectors = load_vectors("cpace_ristr255_sha512.json");
  const auto& vector = vectors.at("generator");
  const Bytes password = unhex(vector.at("PRS"));
  const Bytes channel = unhex(vector.at("CI"));
  const Bytes session = unhex(vector.at("sid"));
  CHECK(to_bytes(cpace_generator({password, channel, session})) ==
        unhex(vector.at("encoded generator g")));
}

TEST_CASE("A run gives the points, the key and the tags that the draft gives") {
  const auto vectors = load_vectors("cpace_ristr255_sha512.json");
  const auto& vector = vectors.at("protocol");
  const auto& tags = vectors.at("confirmation_tags_HMAC_SHA512");
  const Bytes password = unhex(vector.at("PRS"));
  const Bytes channel = unhex(vector.at("CI"));
  const Bytes session = unhex(vector.at("sid"));
  const CpaceContext context{password, channel, session};
  auto entropy_a = scalar(unhex(vector.at("ya")));
  auto entropy_b = scalar(unhex(vector.at("yb")));
  Cpace a(CpaceRole::initiator, context, unhex(vector.at("ADa")), entropy_a);
  Cpace b(CpaceRole::responder, context, unhex(vector.at("ADb")), entropy_b);
  CHECK(to_bytes(a.point()) == unhex(vector.at("Ya")));
  CHECK(to_bytes(b.point()) == unhex(vector.at("Yb")));

  const Outcome outcome = run(std::move(a), std::move(b));
  CHECK(to_bytes(outcome.initiator.shared_key.view()) == unhex(vector.at("ISK_IR")));
  CHECK(to_bytes(outcome.responder.shared_key.view()) == unhex(vector.at("ISK_IR")));
  CHECK(to_bytes(outcome.initiator.own_tag) == unhex(tags.at("tagA")));
  CHECK(to_bytes(outcome.responder.own_tag) == unhex(tags.at("tagB")));
  CHECK(outcome.agreed());
}

TEST_CASE("What is not a group element, or is the neutral one, ends the run") {
  const auto vectors = load_vectors("cpace_ristr255_sha512.json");
  const auto& invalid = vectors.at("invalid");
  for (const char* const name : {"Invalid Y1", "Invalid Y2"}) {
    for (const CpaceRole role : {CpaceRole::initiator, CpaceRole::responder}) {
      INFO(name);
      const auto result = side(role).finish(point_of(unhex(invalid.at(name))), {});
      REQUIRE_FALSE(result);
      CHECK(result.error().code == Errc::malformed);
    }
  }
  const auto valid = point_of(unhex(invalid.at("Valid").at("X")));
  CHECK(side(CpaceRole::initiator).finish(valid, {}));
}

TEST_CASE("Our own message, come back, is not taken for the other side's") {
  Cpace initiator = side(CpaceRole::initiator);
  const CpacePoint point = initiator.point();
  const Bytes description = initiator.associated_data();
  const auto result = std::move(initiator).finish(point, description);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::not_authentic);
}

TEST_CASE("Two sides agree only on the same password, channel and session") {
  const Bytes other = to_bytes("other");
  const struct {
    const char* name;
    CpaceContext context;
  } cases[] = {
      {"another password", {other, kChannel, kSession}},
      {"no password", {{}, kChannel, kSession}},
      {"another channel", {kPassword, other, kSession}},
      {"another session", {kPassword, kChannel, other}},
      {"channel and session exchanged", {kPassword, kSession, kChannel}},
      {"password and channel exchanged", {kChannel, kPassword, kSession}},
  };
  CHECK(run(side(CpaceRole::initiator), side(CpaceRole::responder)).agreed());
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(run(side(CpaceRole::initiator), side(CpaceRole::responder, c.context))
                .nothing_in_common());
    }
  }
}

TEST_CASE("Two sides agree only on the same descriptions and on who began") {
  SECTION("a description that was changed on its way") {
    Cpace initiator = side(CpaceRole::initiator);
    Cpace responder = side(CpaceRole::responder);
    const CpacePoint initiators = initiator.point();
    auto left = std::move(initiator).finish(responder.point(), responder.associated_data());
    auto right = std::move(responder).finish(initiators, to_bytes("forged"));
    REQUIRE(left);
    REQUIRE(right);
    const Outcome outcome{*std::move(left), *std::move(right)};
    CHECK(outcome.nothing_in_common());
  }
  SECTION("two that both think they began") {
    test::SeededEntropy entropy(3);
    const CpaceContext context{kPassword, kChannel, kSession};
    Cpace second(CpaceRole::initiator, context, to_bytes("responder"), entropy);
    const Outcome outcome = run(side(CpaceRole::initiator), std::move(second));
    CHECK_FALSE(outcome.initiator.confirmed_by(outcome.responder.own_tag));
  }
}

TEST_CASE("A long password needs no padding and still works") {
  const Bytes password(500, std::byte{'x'});
  const CpaceContext context{password, kChannel, kSession};
  CHECK(run(side(CpaceRole::initiator, context), side(CpaceRole::responder, context)).agreed());
}

TEST_CASE("No two lists of parts are joined to the same bytes") {
  CHECK(to_hex(lv_cat({as_bytes("ab"), as_bytes("c")})) == "0261620163");
  CHECK(to_hex(lv_cat({as_bytes("a"), as_bytes("bc")})) == "0161026263");
  CHECK(to_hex(lv_cat({{}, as_bytes("abc")})) == "0003616263");
  CHECK(lv_cat({}).empty());
  const Bytes long_part(300);
  CHECK(to_hex(lv_cat({long_part})).substr(0, 6) == "ac0200");
}

}  // namespace
}  // namespace lansync
