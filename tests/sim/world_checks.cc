// What has to hold in a world at every moment.
#include <algorithm>

#include "tests/sim/world.h"

namespace lansync::sim {

// S3 and S11, and what the disk has had to do: after each call, before anybody else acts.
void World::check_call(std::size_t i) {
  bool moved = false;
  Checks& checks = checks_[i];
  const WallTime now = devices_[i]->now(events_.now()).wall;
  for (const test::DiskEffect& effect : devices_[i]->fs.take_effects()) {
    moved = moved || effect.from != effect.to;
    report(i, checks.displacement.check(effect, devices_[i]->index, now));
    checks.work.note(effect);
    // Between a job's look at the root and what it does there, a disk may go. A real one is held.
    const bool slipped_away = unmounted_[i] && checks.mounted_at_begin;
    if (!slipped_away) report(i, Confinement::check(effect));
  }
  if (!moved) return;
  check_disk(i);
  ghost_.copies_came(i, devices_[i]->fs.snapshot(), [&](const std::string& path) {
    const auto parsed = RelativePath::parse(path);
    if (!parsed) return false;
    const auto row = devices_[i]->index.disk(*parsed);
    return row->has_value() && (*row)->source == *parsed;
  });
}

// S2 and S7: nothing that is owed is gone from all disks, and whatever can be seen is a version
// that somebody wrote, whole.
void World::check_disk(std::size_t i) {
  if (std::ranges::find(unmounted_, true) != unmounted_.end()) return;
  for (const auto& [path, node] : devices_[i]->fs.snapshot()) {
    if (node.kind != NodeKind::file) continue;
    const VersionId version = version_of(node);
    if (version == 0 || ghost_.was_written(version)) continue;
    violate("S7", device_name(i) + " shows at " + path +
                      " what nobody wrote: " + std::to_string(node.content.size()) + " bytes");
  }
  const std::set<VersionId> owed = ghost_.owed();
  if (owed.empty()) return;
  std::set<VersionId> stored;
  for (const auto& device : devices_) {
    for (const auto& tree :
         {device->fs.snapshot(), device->fs.stage_snapshot(), device->fs.trash_snapshot()}) {
      for (const auto& [path, node] : tree) stored.insert(version_of(node));
    }
  }
  for (const VersionId version : owed) {
    if (!stored.contains(version)) violate("S2", ghost_.name(version) + " is on no disk any more");
  }
}

// R1.
void World::check_bounds(std::size_t i) {
  if (!devices_[i]->running()) return;
  report(i, checks_[i].bounds.check(events_.now()));
  for (const auto& peer : devices_) {
    report(i, Bounds::check_waiting(devices_[i]->engine().waiting(peer->id())));
  }
}

// R2.
void World::check_need(std::size_t i, ByteView bytes) {
  if (!economy_.was_there(i, bytes)) return;
  const test::MemoryFileSystem& fs = devices_[i]->fs;
  if (holds(fs.snapshot(), bytes) || holds(fs.trash_snapshot(), bytes)) {
    violate("R2", device_name(i) + " is sent what it has");
  }
}

void World::note_rest() {
  for (std::size_t i = 0; i < size(); ++i) {
    const SeenTree tree = devices_[i]->fs.snapshot();
    const SeenTree trash = devices_[i]->fs.trash_snapshot();
    report(i, checks_[i].confinement.check_rest(tree, trash));
    auto waste = checks_[i].work.rested();
    if (economy_.calm()) report(i, std::move(waste));
    economy_.rested(i, {tree, trash});
  }
}

void World::report(std::size_t i, std::optional<Violation> found) {
  if (found) violate(std::move(found->invariant), device_name(i) + ": " + found->what);
}

}  // namespace lansync::sim
