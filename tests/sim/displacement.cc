#include "tests/sim/displacement.h"

#include "core/engine/apply/trash_policy.h"

namespace lansync::sim {
namespace {

using test::Area;
using test::DiskEffect;

// Names in the trash say when, in seconds, and are made before anything goes there.
constexpr std::chrono::hours kTrashSlack{1};

Violation broken(const DiskEffect& effect, const std::string& what) {
  return {"S3", effect.path + " " + what};
}

bool is_known(const DiskEffect& effect, MemoryIndex& index) {
  const auto path = RelativePath::parse(effect.path);
  const auto row = path ? index.disk(*path) : Result<std::optional<DiskRow>>();
  return row && *row && FileIdentity::of((*row)->stat) == FileIdentity::of(effect.stat);
}

}  // namespace

std::optional<Violation> Displacement::check(const DiskEffect& effect, MemoryIndex& index,
                                             WallTime now) {
  if (effect.kind == DiskEffect::Kind::metadata) return std::nullopt;
  if (effect.kind == DiskEffect::Kind::bytes) {
    const bool hidden = effect.from == Area::stage || effect.from == Area::nowhere;
    if (hidden && !displaced_.contains(effect.stat.inode)) return std::nullopt;
    return broken(effect, "is written to in place");
  }
  auto violation = effect.to == Area::nowhere ? check_end(effect, index, now) : std::nullopt;
  follow(effect, now);
  const bool removed = effect.from == Area::folder && effect.to == Area::trash;
  if (removed && !is_known(effect, index)) {
    mistaken_[effect.stat.inode] = {effect.path, effect.content, now};
  }
  return violation;
}

std::optional<Violation> Displacement::check_end(const DiskEffect& effect, MemoryIndex& index,
                                                 WallTime now) const {
  const std::uint64_t inode = effect.stat.inode;
  if (effect.from == Area::stage && displaced_.contains(inode)) {
    return broken(effect, "was displaced, and is destroyed");
  }
  if (effect.from == Area::trash) {
    const auto since = trashed_.find(inode);
    if (since == trashed_.end() || crowded_) return std::nullopt;
    const std::int64_t kept = now.ns - since->second.ns;
    if (kept >= std::chrono::nanoseconds(kTrashLifetime - kTrashSlack).count()) return std::nullopt;
    return broken(effect, "leaves the trash too early");
  }
  if (effect.from != Area::folder) return std::nullopt;
  if (effect.stat.kind != NodeKind::dir) return broken(effect, "is destroyed");
  const auto path = RelativePath::parse(effect.path);
  const auto row = path ? index.disk(*path) : Result<std::optional<DiskRow>>();
  // rmdir takes a name, whatever directory has it by then, and only an empty one: one that a person
  // puts there after the look is the same to them.
  const bool known = row && *row && (*row)->stat.kind == NodeKind::dir;
  if (known) return std::nullopt;
  return broken(effect, "is removed, and is not the directory that the index has there");
}

void Displacement::follow(const DiskEffect& effect, WallTime now) {
  const std::uint64_t inode = effect.stat.inode;
  if (effect.to == Area::folder) {
    displaced_.erase(inode);
    mistaken_.erase(inode);
    if (effect.from == Area::stage) installed_[inode] = effect.content;
  }
  if (effect.to == Area::trash) {
    const auto since = displaced_.extract(inode);
    if (!since.empty()) trashed_[inode] = since.mapped().since;
    if (effect.from == Area::folder) trashed_[inode] = now;
  }
  if (effect.from != Area::folder || effect.to != Area::stage) return;
  const auto ours = installed_.find(inode);
  if (ours == installed_.end() || ours->second != effect.content)
    displaced_[inode] = {effect.path, effect.content, now};
}

}  // namespace lansync::sim
