#include "transport/half_open_slots.h"

#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

// A ticket that notes its number when it is evicted.
HalfOpenTicket admit(HalfOpenSlots& slots, const std::string& address, int number,
                     std::vector<int>& evicted) {
  auto ticket = slots.admit(address);
  ticket.on_evicted([number, &evicted] { evicted.push_back(number); });
  return ticket;
}

TEST_CASE("The oldest of an address goes first", "[transport][half_open_slots]") {
  HalfOpenSlots slots({.slots_max = 10, .per_address_max = 2});
  std::vector<int> evicted;
  const auto other = admit(slots, "b", 0, evicted);
  std::vector<HalfOpenTicket> tickets;
  for (int i = 1; i <= 5; ++i) {
    tickets.push_back(admit(slots, "a", i, evicted));
    CHECK(slots.size() <= 3);
  }
  CHECK(evicted == std::vector{1, 2, 3});
}

TEST_CASE("When all places are taken, the oldest of all goes", "[transport][half_open_slots]") {
  HalfOpenSlots slots({.slots_max = 3, .per_address_max = 2});
  std::vector<int> evicted;
  std::vector<HalfOpenTicket> tickets;
  for (int i = 1; i <= 6; ++i) {
    tickets.push_back(admit(slots, "address " + std::to_string(i), i, evicted));
  }
  CHECK(slots.size() == 3);
  CHECK(evicted == std::vector{1, 2, 3});
}

TEST_CASE("Whoever is established makes room", "[transport][half_open_slots]") {
  HalfOpenSlots slots({.slots_max = 2, .per_address_max = 2});
  std::vector<int> evicted;
  auto first = admit(slots, "a", 1, evicted);
  auto second = admit(slots, "a", 2, evicted);
  first.established();
  CHECK(slots.size() == 1);
  first.established();
  CHECK(slots.size() == 1);
  const auto third = admit(slots, "a", 3, evicted);
  CHECK(evicted.empty());
}

TEST_CASE("A ticket gives its place free when it goes", "[transport][half_open_slots]") {
  HalfOpenSlots slots({.slots_max = 5, .per_address_max = 5});
  {
    auto ticket = slots.admit("a");
    const auto moved = std::move(ticket);
    CHECK(slots.size() == 1);
  }
  CHECK(slots.size() == 0);
  auto ticket = slots.admit("a");
  ticket = slots.admit("b");
  CHECK(slots.size() == 1);
  ticket = {};
  CHECK(slots.size() == 0);
}

TEST_CASE("Failures are reported once, with the address", "[transport][half_open_slots]") {
  std::vector<std::string> reports;
  HalfOpenSlots slots({}, [&](const std::string& address, const Error& error) {
    reports.push_back(address + ": " + to_string(error));
  });
  auto failed = slots.admit("a");
  failed.failed({Errc::malformed, "preamble"});
  failed.failed({Errc::malformed, "again"});
  auto established = slots.admit("b");
  established.established();
  established.failed({Errc::truncated, "channel"});
  CHECK(reports == std::vector<std::string>{"a: preamble: malformed"});
}

TEST_CASE("The evicted are not reported", "[transport][half_open_slots]") {
  int reports = 0;
  HalfOpenSlots slots({.slots_max = 1, .per_address_max = 1},
                      [&](const std::string&, const Error&) { ++reports; });
  auto first = slots.admit("a");
  const auto second = slots.admit("b");
  first.failed({Errc::busy, "too many strangers"});
  CHECK(reports == 0);
  CHECK(slots.size() == 1);
}

TEST_CASE("Tickets may outlive the slots", "[transport][half_open_slots]") {
  HalfOpenTicket ticket;
  ticket.established();
  ticket.failed({Errc::malformed, "nothing"});
  {
    HalfOpenSlots slots({});
    ticket = slots.admit("a");
  }
  ticket.established();
}

}  // namespace
}  // namespace lansync
