#include "discovery/peer_table.h"

#include <chrono>
#include <vector>

#include <catch2/catch.hpp>

#include "discovery/limits.h"

namespace lansync {
namespace {

using namespace discovery_limits;

constexpr TimePoint kStart{};
constexpr int kV4 = 0;
constexpr int kV6 = 1;
const std::string kTag = "0123456789abcdef";
const std::string kInstance = "lansync-01234567";

const ServiceKey kOver4{.instance = kInstance, .interface_index = 2, .protocol = kV4};
const ServiceKey kOver6{.instance = kInstance, .interface_index = 2, .protocol = kV6};
const PeerAddress kAddress4{.ip = "10.77.0.2", .port = 22000};
const PeerAddress kAddress6{.ip = "fd77::2", .port = 22000};
const TxtRecord kRecord{
    .version = 1, .device_tag = kTag, .boot_nonce = "a1", .invitation_open = false};

Sighting sighting_of(std::vector<PeerAddress> addresses) {
  Sighting sighting;
  sighting.instance = kInstance;
  sighting.device_tag = kTag;
  sighting.boot_nonce = "a1";
  sighting.version = 1;
  sighting.gone = addresses.empty();
  sighting.addresses = std::move(addresses);
  return sighting;
}

// A table to which that peer is known and reported by both protocols.
PeerTable with_peer() {
  PeerTable table;
  table.add(kOver4, kStart);
  table.add(kOver6, kStart);
  table.resolve(kOver4, kRecord, kAddress4, kStart);
  table.resolve(kOver6, kRecord, kAddress6, kStart);
  REQUIRE(table.poll_sighting(kStart + kSettleTime) == sighting_of({kAddress4, kAddress6}));
  return table;
}

SCENARIO("A peer is reported once, when what is known of it has settled",
         "[discovery][peer_table]") {
  GIVEN("an instance resolved over IPv4") {
    PeerTable table;
    table.add(kOver4, kStart);
    CHECK_FALSE(table.next_deadline());
    table.resolve(kOver4, kRecord, kAddress4, kStart);
    REQUIRE(table.next_deadline() == kStart + kSettleTime);
    CHECK_FALSE(table.poll_sighting(kStart));

    WHEN("it is resolved over IPv6 shortly after, with a corrected record") {
      TxtRecord corrected = kRecord;
      corrected.boot_nonce = "b2";
      table.add(kOver6, kStart + kSettleTime / 2);
      table.resolve(kOver6, corrected, kAddress6, kStart + kSettleTime / 2);
      THEN("both come in one sighting, with the later record") {
        const auto sighting = table.poll_sighting(kStart + kSettleTime);
        REQUIRE(sighting);
        CHECK(sighting->addresses == std::vector{kAddress4, kAddress6});
        CHECK(sighting->boot_nonce == "b2");
        CHECK_FALSE(table.poll_sighting(kStart + kSettleTime));
        CHECK_FALSE(table.next_deadline());
      }
    }
    WHEN("the same is resolved again later") {
      REQUIRE(table.poll_sighting(kStart + kSettleTime));
      table.resolve(kOver4, kRecord, kAddress4, kStart + kSettleTime);
      THEN("there is nothing to report") {
        CHECK_FALSE(table.poll_sighting(kStart + 2 * kSettleTime));
      }
    }
  }
}

SCENARIO("What changes of a peer is reported", "[discovery][peer_table]") {
  PeerTable table = with_peer();
  const TimePoint later = kStart + std::chrono::minutes(1);

  WHEN("it opens an invitation") {
    TxtRecord inviting = kRecord;
    inviting.invitation_open = true;
    table.resolve(kOver4, inviting, kAddress4, later);
    const auto sighting = table.poll_sighting(later + kSettleTime);
    REQUIRE(sighting);
    CHECK(sighting->invitation_open);
  }
  WHEN("it has another address") {
    const PeerAddress other{.ip = "10.77.0.9", .port = 22000};
    table.resolve(kOver4, kRecord, other, later);
    CHECK(table.poll_sighting(later + kSettleTime) == sighting_of({other, kAddress6}));
  }
  WHEN("it can no longer be reached by one protocol") {
    table.remove(kOver6, later);
    CHECK(table.poll_sighting(later + kSettleTime) == sighting_of({kAddress4}));
  }
  WHEN("it changes faster than it can settle") {
    std::size_t reported = 0;
    for (int i = 0; i < 100; ++i) {
      TxtRecord record = kRecord;
      record.boot_nonce = std::to_string(i);
      const TimePoint now = later + i * kSettleTime / 2;
      table.resolve(kOver4, record, kAddress4, now);
      if (table.poll_sighting(now)) ++reported;
    }
    CHECK(reported > 10);
    CHECK(reported <= 50);
  }
}

SCENARIO("A peer that vanishes is gone only when it does not come back",
         "[discovery][peer_table]") {
  PeerTable table = with_peer();
  const TimePoint later = kStart + std::chrono::minutes(1);
  table.remove(kOver4, later);
  table.remove(kOver6, later);
  REQUIRE(table.next_deadline() == later + kGoneDelay);

  WHEN("nothing is heard of it") {
    CHECK_FALSE(table.poll_sighting(later + kGoneDelay - std::chrono::milliseconds(1)));
    THEN("it is gone, and forgotten") {
      CHECK(table.poll_sighting(later + kGoneDelay) == sighting_of({}));
      CHECK(table.size() == 0);
      CHECK_FALSE(table.next_deadline());
    }
  }
  WHEN("it is back in time") {
    const TimePoint back = later + kGoneDelay / 2;
    table.add(kOver4, back);
    table.add(kOver6, back);
    table.resolve(kOver4, kRecord, kAddress4, back);
    table.resolve(kOver6, kRecord, kAddress6, back);
    THEN("nobody hears of it") {
      CHECK_FALSE(table.poll_sighting(back + kSettleTime));
      CHECK_FALSE(table.poll_sighting(later + 2 * kGoneDelay));
    }
  }
  WHEN("it is back too late") {
    REQUIRE(table.poll_sighting(later + kGoneDelay));
    const TimePoint back = later + 2 * kGoneDelay;
    table.add(kOver4, back);
    table.resolve(kOver4, kRecord, kAddress4, back);
    THEN("it is reported like a new one") {
      CHECK(table.poll_sighting(back + kSettleTime) == sighting_of({kAddress4}));
    }
  }
}

SCENARIO("A change of our own responder is no news of the others", "[discovery][peer_table]") {
  PeerTable table = with_peer();
  const TimePoint later = kStart + std::chrono::minutes(1);
  table.suspect_all(later);

  WHEN("the new one sees the same") {
    table.add(kOver4, later + kGoneDelay);
    table.resolve(kOver4, kRecord, kAddress4, later + kGoneDelay);
    table.add(kOver6, later + kGoneDelay);
    table.resolve(kOver6, kRecord, kAddress6, later + kGoneDelay);
    CHECK_FALSE(table.poll_sighting(later + kGoneDelay + kSettleTime));
    CHECK_FALSE(table.poll_sighting(later + 2 * kSuspectTime));
  }
  WHEN("the new one does not see it") {
    CHECK_FALSE(table.poll_sighting(later + kSuspectTime - std::chrono::milliseconds(1)));
    REQUIRE(table.next_deadline() == later + kSuspectTime);
    CHECK(table.poll_sighting(later + kSuspectTime) == sighting_of({}));
    CHECK(table.size() == 0);
  }
}

TEST_CASE("What we announce ourselves is not a sighting", "[discovery][peer_table]") {
  PeerTable table;
  table.set_own_tag(kTag);
  table.add(kOver4, kStart);
  table.resolve(kOver4, kRecord, kAddress4, kStart);
  CHECK_FALSE(table.poll_sighting(kStart + kSettleTime));
}

TEST_CASE("An address that is not worth dialling is no sighting", "[discovery][peer_table]") {
  PeerTable table;
  table.add(kOver4, kStart);
  table.resolve(kOver4, kRecord, {.ip = "127.0.0.1", .port = 22000}, kStart);
  CHECK_FALSE(table.poll_sighting(kStart + kSettleTime));
}

TEST_CASE("What was never added cannot be resolved", "[discovery][peer_table]") {
  PeerTable table;
  table.resolve(kOver4, kRecord, kAddress4, kStart);
  table.unresolve(kOver4, kStart);
  table.remove(kOver4, kStart);
  CHECK(table.size() == 0);
  CHECK_FALSE(table.next_deadline());
}

TEST_CASE("A flood of services neither grows the table nor drives out a peer",
          "[discovery][peer_table]") {
  PeerTable table = with_peer();
  std::size_t evictions = 0;
  for (int i = 0; i < 10'000; ++i) {
    const ServiceKey key{.instance = "lansync-" + std::to_string(10'000'000 + i),
                         .interface_index = 2,
                         .protocol = kV4};
    const auto evicted = table.add(key, kStart + std::chrono::milliseconds(i));
    CHECK(evicted != kInstance);
    if (evicted) ++evictions;
  }
  CHECK(table.size() == kPeersMax);
  CHECK(evictions == 10'000 - (kPeersMax - 1));
}

TEST_CASE("Of peers that are all real the one silent for longest makes room",
          "[discovery][peer_table]") {
  PeerTable table;
  const auto key = [](std::size_t i) {
    return ServiceKey{
        .instance = "peer " + std::to_string(i), .interface_index = 2, .protocol = kV4};
  };
  TimePoint now = kStart;
  for (std::size_t i = 0; i < kPeersMax; ++i) {
    now += kSettleTime;
    table.add(key(i), now);
    table.resolve(key(i), kRecord, kAddress4, now);
    REQUIRE(table.poll_sighting(now + kSettleTime));
  }
  table.resolve(key(0), kRecord, kAddress4, now + kSettleTime);
  REQUIRE_FALSE(table.poll_sighting(now + 2 * kSettleTime));
  CHECK(table.add(key(kPeersMax), now + 3 * kSettleTime) == key(1).instance);
}

}  // namespace
}  // namespace lansync
