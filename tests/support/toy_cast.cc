#include "tests/support/toy_cast.h"

#include <array>

#include "tests/support/must.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {

std::string ToyCast::name(std::size_t device) {
  constexpr std::array kNames = {"Anna", "Ben", "Cleo", "Dora", "Emil"};
  return kNames.at(device);
}

ToyCast::ToyCast(std::size_t devices) {
  for (std::size_t i = 0; i < devices; ++i) {
    SeededEntropy entropy(1000 * (i + 1));
    keys_.push_back(DeviceKeys::generate(entropy));
  }
  Genesis genesis;
  genesis.name = "toys";
  genesis.creator = keys_.front().id();
  genesis.creator_name = name(0);
  membership_ = must(Membership::found(sign_genesis(genesis, sign(0))));
  for (std::size_t i = 1; i < devices; ++i) {
    MemberOp op;
    op.share = membership_->share();
    op.author = keys_.front().id();
    op.parents = membership_->heads();
    op.subject = keys_[i].id();
    op.name = name(i);
    must(membership_->add(sign_member_op(op, sign(0))));
  }
}

Sign ToyCast::sign(std::size_t device) const {
  return [keys = &keys_.at(device)](std::string_view context, ByteView body) {
    return to_bytes(keys->sign(context, body).view());
  };
}

}  // namespace lansync::test
