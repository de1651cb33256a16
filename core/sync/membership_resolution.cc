// Which ops of a membership log count.
#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/sync/membership.h"

namespace lansync {

struct Membership::Outcome {
  std::map<DeviceId, Member> members;
  // Removals of `counting` that had an effect.
  std::set<MemberOpHash> effective;
  // The first removal beyond `counting` that would have one: by the member who joined first, then
  // by its place in the order.
  struct Candidate {
    std::size_t joined = 0;
    std::size_t place = 0;
    MemberOpHash hash;

    friend auto operator<=>(const Candidate&, const Candidate&) = default;
  };
  std::vector<Candidate> candidates;
};

// Removals are taken one by one, those of the most senior members first, and the rest is judged by
// what they void. One that a later one turns out to void is dropped for good, so this ends after as
// many steps as there are removals, twice.
void Membership::recompute() {
  const std::vector<MemberOpHash> order = in_order();
  std::set<MemberOpHash> counting;
  std::set<MemberOpHash> dropped;
  while (true) {
    Outcome outcome = replay(order, counting);
    const bool all_effective = outcome.effective.size() == counting.size();
    if (!all_effective) {
      std::ranges::set_difference(counting, outcome.effective,
                                  std::inserter(dropped, dropped.end()));
      counting = std::move(outcome.effective);
      continue;
    }
    std::erase_if(outcome.candidates,
                  [&](const auto& candidate) { return dropped.contains(candidate.hash); });
    if (outcome.candidates.empty()) {
      members_ = std::move(outcome.members);
      return;
    }
    counting.insert(std::ranges::min(outcome.candidates).hash);
  }
}

Membership::Outcome Membership::replay(std::span<const MemberOpHash> order,
                                       const std::set<MemberOpHash>& counting) const {
  Outcome outcome;
  std::map<DeviceId, std::size_t> joined{{genesis_.creator, 0}};
  auto& members = outcome.members;
  members.emplace(genesis_.creator,
                  Member{genesis_.creator, genesis_.creator_name, Role::owner, false, {}});
  for (std::size_t place = 0; place < order.size(); ++place) {
    const MemberOp& op = ops_.at(order[place]).op;
    const auto author = members.find(op.author);
    if (author == members.end() || author->second.removed) continue;
    if (is_void(order[place], counting)) continue;
    const Role role = author->second.role;
    const auto subject = members.find(op.subject);
    const bool present = subject != members.end() && !subject->second.removed;
    if (op.kind == MemberOp::Kind::add) {
      if (present || !may_invite(role, op.role)) continue;
      if (subject == members.end() && members.size() >= members_max_) continue;
      members[op.subject] = Member{op.subject, op.name, op.role, false, {}};
      joined[op.subject] = place + 1;
      continue;
    }
    if (!present || (op.author != op.subject && role != Role::owner)) continue;
    if (!counting.contains(order[place])) {
      outcome.candidates.push_back({joined.at(op.author), place, order[place]});
      continue;
    }
    subject->second.removed = true;
    subject->second.cut = op.cut;
    outcome.effective.insert(order[place]);
  }
  return outcome;
}

// By depth: an op's parents always come before it. Removals before additions of the same depth.
std::vector<MemberOpHash> Membership::in_order() const {
  std::vector<std::tuple<std::size_t, bool, MemberOpHash>> places;
  for (const auto& [hash, placed] : ops_) {
    places.emplace_back(placed.depth, placed.op.kind == MemberOp::Kind::add, hash);
  }
  std::ranges::sort(places);
  std::vector<MemberOpHash> order;
  for (const auto& place : places) order.push_back(std::get<MemberOpHash>(place));
  return order;
}

bool Membership::is_void(const MemberOpHash& hash, const std::set<MemberOpHash>& counting) const {
  const MemberOp& op = ops_.at(hash).op;
  return std::ranges::any_of(counting, [&](const MemberOpHash& other) {
    const MemberOp& removal = ops_.at(other).op;
    const bool by_subject = removal.subject == op.author;
    const bool of_subject = op.kind == MemberOp::Kind::add && removal.subject == op.subject;
    return other != hash && (by_subject || of_subject) && concurrent(hash, other);
  });
}

bool Membership::concurrent(const MemberOpHash& left, const MemberOpHash& right) const {
  return !precedes(left, right) && !precedes(right, left);
}

bool Membership::precedes(const MemberOpHash& cause, const MemberOpHash& effect) const {
  const std::size_t depth = ops_.at(cause).depth;
  std::set<MemberOpHash> seen;
  std::vector<MemberOpHash> rest{effect};
  while (!rest.empty()) {
    const Placed& placed = ops_.at(rest.back());
    rest.pop_back();
    if (placed.depth <= depth) continue;
    for (const MemberOpHash& parent : placed.op.parents) {
      if (parent == cause) return true;
      if (seen.insert(parent).second) rest.push_back(parent);
    }
  }
  return false;
}

}  // namespace lansync
