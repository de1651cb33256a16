#include "tests/mesh/members.h"

#include <algorithm>

#include "core/base/assert.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::mesh {
namespace {

// Always the same: what is drawn anew by a seed is what they do.
constexpr std::uint64_t kKeysSeed = 1;

}  // namespace

Members::Members(std::size_t count) {
  LANSYNC_ASSERT(count > 0);
  test::SeededEntropy entropy(kKeysSeed);
  for (std::size_t i = 0; i < count; ++i) keys_.push_back(DeviceKeys::generate(entropy));
  std::ranges::sort(keys_, {}, &DeviceKeys::id);
  Genesis genesis;
  entropy.fill(genesis.nonce);
  genesis.name = "Share";
  genesis.creator = id(0);
  genesis.creator_name = "Device 0";
  auto founded = Membership::found(sign_genesis(genesis, sign(0)), count);
  LANSYNC_ASSERT(founded.has_value());
  membership_ = *std::move(founded);
  for (std::size_t i = 1; i < count; ++i) {
    MemberOp op;
    op.share = membership_->share();
    op.author = id(0);
    op.parents = membership_->heads();
    op.subject = id(i);
    op.name = "Device " + std::to_string(i);
    const auto added = membership_->add(sign_member_op(op, sign(0)));
    LANSYNC_ASSERT(added.has_value());
  }
  LANSYNC_ASSERT(membership_->members().size() == count);
}

Sign Members::sign(std::size_t device) const {
  const DeviceKeys& keys = keys_.at(device);
  return [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
}

}  // namespace lansync::mesh
