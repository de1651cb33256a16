#include "core/engine/verify/audit.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/support/cluster.h"
#include "tests/support/toy_device.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Kind = AuditResult::Kind;

RelativePath path(const std::string& text) { return *RelativePath::parse(text); }

RelativePath path(int number) {
  const std::string text = std::to_string(number);
  return path("dir/" + std::string(7 - text.size(), '0') + text);
}

void hide(Index& index, const RelativePath& where) {
  REQUIRE(index.remove_head(index.heads(where)->front().dot));
  REQUIRE(index.commit());
}

// Two members that have seen the same changes, and the wire between them.
class Pair {
 public:
  explicit Pair(int paths) {
    std::vector<Change> changes(static_cast<std::size_t>(paths));
    for (int i = 0; i < paths; ++i) {
      changes[static_cast<std::size_t>(i)].path = path(i);
      changes[static_cast<std::size_t>(i)].mode = 0644;
    }
    publish(changes);
    for (Side* side : {&one, &two}) {
      PeerState peer;
      peer.device = other(*side).id();
      peer.joined = peer.audits = peer.clock_known = peer.state.in_sync = true;
      side->peers.emplace(peer.device, peer);
    }
    meet();
  }

  struct Side {
    Side(const ToyCast& cast, std::size_t number)
        : replica(index, cast.membership(), cast.author(number), cast.sign(number)),
          audits(index, replica, peers) {}
    [[nodiscard]] const DeviceId& id() const { return replica.self().device; }

    MemoryIndex index;
    Replica replica;
    std::map<DeviceId, PeerState> peers;
    Audits audits;
  };

  Side& other(const Side& side) { return &side == &one ? two : one; }

  // One writes, both know.
  void publish(std::vector<Change> changes) {
    std::set<RelativePath> touched;
    for (Change& change : changes) change.size = 1;  // Of some content.
    REQUIRE(one.replica.publish(changes, touched));
    const auto places = one.index.segments(arrivals, 1000);
    for (const SegmentPlace& place : *places) {
      REQUIRE(two.replica.integrate(*one.index.segment(place.arrival), touched));
      arrivals = place.arrival;
    }
  }
  void meet() {
    for (Side* side : {&one, &two}) {
      side->peers.begin()->second.state.clock = other(*side).replica.clock();
    }
  }

  // Lets time pass, in pieces.
  void run_for(Duration duration, Duration piece = 5ms) {
    for (const TimePoint end = now + duration; now < end; now += piece) turn();
  }
  void turn() {
    for (Side* side : {&one, &two}) {
      side->audits.handle_heard(other(*side).id());
      REQUIRE(side->audits.advance(now, true));
      while (const auto body = side->audits.poll_message(other(*side).id())) carry(*side, *body);
    }
  }
  void carry(Side& from, const MessageBody& body) {
    const Bytes bytes = encode(Message{ShareId(), body});
    ++messages;
    largest = std::max(largest, bytes.size());
    const auto decoded = decode_message(bytes);
    REQUIRE(decoded);
    Side& to = other(from);
    if (const auto* question = std::get_if<AuditQuestion>(&decoded->body)) {
      REQUIRE(to.audits.handle_question(from.id(), *question));
    } else {
      REQUIRE(to.audits.handle_answer(from.id(), std::get<AuditAnswer>(decoded->body)));
    }
  }
  // One asks two, until there is a result.
  AuditResult audit() {
    one.audits.ask({two.id()});
    messages = 0;
    largest = 0;
    for (int i = 0; i < 100'000 && !one.audits.results().contains(two.id()); ++i) {
      run_for(5ms);
    }
    return one.audits.results().at(two.id());
  }

  ToyCast cast{2};
  Side one{cast, 0};
  Side two{cast, 1};
  TimePoint now{std::chrono::hours(1)};
  std::uint64_t arrivals = 0;
  int messages = 0;
  std::size_t largest = 0;
};

