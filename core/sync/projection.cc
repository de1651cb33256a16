#include "core/sync/projection.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace lansync {
namespace {

constexpr std::uint32_t kDerivedDirMode = 0755;

int rank(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::dir: return 3;
    case ChangeKind::file: return 2;
    case ChangeKind::link: return 1;
    case ChangeKind::deleted:
    case ChangeKind::metadata: break;
  }
  return 0;
}

bool loses_to(const Change& left, const Change& right) {
  return std::tuple(rank(left.kind), left.edited_at, left.dot) <
         std::tuple(rank(right.kind), right.edited_at, right.dot);
}

bool same_content(const Change& left, const Change& right) {
  return left.kind == right.kind && left.content == right.content;
}

bool made_from(const Change& winner, const Change& other) {
  return other.kind == ChangeKind::file && winner.kind == ChangeKind::file && winner.base &&
         *winner.base == other.content;
}

ShownNode show(const Change& version) {
  return {.kind = version.kind,
          .size = version.size,
          .content = version.content,
          .chunk_class = version.chunk_class,
          .one_chunk = version.one_chunk,
          .link_target = version.link_target,
          .mode = version.mode,
          .mtime = version.mtime,
          .version = version.dot,
          .edited_at = version.edited_at,
          .shown = {version.dot}};
}

// Mode and mtime are registers of their own: the last one set counts, whoever set it.
class LastSet {
 public:
  void offer(const Change& change) {
    if (std::tuple(change.mode_at, change.dot) > std::tuple(mode_at_, mode_by_)) {
      std::tie(mode_at_, mode_by_, mode_) = std::tuple(change.mode_at, change.dot, change.mode);
    }
    if (std::tuple(change.mtime_at, change.dot) > std::tuple(mtime_at_, mtime_by_)) {
      std::tie(mtime_at_, mtime_by_, mtime_) =
          std::tuple(change.mtime_at, change.dot, change.mtime);
    }
  }
  void apply(ShownNode& node) const {
    node.mode = mode_;
    node.mtime = mtime_;
  }

 private:
  static constexpr WallTime kNever{std::numeric_limits<std::int64_t>::min()};
  WallTime mode_at_ = kNever;
  WallTime mtime_at_ = kNever;
  Dot mode_by_;
  Dot mtime_by_;
  std::uint32_t mode_ = 0;
  WallTime mtime_;
};

ShownNode derived_dir() {
  ShownNode node;
  node.kind = ChangeKind::dir;
  node.mode = kDerivedDirMode;
  return node;
}

// `versions` are sorted, the winner last. Equals of one content become one copy.
std::vector<ShownNode> show_copies(std::span<const Change> losers) {
  std::vector<ShownNode> copies;
  for (auto loser = losers.rbegin(); loser != losers.rend(); ++loser) {
    const auto equal = std::ranges::find_if(copies, [&](const ShownNode& copy) {
      return copy.kind == loser->kind && copy.content == loser->content;
    });
    if (equal == copies.end()) {
      copies.push_back(show(*loser));
    } else {
      equal->shown.push_back(loser->dot);
    }
  }
  for (ShownNode& copy : copies) std::ranges::sort(copy.shown);
  std::ranges::sort(copies, {}, &ShownNode::version);
  return copies;
}

}  // namespace

Projection project(std::span<const Change> heads, bool live_beneath) {
  std::vector<Change> versions;
  LastSet last_set;
  std::vector<Dot> beside;  // What is displayed along with any version: metadata and lost deletes.
  bool deleted = false;
  for (const Change& head : heads) {
    if (head.live()) {
      versions.push_back(head);
    } else {
      beside.push_back(head.dot);
      deleted = deleted || head.kind == ChangeKind::deleted;
    }
  }
  std::ranges::sort(versions, loses_to);

  Projection projection;
  if (versions.empty() && !live_beneath) {
    projection.unknown = !deleted;
    return projection;
  }
  std::vector<Change> losers = versions;
  if (versions.empty() || (live_beneath && versions.back().kind != ChangeKind::dir)) {
    projection.main = derived_dir();
  } else {
    const Change& winner = versions.back();
    projection.main = show(winner);
    losers.pop_back();
    last_set.offer(winner);
    std::erase_if(losers, [&](const Change& loser) {
      if (!same_content(loser, winner) && !made_from(winner, loser)) return false;
      projection.main->shown.push_back(loser.dot);
      if (same_content(loser, winner)) last_set.offer(loser);
      return true;
    });
    for (const Change& head : heads) {
      if (head.kind == ChangeKind::metadata) last_set.offer(head);
    }
    last_set.apply(*projection.main);
    projection.main->shown.insert(projection.main->shown.end(), beside.begin(), beside.end());
    std::ranges::sort(projection.main->shown);
  }
  projection.copies = show_copies(losers);
  return projection;
}

}  // namespace lansync
