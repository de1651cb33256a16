#include "core/sync/membership.h"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/crypto/identity.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {
namespace {

// Six people; the first founds the share.
const std::vector<DeviceKeys>& people() {
  static const std::vector<DeviceKeys> all = [] {
    std::vector<DeviceKeys> keys;
    for (std::uint64_t i = 0; i < 6; ++i) {
      SeededEntropy entropy(i * 1'000'003 + 5);
      keys.push_back(DeviceKeys::generate(entropy));
    }
    return keys;
  }();
  return all;
}

enum Person : std::size_t { anna, ben, cleo, dora, emil, finn };

const DeviceId& id(std::size_t person) { return people().at(person).id(); }

Sign sign(std::size_t person) {
  return [person](std::string_view context, ByteView body) {
    return to_bytes(people().at(person).sign(context, body).view());
  };
}

SignedRecord genesis_record() {
  Genesis genesis;
  genesis.name = "share";
  genesis.creator = id(anna);
  genesis.creator_name = "Anna";
  genesis.created_at = WallTime{5};
  return sign_genesis(genesis, sign(anna));
}

Membership founded() { return Membership::found(genesis_record()).value(); }

SignedRecord add(const Membership& known, std::size_t author, std::size_t subject,
                 Role role = Role::editor) {
  MemberOp op;
  op.share = known.share();
  op.author = id(author);
  op.parents = known.heads();
  op.subject = id(subject);
  op.name = "person " + std::to_string(subject);
  op.role = role;
  return sign_member_op(op, sign(author));
}

SignedRecord remove(const Membership& known, std::size_t author, std::size_t subject,
                    std::uint64_t cut = 0) {
  MemberOp op;
  op.share = known.share();
  op.author = id(author);
  op.parents = known.heads();
  op.kind = MemberOp::Kind::remove;
  op.subject = id(subject);
  op.cut.advance({id(subject), 1}, cut);
  return sign_member_op(op, sign(author));
}

// `known` and one more.
Membership with(Membership known, const SignedRecord& op) {
  REQUIRE(known.add(op));
  return known;
}

bool is_member(const Membership& membership, std::size_t person) {
  return membership.member(id(person)) != nullptr;
}

// Everything that `left` and `right` know.
Membership joined(Membership left, const Membership& right) {
  for (const SignedRecord& op : right.ops()) REQUIRE(left.add(op));
  return left;
}

TEST_CASE("The founder is the first owner", "[sync][membership]") {
  const Membership membership = founded();
  REQUIRE(is_member(membership, anna));
  CHECK(membership.member(id(anna))->role == Role::owner);
  CHECK(membership.heads().empty());
  CHECK(membership.accepts({{id(anna), 3}, 7}));
  CHECK_FALSE(membership.accepts({{id(ben), 3}, 7}));
  CHECK(membership.share() == share_id(genesis_record()));
}

TEST_CASE("A founding record that is not the creator's founds nothing", "[sync][membership]") {
  SignedRecord record = genesis_record();
  for (std::size_t i = 0; i < record.body.size(); ++i) {
    SignedRecord bad = record;
    bad.body[i] ^= std::byte{1};
    CHECK_FALSE(Membership::found(bad));
  }
  SignedRecord unsigned_record = record;
  unsigned_record.signature.clear();
  CHECK_FALSE(Membership::found(unsigned_record));
  for (std::size_t size = 0; size < record.body.size(); ++size) {
    SignedRecord bad{{record.body.begin(), record.body.begin() + static_cast<std::ptrdiff_t>(size)},
                     record.signature};
    CHECK_FALSE(Membership::found(bad));
  }
}

TEST_CASE("Records read back as they were written", "[sync][membership]") {
  const SignedRecord genesis = genesis_record();
  CHECK(decode_signed_record(encode(genesis)).value() == genesis);
  const Membership membership = with(founded(), add(founded(), anna, ben, Role::keeper));
  const SignedRecord op = remove(membership, anna, ben, 12);
  CHECK(decode_signed_record(encode(op)).value() == op);
  const MemberOp opened = open_member_op(op).value();
  CHECK(opened.author == id(anna));
  CHECK(opened.subject == id(ben));
  CHECK(opened.parents == membership.heads());
  CHECK(opened.cut.counter_of({id(ben), 1}) == 12);
  CHECK(sign_member_op(opened, sign(anna)).body == op.body);
  const Bytes whole = encode(op);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(decode_signed_record(ByteView(whole).first(size)));
  }
}

TEST_CASE("Who may invite whom", "[sync][membership]") {
  struct Row {
    Role inviter, invited;
    bool allowed;
  };
  for (const Row& row : {Row{Role::owner, Role::owner, true},
                         {Role::owner, Role::keeper, true},
                         {Role::editor, Role::owner, false},
                         {Role::editor, Role::editor, true},
                         {Role::editor, Role::reader, true},
                         {Role::reader, Role::reader, false},
                         {Role::reader, Role::editor, false},
                         {Role::reader, Role::owner, false},
                         {Role::keeper, Role::keeper, false},
                         {Role::keeper, Role::reader, false}}) {
    Membership membership = founded();
    REQUIRE(membership.add(add(membership, anna, ben, row.inviter)));
    REQUIRE(membership.add(add(membership, ben, cleo, row.invited)));
    CHECK(is_member(membership, cleo) == row.allowed);
    CHECK(may_invite(row.inviter, row.invited) == row.allowed);
  }
}

