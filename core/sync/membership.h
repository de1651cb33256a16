// Who belongs to a share, and what each may do.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/index/clock.h"
#include "core/sync/signing.h"

namespace lansync {

enum class Role : std::uint8_t { owner = 1, editor = 2, reader = 3, keeper = 4 };

std::string_view to_string(Role role);
std::optional<Role> role_from(std::string_view text);
bool may_write(Role role);
// Whether a member of role `inviter` may add one of role `invited`.
bool may_invite(Role inviter, Role invited);

enum class ShareKind : std::uint8_t { folder = 1, library = 2 };

// What founds a share. Its creator is the first owner; the share's id is the hash of the signed
// record, so nobody can found the same share twice.
struct Genesis {
  std::array<std::byte, 16> nonce{};
  std::string name;
  ShareKind kind = ShareKind::folder;
  DeviceId creator;
  std::string creator_name;
  WallTime created_at;

  friend bool operator==(const Genesis&, const Genesis&) = default;
};

// A record as it was signed.
struct SignedRecord {
  Bytes body;
  Bytes signature;

  friend bool operator==(const SignedRecord&, const SignedRecord&) = default;
};
Bytes encode(const SignedRecord& record);
Result<SignedRecord> decode_signed_record(ByteView bytes);

SignedRecord sign_genesis(const Genesis& genesis, const Sign& sign);
// Errors: malformed, not_authentic.
Result<Genesis> open_genesis(const SignedRecord& record);
ShareId share_id(const SignedRecord& genesis);

// One step of the membership log: an authorised member adds another, or ends a membership (its own,
// or with an owner's right another's).
struct MemberOp {
  enum class Kind : std::uint8_t { add = 1, remove = 2 };

  ShareId share;
  DeviceId author;
  // The ops that the author knew and that no other known op names: this one comes after them.
  std::vector<MemberOpHash> parents;
  Kind kind = Kind::add;
  DeviceId subject;
  std::string name;          // add: the subject's name, as a person chose it.
  Role role = Role::editor;  // add.
  WallTime at;
  CausalClock cut;  // remove: the last changes of the subject that still count.

  friend bool operator==(const MemberOp&, const MemberOp&) = default;
};

SignedRecord sign_member_op(const MemberOp& op, const Sign& sign);
Result<MemberOp> open_member_op(const SignedRecord& record);
MemberOpHash member_op_hash(const SignedRecord& record);

struct Member {
  DeviceId device;
  std::string name;
  Role role = Role::editor;
  bool removed = false;
  CausalClock cut;  // Of a removed member.

  friend bool operator==(const Member&, const Member&) = default;
};

// The membership that a set of ops amounts to: the same on every device that knows the same ops, in
// whatever order they came.
//
// An op counts if its author was a member with the right to it at its place in one fixed order
// (causes before effects; among ops equally far from the founding, removals first, then by hash),
// and if no removal that counts voids it:
//   - a removal voids what the removed member did without its being known to the remover, wherever
//     that says it stands: what is signed after the fact cannot be told from what was there before;
//   - a removal voids an addition of the same member that neither knew of it nor was known to it;
//   - of removals that void one another, that of the member who joined first counts.
// Hence a member that was admitted by a void op never was one, and so on.
// (The rules of github.com/local-first-web/auth, "strong removal".)
//
// A value; ops only ever get more.
class Membership {
 public:
  // Errors: not_authentic, malformed. Another limit than the protocol's is for simulations only: to
  // see what a larger share would cost.
  static Result<Membership> found(const SignedRecord& genesis,
                                  std::size_t members_max = limits::kMembersMax);

  // Success also if the op was known. Errors: not_authentic, malformed, mismatch (another share's
  // op), not_found (a parent is unknown: ops travel causes first), limit_exceeded.
  Result<void> add(const SignedRecord& op);

  [[nodiscard]] const ShareId& share() const { return share_; }
  [[nodiscard]] const SignedRecord& genesis_record() const { return genesis_record_; }
  [[nodiscard]] std::span<const SignedRecord> ops() const { return records_; }  // Causes first.
  [[nodiscard]] bool knows(const MemberOpHash& hash) const { return ops_.contains(hash); }
  // The ops that a new one names as its parents: at most as many as an op may have, the same ones
  // on two devices that know the same ops.
  [[nodiscard]] std::vector<MemberOpHash> heads() const;

  // Present and former members, by device.
  [[nodiscard]] const std::map<DeviceId, Member>& members() const { return members_; }
  // A present member.
  [[nodiscard]] const Member* member(const DeviceId& device) const;
  // Whether a change of this dot is to be accepted.
  [[nodiscard]] bool accepts(const Dot& dot) const;

 private:
  struct Placed {
    MemberOp op;
    std::size_t depth = 0;  // Longest chain of parents.
  };

  // What the ops amount to if exactly the removals in `counting` count (membership_resolution.cc).
  struct Outcome;

  void recompute();
  [[nodiscard]] Outcome replay(std::span<const MemberOpHash> order,
                               const std::set<MemberOpHash>& counting) const;
  [[nodiscard]] std::vector<MemberOpHash> in_order() const;
  [[nodiscard]] bool is_void(const MemberOpHash& hash,
                             const std::set<MemberOpHash>& counting) const;
  // Whether neither op knew of the other.
  [[nodiscard]] bool concurrent(const MemberOpHash& left, const MemberOpHash& right) const;
  [[nodiscard]] bool precedes(const MemberOpHash& cause, const MemberOpHash& effect) const;

  std::size_t members_max_ = limits::kMembersMax;
  SignedRecord genesis_record_;
  Genesis genesis_;
  ShareId share_;
  std::vector<SignedRecord> records_;
  std::map<MemberOpHash, Placed> ops_;
  std::set<MemberOpHash> heads_;  // Those that no other names as its parent.
  std::map<DeviceId, Member> members_;
};

}  // namespace lansync
