// Whose fault an error is.
#include <catch2/catch.hpp>

#include "tests/support/cluster.h"
#include "tests/support/watched_index.h"

namespace lansync::test {
namespace {

// A device that hears the first words of a member, with an index of which a call may fail.
class Listener {
 public:
  Listener()
      : engine_(index, *cluster_.node(0).membership,
                {.self = {cluster_.node(0).keys.id(), 1},
                 .device_name = "A",
                 .sign =
                     [this](std::string_view context, ByteView body) {
                       return to_bytes(cluster_.node(0).keys.sign(context, body).view());
                     },
                 .root = *cluster_.node(0).fs.root_identity()}) {
    cluster_.node(1).fs.user_write("a", "content");
    cluster_.changed(1);
    REQUIRE(cluster_.settle());
    engine_.start(cluster_.now());
    engine_.handle_peer_up(from(), cluster_.now());
    REQUIRE(hear(ShareHello{.member_op_heads = cluster_.node(0).membership->heads()}));
    REQUIRE(hear(ShareState{.clock = cluster_.node(1).engine->clock()}));
  }

  // The member's first changes.
  [[nodiscard]] Segment segment() { return *cluster_.node(1).index.segment(1); }
  Result<void> hear(MessageBody body) {
    return engine_.handle_message(from(), std::move(body), cluster_.now());
  }
  Result<void> add(const SignedRecord& op) { return engine_.add_member_op(op, cluster_.now()); }
  // One question that waits for the member.
  void flush() { engine_.end_flush(engine_.begin_flush(cluster_.now())); }
  // The owner, who is the listener, lets somebody in.
  [[nodiscard]] SignedRecord new_member() {
    const DeviceKeys& owner = cluster_.node(0).keys;
    MemberOp op;
    op.share = cluster_.node(0).membership->share();
    op.author = owner.id();
    op.parents = cluster_.node(0).membership->heads();
    op.subject.bytes.fill(std::byte{9});
    op.name = "newcomer";
    return sign_member_op(op, [&owner](std::string_view context, ByteView body) {
      return to_bytes(owner.sign(context, body).view());
    });
  }
  // The member comes again when its changes are known, and has not said what it knows.
  void meet_again() {
    REQUIRE(hear(segment()));
    engine_.handle_peer_up(from(), cluster_.now());
    REQUIRE(hear(ShareHello{.member_op_heads = cluster_.node(0).membership->heads(),
                            .incarnation = cluster_.node(1).engine->self().incarnation}));
  }
  [[nodiscard]] const ShareEngine& engine() const { return engine_; }

  WatchedIndex index;

 private:
  [[nodiscard]] const DeviceId& from() { return cluster_.node(1).keys.id(); }

  Cluster cluster_{2, 1};
  ShareEngine engine_;
};

// What a member may say that an index has to be asked or told for.
struct Saying {
  const char* name;
  MessageBody (*words)(Listener& listener);
  bool after_segment;
  std::uint64_t failures_min;
};

const Saying kSayings[] = {
    {"changes", [](Listener& listener) -> MessageBody { return listener.segment(); }, false, 3},
    // It is shown where its log goes on.
    {"a state behind what the device has of it",
     [](Listener&) -> MessageBody { return ShareState{}; }, true, 2},
    {"a new member",
     [](Listener& listener) -> MessageBody { return MemberOps{{}, {listener.new_member()}}; },
     false, 1},
};

TEST_CASE("Whichever call of an index fails, nobody else is to blame", "[crash]") {
  for (const Saying& saying : kSayings) {
    std::uint64_t failures = 0;
    for (bool failed = true; failed; ++failures) {
      CAPTURE(saying.name, failures);
      Listener listener;
      if (saying.after_segment) listener.meet_again();
      REQUIRE_FALSE(listener.engine().failed());
      listener.index.fail_call(failures + 1);
      CHECK(listener.hear(saying.words(listener)));
      failed = listener.engine().failed().has_value();
      CHECK(failed != listener.index.has_faults_left());
    }
    CHECK(failures > saying.failures_min);
  }
}

TEST_CASE("A member that an index does not keep is none", "[crash]") {
  Listener listener;
  const SignedRecord op = listener.new_member();
  listener.index.fail_call(1);
  CHECK_FALSE(listener.add(op));
  CHECK(listener.engine().failed());
}

TEST_CASE("Who does not read what is said to it is at fault", "[crash]") {
  Listener listener;
  for (std::size_t i = 0; i < Exchange::kWaitingMax; ++i) listener.flush();
  CHECK(listener.hear(MemberOpsRequest{}));
  listener.flush();
  const auto heard = listener.hear(MemberOpsRequest{});
  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == make_error_code(Errc::limit_exceeded));
  CHECK_FALSE(listener.engine().failed());
}

TEST_CASE("What a member does wrong is no fault of the index", "[crash]") {
  Listener listener;
  Segment changed = listener.segment();
  changed.signature.front() ^= std::byte{1};
  const auto heard = listener.hear(changed);
  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == make_error_code(Errc::not_authentic));
  CHECK_FALSE(listener.engine().failed());
  CHECK(listener.hear(listener.segment()));
}

}  // namespace
}  // namespace lansync::test
