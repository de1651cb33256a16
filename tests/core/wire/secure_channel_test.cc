#include "core/wire/secure_channel.h"

#include <catch2/catch.hpp>

#include "tests/core/wire/channel_pair.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;
using test::anyone;
using test::converse;
using test::kBothSuites;
using test::kChaChaOnly;
using test::kNow;
using test::open_options;
using test::random_bytes;
using test::send;
using test::take_output;
using test::take_records;
using test::TestDevice;

constexpr RecordType kControl{2};
constexpr RecordType kBulk{200};

TEST_CASE("Two devices agree on who they are and on the channel", "[core][secure_channel]") {
  for (const auto suite : kBothSuites) {
    for (const auto purpose : {Purpose::sync, Purpose::pair}) {
      TestDevice ann(1);
      TestDevice bob(2);
      if (suite == CipherSuite::chacha20_poly1305) bob.local.suites = kChaChaOnly;
      auto left = ann.initiate(purpose, suite);
      auto right = bob.respond();
      REQUIRE_FALSE(left.established());
      converse(left, right);
      REQUIRE(left.established());
      REQUIRE(right.established());
      CHECK(left.peer().certificate == bob.local.certificate);
      CHECK(right.peer().certificate == ann.local.certificate);
      CHECK(left.peer().device() == bob.keys.id());
      CHECK(right.peer().clock == kNow.wall);
      CHECK(right.peer().software_version == "lansync test");
      CHECK(left.handshake_hash() == right.handshake_hash());
      CHECK(right.suite() == suite);
      CHECK(right.purpose() == purpose);
      CHECK_FALSE(left.next_deadline());
      CHECK_FALSE(right.next_deadline());
    }
  }
}

TEST_CASE("AES-GCM is taken where both have it", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto left = ann.initiate();
  CHECK(left.suite() == CipherSuite::aes256_gcm);
  TestDevice old(3, kChaChaOnly);
  CHECK(old.initiate().suite() == CipherSuite::chacha20_poly1305);
}

TEST_CASE("Records arrive in order and equal, both ways", "[core][secure_channel]") {
  for (const auto& suites : {kBothSuites, kChaChaOnly}) {
    TestDevice ann(1, suites);
    TestDevice bob(2, suites);
    auto left = ann.initiate();
    auto right = bob.respond();
    converse(left, right);
    std::vector<Record> sent;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{65510}, std::size_t{65511},
          std::size_t{65512}, std::size_t{131030}, limits::kControlRecordBytesMax}) {
      sent.push_back({{kControl, kRecordIgnorable, 0xffff}, random_bytes(size, size)});
    }
    sent.push_back({{kBulk, 0, 1}, random_bytes(9, limits::kBulkRecordBytesMax)});
    sent.push_back({{kControl, 0, 0}, {}});
    for (auto* const from : {&left, &right}) {
      for (const Record& record : sent) {
        const ByteView all = record.payload;
        const ByteView pieces[] = {all.first(all.size() / 3), {}, all.subspan(all.size() / 3)};
        REQUIRE(from->send(record.header, pieces));
      }
    }
    converse(left, right);
    CHECK(take_records(left) == sent);
    CHECK(take_records(right) == sent);
  }
}

TEST_CASE("A chunk of 1 MiB travels in 17 messages", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto left = ann.initiate();
  auto right = bob.respond();
  converse(left, right);
  REQUIRE(send(left, kBulk, 1, Bytes(limits::kBulkRecordBytesMax)));
  CHECK(left.queued_bytes() == limits::kBulkRecordBytesMax + kRecordHeaderBytes + 17 * 18);
  CHECK(left.pending_output().size() == left.queued_bytes());
}

TEST_CASE("Nothing depends on how the stream is cut", "[core][secure_channel]") {
  const std::vector<Record> sent = {{{kControl, 0, 1}, random_bytes(1, 40)},
                                    {{kBulk, 0, 2}, random_bytes(2, 70)},
                                    {{kControl, 0, 3}, {}}};
  const auto play = [&](auto&& deliver) {
    TestDevice ann(1);
    TestDevice bob(2);
    auto left = ann.initiate();
    auto right = bob.respond();
    deliver(right, take_output(left));
    deliver(left, take_output(right));
    Bytes last = take_output(left);
    for (const Record& record : sent) {
      REQUIRE(send(left, record.header.type, record.header.stream, record.payload));
    }
    append(last, take_output(left));
    deliver(right, last);
    CHECK(left.established());
    CHECK(take_records(right) == sent);
    return last.size();
  };
  const std::size_t longest =
      play([](SecureChannel& to, ByteView bytes) { REQUIRE(to.handle_bytes(bytes)); });
  for (std::size_t cut = 0; cut <= longest; ++cut) {
    play([cut](SecureChannel& to, ByteView bytes) {
      const std::size_t first = std::min(cut, bytes.size());
      REQUIRE(to.handle_bytes(bytes.first(first)));
      REQUIRE(to.handle_bytes(bytes.subspan(first)));
    });
  }
  for (std::size_t piece = 1; piece < 100; piece += 6) {
    play([piece](SecureChannel& to, ByteView bytes) {
      for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size()))) {
        REQUIRE(to.handle_bytes(bytes.first(std::min(piece, bytes.size()))));
      }
    });
  }
}

TEST_CASE("Output stays in place while more is sent", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto left = ann.initiate();
  auto right = bob.respond();
  converse(left, right);
  REQUIRE(send(left, kControl, 1, random_bytes(1, 100)));
  const ByteView writing = left.pending_output();
  const Bytes before = to_bytes(writing);
  REQUIRE(send(left, kBulk, 2, random_bytes(2, 1 << 20)));
  CHECK(left.pending_output().data() == writing.data());
  CHECK(to_bytes(writing) == before);
  REQUIRE_FALSE(left.handle_end());
  CHECK(to_bytes(writing) == before);
  CHECK(left.pending_output().empty());
  left.consume_output(writing.size());
}