TEST_CASE("Who may remove whom", "[sync][membership]") {
  struct Row {
    Role role;
    std::size_t subject;
    bool allowed;
  };
  for (const Row& row : {Row{Role::owner, cleo, true},
                         {Role::owner, anna, true},
                         {Role::editor, cleo, false},
                         {Role::editor, anna, false},
                         {Role::editor, ben, true},
                         {Role::reader, cleo, false},
                         {Role::reader, ben, true},
                         {Role::keeper, cleo, false}}) {
    Membership membership = founded();
    REQUIRE(membership.add(add(membership, anna, ben, row.role)));
    REQUIRE(membership.add(add(membership, anna, cleo)));
    REQUIRE(membership.add(remove(membership, ben, row.subject)));
    CHECK(is_member(membership, row.subject) != row.allowed);
  }
}

TEST_CASE("Roles write or do not", "[sync][membership]") {
  for (const auto& [role, writes] : {std::pair{Role::owner, true},
                                     {Role::editor, true},
                                     {Role::reader, false},
                                     {Role::keeper, false}}) {
    const Membership membership = with(founded(), add(founded(), anna, ben, role));
    CHECK(membership.accepts({{id(ben), 1}, 1}) == writes);
    CHECK(role_from(to_string(role)) == role);
  }
  CHECK_FALSE(role_from("Owner"));
  CHECK_FALSE(role_from(""));
}

TEST_CASE("A removed member's changes count up to the cut", "[sync][membership]") {
  Membership membership = with(founded(), add(founded(), anna, ben));
  REQUIRE(membership.add(remove(membership, anna, ben, 7)));
  CHECK(membership.accepts({{id(ben), 1}, 7}));
  CHECK_FALSE(membership.accepts({{id(ben), 1}, 8}));
  // Nor another life of the same device.
  CHECK_FALSE(membership.accepts({{id(ben), 2}, 1}));
  REQUIRE(membership.members().contains(id(ben)));
  CHECK(membership.members().at(id(ben)).removed);
}

TEST_CASE("A member may come back", "[sync][membership]") {
  Membership membership = with(founded(), add(founded(), anna, ben));
  REQUIRE(membership.add(remove(membership, anna, ben)));
  REQUIRE(membership.add(add(membership, anna, ben, Role::reader)));
  REQUIRE(is_member(membership, ben));
  CHECK(membership.member(id(ben))->role == Role::reader);
}

TEST_CASE("Ops that say nothing valid are refused or void", "[sync][membership]") {
  Membership membership = with(founded(), add(founded(), anna, ben, Role::reader));
  const auto before = membership.members();

  SECTION("by a stranger") { REQUIRE(membership.add(add(membership, cleo, dora))); }
  SECTION("by oneself") { REQUIRE(membership.add(add(membership, cleo, cleo))); }
  SECTION("of who is there already") {
    REQUIRE(membership.add(add(membership, anna, ben, Role::owner)));
  }
  SECTION("of who never was there") { REQUIRE(membership.add(remove(membership, anna, cleo))); }
  SECTION("signed by another") {
    SignedRecord op = add(membership, anna, cleo);
    op.signature = sign(ben)("lansync/v1/member-op", op.body);
    CHECK(membership.add(op).error().code == Errc::not_authentic);
  }
  SECTION("signed for another purpose") {
    SignedRecord op = add(membership, anna, cleo);
    op.signature = sign(anna)("lansync/v1/genesis", op.body);
    CHECK(membership.add(op).error().code == Errc::not_authentic);
  }
  SECTION("of another share") {
    Genesis other;
    other.name = "other";
    other.creator = id(anna);
    other.creator_name = "Anna";
    const Membership elsewhere = Membership::found(sign_genesis(other, sign(anna))).value();
    CHECK(membership.add(add(elsewhere, anna, cleo)).error().code == Errc::mismatch);
  }
  SECTION("before their causes") {
    const Membership later = with(membership, add(membership, anna, cleo));
    CHECK(membership.add(add(later, anna, dora)).error().code == Errc::not_found);
  }
  SECTION("altered in any byte") {
    const SignedRecord op = add(membership, anna, cleo);
    for (std::size_t i = 0; i < op.body.size(); ++i) {
      SignedRecord bad = op;
      bad.body[i] ^= std::byte{0x10};
      CHECK_FALSE(membership.add(bad));
    }
    for (std::size_t size = 0; size < op.body.size(); ++size) {
      SignedRecord bad = op;
      bad.body.resize(size);
      CHECK_FALSE(membership.add(bad));
    }
  }
  SECTION("with the same predecessor twice") {
    MemberOp op = open_member_op(add(membership, anna, cleo)).value();
    op.parents.push_back(op.parents.front());
    CHECK(membership.add(sign_member_op(op, sign(anna))).error().code == Errc::malformed);
  }
  SECTION("without a name") {
    MemberOp op = open_member_op(add(membership, anna, cleo)).value();
    op.name.clear();
    CHECK(membership.add(sign_member_op(op, sign(anna))).error().code == Errc::malformed);
  }
  CHECK(membership.members() == before);
}

