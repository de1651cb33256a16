#include "core/base/result.h"

#include <cerrno>
#include <memory>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Errc::malformed, "an odd number"};
  return value / 2;
}

Result<std::string> half_as_text(int value) {
  auto result = half(value);
  if (!result) return std::move(result).error();
  return std::to_string(*result);
}

TEST_CASE("A result is a value or an error") {
  const auto good = half(4);
  REQUIRE(good.has_value());
  CHECK(*good == 2);

  const auto bad = half(3);
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error() == Error{Errc::malformed, "an odd number"});
}

TEST_CASE("An error passes through functions that return something else") {
  CHECK(half_as_text(8).value() == "4");
  const auto bad = half_as_text(7);
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == Errc::malformed);
}

TEST_CASE("A result of nothing succeeds unless told otherwise") {
  const Result<void> good;
  CHECK(good.has_value());
  const Result<void> bad = Error{Errc::busy, "the index"};
  CHECK_FALSE(bad.has_value());
}

TEST_CASE("A result holds what can only be moved") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  REQUIRE(result.has_value());
  const std::unique_ptr<int> owner = std::move(result).value();
  CHECK(*owner == 5);
}

TEST_CASE("A result is made from what its value is made from") {
  const Result<std::string> result = "text";
  REQUIRE(result.has_value());
  CHECK(*result == "text");
}

TEST_CASE("A failed system call keeps its own code") {
  errno = ENOSPC;
  const Error error = Error::from_errno("share 'photos'");
  CHECK(error.code == std::errc::no_space_on_device);
  CHECK(error.code != Errc::limit_exceeded);
  CHECK(to_string(error).starts_with("share 'photos': "));
}

TEST_CASE("An error is shown as its context and the problem") {
  CHECK(to_string({Errc::refused, "path 'a/b'"}) == "path 'a/b': refused");
  CHECK(to_string({Errc::refused, ""}) == "refused");
}

TEST_CASE("Every code has a message and a number of its own") {
  // The numbers are on the wire.
  std::set<std::string> messages;
  for (int value = 1; value <= static_cast<int>(Errc::cancelled); ++value) {
    CAPTURE(value);
    const std::error_code code = make_error_code(static_cast<Errc>(value));
    CHECK(code.value() == value);
    CHECK(messages.insert(code.message()).second);
    CHECK(code.message() != "unknown error");
  }
  CHECK(make_error_code(static_cast<Errc>(0)).message() == "unknown error");
  CHECK(static_cast<int>(Errc::truncated) == 1);
  CHECK(static_cast<int>(Errc::cancelled) == 16);
}

}  // namespace
}  // namespace lansync