SCENARIO("A channel is closed", "[core][secure_channel]") {
  GIVEN("an established channel with a record under way") {
    TestDevice ann(1);
    TestDevice bob(2);
    auto left = ann.initiate();
    auto right = bob.respond();
    converse(left, right);
    REQUIRE(send(left, kControl, 1, random_bytes(1, 10)));

    WHEN("one side closes") {
      left.close(Errc::busy);
      converse(left, right);
      THEN("the other gets all that was sent, and the reason") {
        CHECK(take_records(right).size() == 1);
        CHECK(right.closed_by_peer() == Errc::busy);
        CHECK(right.handle_end());
        CHECK_FALSE(right.error());
      }
      THEN("nothing more can be sent, and closing again does nothing") {
        const auto sent = send(left, kControl, 1, {});
        REQUIRE_FALSE(sent);
        CHECK(sent.error().code == Errc::wrong_state);
        left.close(Errc::expired);
        CHECK(left.pending_output().empty());
      }
      THEN("what comes after the close is ignored") {
        CHECK(right.handle_bytes(random_bytes(3, 1000)));
        CHECK(take_records(right).size() == 1);
        CHECK_FALSE(right.error());
      }
      THEN("the other side can still close in turn") {
        right.close(Errc::cancelled);
        converse(left, right);
        CHECK(left.closed_by_peer() == Errc::cancelled);
      }
    }
    WHEN("both close at once") {
      left.close(Errc::cancelled);
      right.close(Errc::expired);
      converse(left, right);
      THEN("each learns the other's reason") {
        CHECK(left.closed_by_peer() == Errc::expired);
        CHECK(right.closed_by_peer() == Errc::cancelled);
      }
    }
    WHEN("the stream ends without a close") {
      converse(left, right);
      const auto ended = right.handle_end();
      THEN("it was cut off") {
        REQUIRE_FALSE(ended);
        CHECK(ended.error().code == Errc::truncated);
        CHECK(right.over());
        CHECK_FALSE(right.next_record());
      }
    }
  }
  GIVEN("a channel whose handshake has not finished") {
    TestDevice ann(1);
    auto left = ann.initiate();
    take_output(left);
    WHEN("it is closed") {
      left.close(Errc::cancelled);
      THEN("there is nothing to say") { CHECK(left.pending_output().empty()); }
    }
  }
}

TEST_CASE("The handshake has one deadline, whatever arrives meanwhile", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto left = ann.initiate();
  auto right = bob.respond();
  const Bytes first = take_output(left);
  for (auto* const channel : {&left, &right}) {
    REQUIRE(channel->next_deadline() == kNow.steady + 5s);
    CHECK(channel->handle_timeout(kNow.steady + 5s - 1ns));
  }
  REQUIRE(right.handle_bytes(first));
  REQUIRE(right.next_deadline() == kNow.steady + 5s);
  const auto timed_out = right.handle_timeout(kNow.steady + 5s);
  REQUIRE_FALSE(timed_out);
  CHECK(timed_out.error().code == Errc::peer_timed_out);
  CHECK(right.over());
  CHECK(right.pending_output().empty());
  CHECK_FALSE(right.next_deadline());
}

TEST_CASE("An established channel has no deadline", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto left = ann.initiate();
  auto right = bob.respond();
  converse(left, right);
  CHECK(left.handle_timeout(kNow.steady + 100h));
  CHECK(right.handle_timeout(kNow.steady + 100h));
  CHECK(left.established());
}

TEST_CASE("Nothing can be sent before the channel is established", "[core][secure_channel]") {
  TestDevice ann(1);
  auto left = ann.initiate();
  const auto sent = send(left, kControl, 1, {});
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Errc::wrong_state);
}

TEST_CASE("The channel survives its rekeys", "[core][secure_channel]") {
  for (std::uint64_t every = 1; every <= 7; every += 2) {
    TestDevice ann(1);
    TestDevice bob(2);
    auto options = open_options();
    options.nonces.rekey_messages = every;
    auto left = SecureChannel::initiate(ann.local, Purpose::sync, options, kNow);
    auto right = SecureChannel::respond(bob.local, options, kNow);
    converse(left, right);
    for (std::uint16_t i = 0; i < 20; ++i) {
      REQUIRE(send(left, kBulk, i, random_bytes(i, 70'000)));
      REQUIRE(send(right, kControl, i, random_bytes(i, i)));
    }
    converse(left, right);
    CHECK(take_records(left).size() == 20);
    CHECK(take_records(right).size() == 20);
  }
}

TEST_CASE("A channel ends when its nonces are used up", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto options = open_options();
  options.nonces.first_nonce = ~std::uint64_t{0} - 2;
  auto left = SecureChannel::initiate(ann.local, Purpose::sync, options, kNow);
  auto right = SecureChannel::respond(bob.local, options, kNow);
  converse(left, right);
  REQUIRE(send(left, kControl, 1, random_bytes(1, 10)));
  REQUIRE(send(left, kControl, 2, random_bytes(2, 10)));
  converse(left, right);
  CHECK(take_records(right).size() == 2);
  const auto refused = send(left, kControl, 3, random_bytes(3, 10));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit_exceeded);
  CHECK(left.over());
  CHECK(left.pending_output().empty());
}

}  // namespace
}  // namespace lansync