// --- Ops that did not know of one another ---

Membership team() {
  Membership membership = founded();
  for (const auto& [person, role] :
       {std::pair{ben, Role::owner}, {cleo, Role::editor}, {dora, Role::editor}}) {
    REQUIRE(membership.add(add(membership, anna, person, role)));
  }
  return membership;
}

TEST_CASE("Of two owners who remove each other the senior stays", "[sync][membership]") {
  const Membership base = team();
  const Membership left = with(base, remove(base, anna, ben));
  const Membership right = with(base, remove(base, ben, anna));
  for (const Membership& both : {joined(left, right), joined(right, left)}) {
    CHECK(is_member(both, anna));
    CHECK_FALSE(is_member(both, ben));
  }
}

TEST_CASE("A removed member cannot sign its way back in before the removal", "[sync][membership]") {
  // Ben is removed after a long history, and claims to have acted at its beginning.
  const Membership base = team();
  Membership known = base;
  REQUIRE(known.add(add(known, anna, emil)));
  REQUIRE(known.add(remove(known, anna, emil)));
  REQUIRE(known.add(remove(known, anna, ben)));

  SECTION("by removing who removed it") { REQUIRE(known.add(remove(base, ben, anna))); }
  SECTION("by removing somebody else") { REQUIRE(known.add(remove(base, ben, cleo))); }
  SECTION("by adding a friend, who adds another") {
    const Membership forged = with(base, add(base, ben, finn, Role::owner));
    known = joined(known, with(forged, add(forged, finn, emil)));
  }
  SECTION("by adding itself through a friend") {
    const Membership forged = with(base, add(base, ben, finn, Role::owner));
    known = joined(known, with(forged, add(forged, finn, ben, Role::owner)));
  }
  CHECK(is_member(known, anna));
  CHECK_FALSE(is_member(known, ben));
  CHECK(is_member(known, cleo));
  CHECK_FALSE(is_member(known, emil));
  CHECK_FALSE(is_member(known, finn));
}

TEST_CASE("What a removed member did in its remover's sight stays", "[sync][membership]") {
  Membership known = team();
  REQUIRE(known.add(add(known, ben, emil)));
  REQUIRE(known.add(remove(known, anna, ben)));
  CHECK(is_member(known, emil));
}

TEST_CASE("A removal wins against an addition that did not know of it", "[sync][membership]") {
  Membership base = team();
  REQUIRE(base.add(remove(base, anna, cleo)));
  REQUIRE(base.add(add(base, anna, cleo)));
  const Membership both =
      joined(with(base, remove(base, ben, cleo)), with(base, add(base, anna, cleo)));
  CHECK_FALSE(is_member(both, cleo));
}

TEST_CASE("Removals in a circle remove the most junior", "[sync][membership]") {
  Membership base = founded();
  for (const Person person : {ben, cleo, dora}) {
    REQUIRE(base.add(add(base, anna, person, Role::owner)));
  }
  Membership all = with(base, remove(base, ben, cleo));
  all = joined(all, with(base, remove(base, cleo, dora)));
  all = joined(all, with(base, remove(base, dora, ben)));
  CHECK(is_member(all, anna));
  CHECK(is_member(all, ben));
  CHECK_FALSE(is_member(all, dora));
}

TEST_CASE("Any delivery order gives the same membership", "[sync][membership]") {
  rc::check([](std::uint32_t seed) {
    std::mt19937 random(seed);
    // Three copies of the log that now and then hear of one another.
    std::vector<Membership> copies(3, team());
    for (int step = 0; step < 14; ++step) {
      Membership& self = copies[random() % 3];
      const std::size_t author = random() % 6;
      const std::size_t subject = random() % 6;
      switch (random() % 4) {
        case 0: self = joined(self, copies[random() % 3]); break;
        case 1: {
          const auto op = remove(self, author, subject, random() % 3);
          RC_ASSERT(self.add(op).has_value());
          break;
        }
        default: {
          const auto role = static_cast<Role>(1 + random() % 4);
          RC_ASSERT(self.add(add(self, author, subject, role)).has_value());
        }
      }
    }
    const Membership all = joined(joined(copies[0], copies[1]), copies[2]);
    std::vector<SignedRecord> ops(all.ops().begin(), all.ops().end());
    Membership shuffled = founded();
    std::shuffle(ops.begin(), ops.end(), random);
    while (!ops.empty()) {
      const auto before = ops.size();
      std::erase_if(ops, [&](const SignedRecord& op) { return shuffled.add(op).has_value(); });
      RC_ASSERT(ops.size() < before);
    }
    RC_ASSERT(shuffled.members() == all.members());
    RC_ASSERT(shuffled.heads() == all.heads());
  });
}

}  // namespace
}  // namespace lansync::test