TEST_CASE("Members that agree exchange one small question and its answer", "[audit]") {
  for (const int paths : {0, 1, 2, 1000, 20'000}) {
    CAPTURE(paths);
    Pair pair(paths);
    const AuditResult result = pair.audit();
    CHECK(result.kind == Kind::equal);
    CHECK(result.paths.empty());
    CHECK(pair.messages == 2);
    CHECK(pair.largest < 150);
  }
}

TEST_CASE("A path that one of them lacks is found, whoever asks", "[audit]") {
  for (const int paths : {1, 2, 16, 17, 1000}) {
    for (const int missing : {0, 1, paths / 2, paths - 1}) {
      if (missing >= paths) continue;
      CAPTURE(paths, missing);
      Pair pair(paths);
      const bool here = missing % 2 == 0;
      hide(here ? pair.one.index : pair.two.index, path(missing));
      const AuditResult result = pair.audit();
      CHECK(result.kind == Kind::different);
      CHECK(result.paths == std::vector{path(missing)});
      CHECK_FALSE(result.more);
      CHECK(pair.messages <= 10);
    }
  }
}

TEST_CASE("One path in a great many is found by a few small messages", "[audit]") {
  Pair pair(50'000);
  hide(pair.two.index, path(31'415));
  CHECK(pair.audit().paths == std::vector{path(31'415)});
  CHECK(pair.messages <= 14);
  CHECK(pair.largest < 2000);
}

TEST_CASE("Several differences are all found, and whatever there are too many of is said so",
          "[audit]") {
  Pair pair(5000);
  std::vector<RelativePath> hidden;
  for (int i = 7; i < 5000; i += 170) {
    hide(i % 2 == 0 ? pair.one.index : pair.two.index, path(i));
    hidden.push_back(path(i));
  }
  CHECK(pair.audit().paths == hidden);
  for (int i = 0; i < 5000; i += 5) {
    if (pair.one.index.heads(path(i))->empty() || pair.two.index.heads(path(i))->empty()) continue;
    hide(pair.two.index, path(i));
  }
  const AuditResult many = pair.audit();
  CHECK(many.kind == Kind::different);
  CHECK(many.more);
  CHECK(many.paths.size() <= Audits::kPathsMax);
  CHECK_FALSE(many.paths.empty());
}

TEST_CASE("An index that has nothing, or nothing of what the other has, differs in all of it",
          "[audit]") {
  Pair pair(40);
  for (int i = 0; i < 40; ++i) hide(i < 20 ? pair.one.index : pair.two.index, path(i));
  CHECK(pair.audit().paths.size() == 40);
  Pair empty(3);
  for (int i = 0; i < 3; ++i) hide(empty.two.index, path(i));
  CHECK(empty.audit().paths == std::vector{path(0), path(1), path(2)});
}

TEST_CASE("Once a day each asks the other, while both are in sync", "[audit]") {
  Pair pair(10);
  pair.run_for(59min, 1s);
  CHECK(pair.messages == 0);
  pair.run_for(2min, 1s);
  CHECK(pair.messages == 4);
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::equal);
  pair.run_for(22h, 10s);
  CHECK(pair.messages == 4);
  hide(pair.two.index, path(5));
  pair.one.peers.begin()->second.state.in_sync = false;
  pair.run_for(3h, 10s);
  CHECK(pair.messages > 4);
  // Nobody who is not in sync is asked.
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::equal);
  CHECK(pair.two.audits.results().at(pair.one.id()).paths == std::vector{path(5)});
  pair.one.peers.begin()->second.state.in_sync = true;
  pair.run_for(1s);
  CHECK(pair.one.audits.results().at(pair.two.id()).paths == std::vector{path(5)});
}

TEST_CASE("Whoever goes on meanwhile proves nothing, and is asked again", "[audit]") {
  Pair pair(2000);
  Change change;
  change.path = path("new");
  change.mode = 0644;
  pair.one.audits.ask({pair.two.id()});
  pair.run_for(20ms);
  pair.publish({change});
  pair.run_for(1s);
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::moving);
  // Clocks that are known to differ are not compared at all.
  pair.one.audits.ask({pair.two.id()});
  const int before = pair.messages;
  pair.run_for(1s);
  CHECK(pair.messages == before);
  pair.meet();
  pair.run_for(1s);
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::equal);
}

TEST_CASE("Whoever knows no audits, goes or keeps silent is said to", "[audit]") {
  Pair pair(10);
  const auto result = [&pair] { return pair.one.audits.results().at(pair.two.id()).kind; };
  SECTION("an older lansync is never asked") {
    pair.one.peers.begin()->second.audits = false;
    pair.one.audits.ask({pair.two.id()});
    pair.run_for(24h, 1min);
    CHECK(result() == Kind::unsupported);
    CHECK(pair.messages == 2);  // Its own question.
  }
  SECTION("a member that goes") {
    pair.one.audits.ask({pair.two.id()});
    REQUIRE(pair.one.audits.advance(pair.now, true));
    pair.one.audits.handle_peer_down(pair.two.id());
    CHECK(result() == Kind::silent);
  }
  SECTION("a member that never answers") {
    pair.one.audits.ask({pair.two.id()});
    const TimePoint end = pair.now + Audits::kPatience + 1s;
    for (; pair.now < end; pair.now += 1s) REQUIRE(pair.one.audits.advance(pair.now, true));
    CHECK(result() == Kind::silent);
    // Nor is it asked once more before it has: two questions at a time are refused.
    const auto first = pair.one.audits.poll_message(pair.two.id());
    REQUIRE(first);
    pair.one.audits.ask({pair.two.id()});
    const auto advance = [&pair] {
      for (int i = 0; i < 10; ++i) {
        pair.now += Audits::kPause;
        REQUIRE(pair.one.audits.advance(pair.now, true));
      }
    };
    advance();
    CHECK_FALSE(pair.one.audits.poll_message(pair.two.id()));
    AuditAnswer late;
    late.question = std::get<AuditQuestion>(*first).question;
    REQUIRE(pair.one.audits.handle_answer(pair.two.id(), late));
    advance();
    CHECK(pair.one.audits.poll_message(pair.two.id()));
  }
}

TEST_CASE("An answer that cannot be is the peer's fault", "[audit]") {
  Pair pair(100);
  pair.one.audits.ask({pair.two.id()});
  std::optional<AuditQuestion> question;
  while (!question) {
    REQUIRE(pair.one.audits.advance(pair.now, true));
    if (const auto message = pair.one.audits.poll_message(pair.two.id())) {
      question = std::get<AuditQuestion>(*message);
    }
    pair.now += 5ms;
  }
  AuditAnswer answer{question->question, AuditAnswer::Kind::different, {}};
  const DeviceId peer = pair.two.id();
  SECTION("many paths, and no way to tell them apart") {
    answer.parts = {{path(50), 2, {}}};
    CHECK(pair.one.audits.handle_answer(peer, answer).error().code == Errc::mismatch);
  }
  SECTION("other paths than were asked for") {
    answer.parts = {{path(10), 5, {}}, {path(90), 5, {}}};
    REQUIRE(pair.one.audits.handle_answer(peer, answer));
    std::optional<AuditQuestion> next;
    while (!next) {
      pair.now += 5ms;
      REQUIRE(pair.one.audits.advance(pair.now, true));
      if (const auto message = pair.one.audits.poll_message(pair.two.id())) {
        next = std::get<AuditQuestion>(*message);
      }
    }
    CHECK(next->through == path(10));
    answer.question = next->question;
    CHECK(pair.one.audits.handle_answer(peer, answer).error().code == Errc::mismatch);
  }
  SECTION("to a question that was not asked: it may have been given up") {
    answer.question += 1;
    REQUIRE(pair.one.audits.handle_answer(peer, answer));
    REQUIRE(pair.one.audits.handle_answer(pair.one.id(), answer));
    CHECK(pair.one.audits.results().empty());
  }
  SECTION("lies without end come to an end") {
    // Two parts of many paths, whatever is asked.
    int questions = 1;
    for (int i = 0; i < 100'000 && !pair.one.audits.results().contains(peer); ++i) {
      if (question) {
        answer.question = question->question;
        const auto end = question->through.is_root() ? path("zzzz") : question->through;
        answer.parts = {{*RelativePath::parse(question->after.text() + "a"), 9, {}}, {end, 9, {}}};
        if (!(answer.parts[0].through < end)) answer.parts.erase(answer.parts.begin());
        question.reset();
        if (!pair.one.audits.handle_answer(peer, answer)) break;
      }
      pair.now += 5ms;
      REQUIRE(pair.one.audits.advance(pair.now, true));
      if (const auto message = pair.one.audits.poll_message(pair.two.id())) {
        question = std::get<AuditQuestion>(*message);
        ++questions;
      }
    }
    CHECK(questions <= Audits::kQuestionsMax);
  }
}

TEST_CASE("A second question before the first is answered is refused", "[audit]") {
  Pair pair(1000);
  REQUIRE(pair.one.audits.handle_question(pair.two.id(), AuditQuestion{.question = 1}));
  const auto ask_again = [&] {
    return pair.one.audits.handle_question(pair.two.id(), AuditQuestion{.question = 2});
  };
  CHECK(ask_again().error().code == Errc::limit_exceeded);
  // Nor may an answer lie about that nobody fetches.
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(pair.one.audits.advance(pair.now += 5ms, true));
  }
  CHECK(ask_again().error().code == Errc::limit_exceeded);
  REQUIRE(pair.one.audits.poll_message(pair.two.id()));
  CHECK(ask_again());
}

TEST_CASE("A member's states bring its audit forward, but not again and again", "[audit]") {
  Pair pair(3);
  PeerState& two = pair.one.peers.begin()->second;
  two.fingerprint_known = true;
  two.state.fingerprint = pair.one.replica.fingerprint();
  pair.run_for(1s);
  REQUIRE(pair.messages == 0);
  int audits = 0;
  for (int minute = 0; minute < 50; ++minute) {
    // It says now one thing, now another.
    for (const bool lies : {true, false}) {
      two.state.fingerprint = lies ? Fingerprint() : pair.one.replica.fingerprint();
      pair.messages = 0;
      pair.run_for(30s, 10ms);
      audits += pair.messages > 0 ? 1 : 0;
    }
    if (minute == 0) CHECK(audits == 1);
  }
  CHECK(audits == 5);
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::equal);
}

TEST_CASE("A difference that ends while it is looked for is not what the audit finds", "[audit]") {
  Pair pair(3);
  hide(pair.two.index, path(1));
  PeerState& two = pair.one.peers.begin()->second;
  two.fingerprint_known = true;
  for (int i = 0; i < 1000 && pair.messages < 2; ++i) pair.run_for(5ms);
  REQUIRE(pair.messages == 2);  // Asked and answered.
  two.state.fingerprint = pair.one.replica.fingerprint();
  pair.run_for(1min, 10ms);
  CHECK(pair.one.audits.results().at(pair.two.id()).kind == Kind::moving);
  pair.messages = 0;
  pair.run_for(Audits::kRetryAfter, 1s);
  CHECK(pair.messages > 0);
}

}  // namespace
}  // namespace lansync::test
