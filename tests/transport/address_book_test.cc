#include "transport/address_book.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

DeviceId device(std::uint8_t number) {
  DeviceId id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

TEST_CASE("A device's addresses are those sighted now, then those of before", "[address_book]") {
  AddressBook book;
  book.reached(device(1), {"10.0.0.9", 5000});
  book.sighted("one", {device_tag(device(1)), false, {{"10.0.0.1", 5000}, {"10.0.0.9", 5000}}});
  book.sighted("two", {device_tag(device(2)), false, {{"10.0.0.2", 5000}}});
  const std::vector<SightedAddress> expected = {{"10.0.0.1", 5000}, {"10.0.0.9", 5000}};
  CHECK(book.addresses_of(device(1)) == expected);

  book.gone("one");
  CHECK(book.addresses_of(device(1)) == std::vector<SightedAddress>{{"10.0.0.9", 5000}});
  CHECK(book.addresses_of(device(3)).empty());
}

TEST_CASE("Only so many addresses are remembered, the latest first", "[address_book]") {
  AddressBook book;
  for (std::uint16_t port = 1; port <= 20; ++port) book.reached(device(1), {"10.0.0.1", port});
  const auto addresses = book.addresses_of(device(1));
  REQUIRE(addresses.size() == AddressBook::kRememberedMax);
  CHECK(addresses.front().port == 20);
  book.reached(device(1), {"10.0.0.1", 15});
  CHECK(book.addresses_of(device(1)).front().port == 15);
  CHECK(book.addresses_of(device(1)).size() == AddressBook::kRememberedMax);
}

TEST_CASE("What is forgotten is no device's address, unless it is sighted", "[address_book]") {
  AddressBook book;
  book.reached(device(1), {"10.0.0.1", 5000});
  book.reached(device(2), {"10.0.0.1", 5000});
  book.reached(device(2), {"10.0.0.1", 5001});
  book.sighted("three", {device_tag(device(3)), false, {{"10.0.0.1", 5000}}});
  book.forget({"10.0.0.9", 5000});
  CHECK(book.remembered().size() == 2);

  book.forget({"10.0.0.1", 5000});
  CHECK(book.addresses_of(device(1)).empty());
  CHECK_FALSE(book.remembered().contains(device(1)));
  CHECK(book.addresses_of(device(2)) == std::vector<SightedAddress>{{"10.0.0.1", 5001}});
  CHECK(book.addresses_of(device(3)) == std::vector<SightedAddress>{{"10.0.0.1", 5000}});
}

TEST_CASE("Instances with an open invitation are found until they are gone", "[address_book]") {
  AddressBook book;
  book.sighted("closed", {device_tag(device(1)), false, {{"10.0.0.1", 5000}}});
  CHECK(book.inviting().empty());
  book.sighted("open", {device_tag(device(2)), true, {{"10.0.0.2", 5000}}});
  REQUIRE(book.inviting().size() == 1);
  CHECK(book.inviting().front().addresses.front().ip == "10.0.0.2");
  book.gone("open");
  CHECK(book.inviting().empty());
}

TEST_CASE("A device's tag is sixteen hex digits and not its id", "[address_book]") {
  const std::string tag = device_tag(device(7));
  CHECK(tag.size() == 16);
  CHECK(from_hex(tag).has_value());
  CHECK(device(7).hex().find(tag) == std::string::npos);
  CHECK(device_tag(device(8)) != tag);
}

TEST_CASE("An address is shown as it is dialled", "[address_book]") {
  CHECK(to_string(SightedAddress{"10.0.0.1", 80}) == "10.0.0.1:80");
  CHECK(to_string(SightedAddress{"fe80::1%eth0", 80}) == "[fe80::1%eth0]:80");
}

}  // namespace
}  // namespace lansync
