// The test's side of MemoryFileSystem: seeing what lansync did.
#include <algorithm>
#include <functional>
#include <utility>

#include "tests/support/memory_disk.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

// The path of `node`, which may be `top` itself; nothing if it is not there.
std::optional<std::string> path_beneath(const MemoryNode& top, const MemoryNode* node) {
  if (&top == node) return std::string();
  for (const auto& [name, child] : top.children) {
    if (child.get() == node) return name;
    if (child->children.empty()) continue;
    if (auto path = path_beneath(*child, node)) return name + "/" + *path;
  }
  return std::nullopt;
}

struct Spot {
  Area area = Area::outside;
  std::string path;
};

Spot spot_of(const MemoryDisk& disk, const MemoryNode* node) {
  const MemoryTrees& share = disk.hidden ? *disk.hidden : disk.mounted;
  if (auto path = path_beneath(*share.root, node)) return {Area::folder, *std::move(path)};
  for (const MemoryTrees* trees : {&disk.mounted, &share}) {
    if (auto path = path_beneath(*trees->stage, node)) return {Area::stage, *std::move(path)};
    if (auto path = path_beneath(*trees->trash, node)) return {Area::trash, *std::move(path)};
  }
  for (const MemoryNode* top : {disk.elsewhere.get(), disk.mounted.root.get()}) {
    if (auto path = path_beneath(*top, node)) return {Area::outside, *std::move(path)};
  }
  return {Area::nowhere, {}};
}

Spot spot_of(const MemoryDisk& disk, const EntryChange& change) {
  Spot spot = spot_of(disk, change.dir.get());
  if (!spot.path.empty()) spot.path += '/';
  spot.path += change.name;
  return spot;
}

DiskEffect effect_on(const MemoryNode& node) {
  DiskEffect effect;
  effect.stat = stat_of(node);
  if (node.kind == NodeKind::file) effect.content = std::hash<std::string>()(node.content);
  return effect;
}

}  // namespace

void MemoryDisk::note_names(const EntryOperation& operation) {
  if (!notes_effects) return;
  for (const EntryChange& change : operation.changes) {
    const auto has = [](MemoryNodePtr EntryChange::* side, const MemoryNodePtr& node) {
      return [side, &node](const EntryChange& other) { return other.*side == node; };
    };
    const auto& changes = operation.changes;
    if (change.before != nullptr) {
      DiskEffect effect = effect_on(*change.before);
      Spot spot = spot_of(*this, change);
      effect.from = spot.area;
      effect.path = std::move(spot.path);
      const auto to = std::ranges::find_if(changes, has(&EntryChange::after, change.before));
      if (to != changes.end()) effect.to = spot_of(*this, *to).area;
      effects.push_back(std::move(effect));
    }
    const bool made = change.after != nullptr &&
                      std::ranges::none_of(changes, has(&EntryChange::before, change.after));
    if (!made) continue;
    DiskEffect effect = effect_on(*change.after);
    Spot spot = spot_of(*this, change);
    effect.to = spot.area;
    effect.path = std::move(spot.path);
    effects.push_back(std::move(effect));
  }
}

void MemoryDisk::note_change(const MemoryNode& node, DiskEffect::Kind kind, std::uint64_t bytes) {
  if (!notes_effects) return;
  DiskEffect effect;
  effect.kind = kind;
  effect.stat = stat_of(node);
  Spot spot = spot_of(*this, &node);
  effect.from = spot.area;
  effect.to = spot.area;
  effect.path = std::move(spot.path);
  effect.written = bytes;
  effects.push_back(std::move(effect));
}

void MemoryFileSystem::note_effects() {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->notes_effects = true;
}

std::vector<DiskEffect> MemoryFileSystem::take_effects() {
  const MemoryDisk::Lock lock(disk_->mutex);
  return std::exchange(disk_->effects, {});
}

}  // namespace lansync::test
