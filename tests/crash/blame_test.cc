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
  [[nodiscard]] const ShareEngine& engine() const { return engine_; }

  WatchedIndex index;

 private:
  [[nodiscard]] const DeviceId& from() { return cluster_.node(1).keys.id(); }

  Cluster cluster_{2, 1};
  ShareEngine engine_;
};

TEST_CASE("Whichever call of an index fails, nobody else is to blame", "[crash]") {
  std::uint64_t failures = 0;
  for (bool failed = true; failed; ++failures) {
    CAPTURE(failures);
    Listener listener;
    REQUIRE_FALSE(listener.engine().failed());
    listener.index.fail_call(failures + 1);
    CHECK(listener.hear(listener.segment()));
    failed = listener.engine().failed().has_value();
    CHECK(failed != listener.index.has_faults_left());
  }
  CHECK(failures > 3);
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
