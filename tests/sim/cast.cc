#include "tests/sim/cast.h"

#include "core/base/assert.h"
#include "tests/sim/story.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::sim {

const Cast& Cast::get() {
  static const Cast cast;
  return cast;
}

Cast::Cast() {
  test::SeededEntropy entropy(1);
  for (std::size_t i = 0; i < kDevicesMax; ++i) keys_.push_back(DeviceKeys::generate(entropy));
  Genesis genesis;
  entropy.fill(genesis.nonce);
  genesis.name = "Share";
  genesis.creator = keys_[0].id();
  genesis.creator_name = device_name(0);
  auto membership = Membership::found(sign_genesis(genesis, sign(0)));
  LANSYNC_ASSERT(membership.has_value());
  memberships_.push_back(*membership);
  for (std::size_t i = 1; i < kDevicesMax; ++i) {
    MemberOp op;
    op.share = membership->share();
    op.author = keys_[0].id();
    op.parents = membership->heads();
    op.subject = keys_[i].id();
    op.name = device_name(i);
    const auto added = membership->add(sign_member_op(op, sign(0)));
    LANSYNC_ASSERT(added.has_value());
    memberships_.push_back(*membership);
  }
}

Sign Cast::sign(std::size_t device) const {
  const DeviceKeys& keys = keys_.at(device);
  return [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
}

}  // namespace lansync::sim
