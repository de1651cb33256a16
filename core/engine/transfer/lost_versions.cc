#include "core/engine/transfer/lost_versions.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/sync/version_end.h"

namespace lansync {
namespace {

// Who tells the end of this device's versions: itself, or the first of those who may write.
bool tells_for(const Membership& membership, const DeviceId& self, const DeviceId& author) {
  const auto may = [](const auto& member) {
    return !member.second.removed && may_write(member.second.role);
  };
  const auto& members = membership.members();
  if (const auto known = members.find(author); known != members.end() && may(*known)) {
    return author == self;
  }
  const auto first = std::ranges::find_if(members, may);
  return first != members.end() && first->first == self;
}

// What a power failure has left of a file: it displays nothing.
Result<std::optional<DiskRow>> torn_row(Index& index, const RelativePath& path) {
  auto row = index.disk(path);
  if (!row || !*row) return row;
  const bool torn =
      (*row)->source == path && (*row)->stat.kind == NodeKind::file && (*row)->shown.empty();
  return torn ? std::move(row) : std::optional<DiskRow>();
}

}  // namespace

bool all_starve(const Membership& membership, const DeviceId& self, const CausalClock& clock,
                const std::map<DeviceId, PeerState>& peers) {
  return std::ranges::all_of(membership.members(), [&](const auto& member) {
    if (member.second.removed || member.first == self) return true;
    const auto peer = peers.find(member.first);
    return peer != peers.end() && peer->second.joined && peer->second.clock_known &&
           peer->second.state.starved && peer->second.state.clock == clock;
  });
}

Result<bool> none_is_here(Index& index, const std::vector<Wanted>& lacking) {
  for (const Wanted& wanted : lacking) {
    const auto rows = index.disk_with_content(wanted.content, 1);
    if (!rows) return rows.error();
    const auto trash = index.trash_with_content(wanted.content, 1);
    if (!trash) return trash.error();
    if (!rows->empty() || !trash->empty()) return false;
  }
  return true;
}

Result<std::vector<Change>> ends_of_lost(Index& index, const Membership& membership,
                                         const DeviceId& self, const std::vector<Wanted>& lacking,
                                         WallTime now) {
  std::vector<Change> ends;
  for (const Wanted& wanted : lacking) {
    const auto heads = index.heads(wanted.source);
    if (!heads) return heads.error();
    std::vector<Dot> lost;
    for (const Change& head : *heads) {
      const bool is_it = head.kind == ChangeKind::file && head.content == wanted.content;
      if (is_it && tells_for(membership, self, head.dot.author.device)) lost.push_back(head.dot);
    }
    std::ranges::sort(lost);
    // What is more than one change may supersede ends the next time.
    lost.resize(std::min(lost.size(), limits::kSupersedesMax));
    const auto left = torn_row(index, wanted.source);
    if (!left) return left.error();
    if (*left && !lost.empty()) {
      const auto list = index.chunk_list((*left)->content);
      if (!list) return list.error();
      ends.push_back(end_as_left(**left, !list->has_value(), *heads, std::move(lost), now));
      continue;
    }
    auto end = version_end(wanted.source, *heads, std::move(lost), wanted.content, now);
    if (end) ends.push_back(*std::move(end));
  }
  return ends;
}

}  // namespace lansync
