#include "core/sync/membership.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "core/base/assert.h"
#include "core/base/byte_io.h"
#include "core/base/limits.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

constexpr std::string_view kGenesisContext = "lansync/v1/genesis";
constexpr std::string_view kMemberOpContext = "lansync/v1/member-op";
constexpr std::size_t kRecordBytesMax = 64 * 1024;
constexpr std::size_t kSignatureBytesMax = 64;
constexpr std::size_t kParentsMax = 64;
constexpr std::size_t kOpsMax = 16 * 1024;

void check_display_name(ByteReader& reader, std::string_view name) {
  if (name.empty()) reader.fail(Errc::malformed);
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::owner: return "owner";
    case Role::editor: return "editor";
    case Role::reader: return "reader";
    case Role::keeper: return "keeper";
  }
  return "unknown";
}

std::optional<Role> role_from(std::string_view text) {
  for (const Role role : {Role::owner, Role::editor, Role::reader, Role::keeper}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

bool may_write(Role role) { return role == Role::owner || role == Role::editor; }

bool may_invite(Role inviter, Role invited) {
  if (inviter == Role::owner) return true;
  return inviter == Role::editor && invited != Role::owner;
}

Bytes encode(const SignedRecord& record) {
  ByteWriter writer;
  writer.sized(record.body);
  writer.sized(record.signature);
  return std::move(writer).take();
}

Result<SignedRecord> decode_signed_record(ByteView bytes) {
  ByteReader reader(bytes);
  SignedRecord record;
  record.body = to_bytes(reader.sized(kRecordBytesMax));
  record.signature = to_bytes(reader.sized(kSignatureBytesMax));
  auto finished = reader.finish("signed record");
  if (!finished) return std::move(finished).error();
  return record;
}

SignedRecord sign_genesis(const Genesis& genesis, const Sign& sign) {
  ByteWriter writer;
  writer.raw(genesis.nonce);
  writer.sized(as_bytes(genesis.name));
  writer.varint(static_cast<std::uint64_t>(genesis.kind));
  writer.raw(genesis.creator.view());
  writer.sized(as_bytes(genesis.creator_name));
  writer.signed_varint(genesis.created_at.ns);
  Bytes body = std::move(writer).take();
  Bytes signature = sign(kGenesisContext, body);
  return {std::move(body), std::move(signature)};
}

Result<Genesis> open_genesis(const SignedRecord& record) {
  ByteReader reader(record.body);
  Genesis genesis;
  const ByteView nonce = reader.raw(genesis.nonce.size());
  std::copy(nonce.begin(), nonce.end(), genesis.nonce.begin());
  genesis.name = as_text(reader.sized(limits::kDisplayNameBytesMax));
  const auto kind = reader.varint_up_to(static_cast<std::uint64_t>(ShareKind::library));
  if (kind == 0) reader.fail(Errc::malformed);
  genesis.kind = static_cast<ShareKind>(kind);
  genesis.creator = reader.id<DeviceId>();
  genesis.creator_name = as_text(reader.sized(limits::kDisplayNameBytesMax));
  genesis.created_at.ns = reader.signed_varint();
  check_display_name(reader, genesis.name);
  check_display_name(reader, genesis.creator_name);
  auto finished = reader.finish("founding record");
  if (!finished) return std::move(finished).error();
  if (!verified(genesis.creator, kGenesisContext, record.body, record.signature)) {
    return Error{Errc::not_authentic, "founding record"};
  }
  return genesis;
}

ShareId share_id(const SignedRecord& genesis) {
  return {hash_of(genesis.body, "lansync/v1/share-id")};
}

SignedRecord sign_member_op(const MemberOp& op, const Sign& sign) {
  ByteWriter writer;
  writer.raw(op.share.view());
  writer.raw(op.author.view());
  writer.varint(op.parents.size());
  for (const MemberOpHash& parent : op.parents) writer.raw(parent.view());
  writer.varint(static_cast<std::uint64_t>(op.kind));
  writer.raw(op.subject.view());
  writer.signed_varint(op.at.ns);
  if (op.kind == MemberOp::Kind::add) {
    writer.sized(as_bytes(op.name));
    writer.varint(static_cast<std::uint64_t>(op.role));
  } else {
    writer.varint(op.cut.entries().size());
    for (const CausalClock::Entry& entry : op.cut.entries()) {
      writer.raw(entry.author.device.view());
      writer.varint(entry.author.incarnation);
      writer.varint(entry.counter);
    }
  }
  Bytes body = std::move(writer).take();
  Bytes signature = sign(kMemberOpContext, body);
  return {std::move(body), std::move(signature)};
}

Result<MemberOp> open_member_op(const SignedRecord& record) {
  ByteReader reader(record.body);
  MemberOp op;
  op.share = reader.id<ShareId>();
  op.author = reader.id<DeviceId>();
  op.parents.resize(reader.varint_up_to(kParentsMax));
  for (MemberOpHash& parent : op.parents) parent = reader.id<MemberOpHash>();
  const bool sorted = std::ranges::is_sorted(op.parents) &&
                      std::ranges::adjacent_find(op.parents) == op.parents.end();
  if (!sorted) reader.fail(Errc::malformed);
  const auto kind = reader.varint_up_to(static_cast<std::uint64_t>(MemberOp::Kind::remove));
  if (kind == 0) reader.fail(Errc::malformed);
  op.kind = static_cast<MemberOp::Kind>(kind);
  op.subject = reader.id<DeviceId>();
  op.at.ns = reader.signed_varint();
  if (op.kind == MemberOp::Kind::add) {
    op.name = as_text(reader.sized(limits::kDisplayNameBytesMax));
    const auto role = reader.varint_up_to(static_cast<std::uint64_t>(Role::keeper));
    if (role == 0) reader.fail(Errc::malformed);
    op.role = static_cast<Role>(role);
    check_display_name(reader, op.name);
  } else {
    const std::uint64_t authors = reader.varint_up_to(limits::kClockAuthorsMax);
    std::optional<Author> before;
    for (std::uint64_t i = 0; i < authors && !reader.failed(); ++i) {
      Author author;
      author.device = reader.id<DeviceId>();
      author.incarnation = reader.varint();
      const std::uint64_t counter = reader.varint();
      if (counter == 0 || (before && !(*before < author))) reader.fail(Errc::malformed);
      if (!reader.failed()) op.cut.advance(author, counter);
      before = author;
    }
  }
  auto finished = reader.finish("membership record");
  if (!finished) return std::move(finished).error();
  if (!verified(op.author, kMemberOpContext, record.body, record.signature)) {
    return Error{Errc::not_authentic, "membership record"};
  }
  return op;
}

MemberOpHash member_op_hash(const SignedRecord& record) {
  return {hash_of(record.body, "lansync/v1/member-op-hash")};
}

Result<Membership> Membership::found(const SignedRecord& genesis, std::size_t members_max) {
  auto opened = open_genesis(genesis);
  if (!opened) return std::move(opened).error();
  Membership membership;
  membership.members_max_ = members_max;
  membership.genesis_record_ = genesis;
  membership.genesis_ = *std::move(opened);
  membership.share_ = share_id(genesis);
  membership.recompute();
  return membership;
}

Result<void> Membership::add(const SignedRecord& record) {
  const MemberOpHash hash = member_op_hash(record);
  if (knows(hash)) return {};
  if (ops_.size() >= kOpsMax) return Error{Errc::limit_exceeded, "membership log"};
  auto op = open_member_op(record);
  if (!op) return std::move(op).error();
  if (op->share != share_) return Error{Errc::mismatch, "membership record of another share"};
  std::size_t depth = 0;
  for (const MemberOpHash& parent : op->parents) {
    const auto known = ops_.find(parent);
    if (known == ops_.end()) return Error{Errc::not_found, "membership record's predecessor"};
    depth = std::max(depth, known->second.depth + 1);
  }
  records_.push_back(record);
  for (const MemberOpHash& parent : op->parents) heads_.erase(parent);
  heads_.insert(hash);
  ops_.emplace(hash, Placed{*std::move(op), depth});
  recompute();
  return {};
}

std::vector<MemberOpHash> Membership::heads() const {
  const auto count = static_cast<std::ptrdiff_t>(std::min(heads_.size(), kParentsMax));
  return {heads_.begin(), std::next(heads_.begin(), count)};
}

const Member* Membership::member(const DeviceId& device) const {
  const auto found = members_.find(device);
  return found != members_.end() && !found->second.removed ? &found->second : nullptr;
}

bool Membership::accepts(const Dot& dot) const {
  const auto found = members_.find(dot.author.device);
  if (found == members_.end() || !may_write(found->second.role)) return false;
  return !found->second.removed || found->second.cut.covers(dot);
}

}  // namespace lansync
