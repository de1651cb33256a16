// What comes back from a backup, or is lost for good: files, an index, a whole disk.
#include <algorithm>
#include <set>
#include <utility>

#include "tests/sim/world.h"
#include "tests/support/row_content.h"

namespace lansync::sim {
namespace {

// Linux writes what is so old, at its default.
constexpr std::chrono::seconds kWriteBackTime{30};

}  // namespace

void World::put_back(std::size_t i, Deed deed) {
  Device& device = *devices_[i];
  if (unmounted_[i] || (deed != Deed::lose_index && !device.backup)) return;
  note(i, to_text(Step{.deed = deed, .device = static_cast<std::uint32_t>(i)}));
  if (deed == Deed::restore_files) return put_files_back(i);
  const SeenTree before = device.fs.snapshot();
  die(i, false);
  ++index_losses_[i];
  attribution_.excuse(i);
  device.index = deed == Deed::lose_index ? MemoryIndex() : device.backup->index;
  const bool disk_too = deed == Deed::restore || deed == Deed::rewind;
  if (disk_too) device.fs.restore(device.backup->files, test::Restored::whole_disk);
  const SeenTree after = device.fs.snapshot();
  checks_[i].displacement.begin_anew();
  checks_[i].confinement.acted(before, after);
  if (deed == Deed::rewind) {
    ++rewinds_;
  } else {
    device.index_was_copied();
  }
  old_index_[i] = deed != Deed::lose_index;
  forget_places(before);
  forget_returns(i, after);
  forgive_what_is_nowhere(disk_too ? nullptr : &device);
  ghost_.put_back(after);
  if (!off_[i]) boot_later(i);
}

void World::put_files_back(std::size_t i) {
  Device& device = *devices_[i];
  const SeenTree before = device.fs.snapshot();
  const auto inodes = device.fs.inodes();
  device.fs.restore(device.backup->files, test::Restored::visible_files);
  attribution_.replaced(i, inodes, device.fs.inodes());
  const SeenTree after = device.fs.snapshot();
  checks_[i].displacement.begin_anew();
  checks_[i].confinement.acted(before, after);
  ghost_.acted(i, before, after);
  forget_returns(i, after);
  attribution_.acted(i, before, after);
  watch(i, before, after);
  // What looks the same is other files and directories.
  const Watcher watcher = device.traits().watcher;
  const bool late = watcher == Watcher::late;
  const Duration delay = late ? random(watch_streams_[i], longest_delay_us(watcher)) : Duration{};
  if (misses_nothing(watcher)) hint(i, "", {true, {}}, delay);
}

// For a device whose index has there what a person had taken back and put back, it was never gone.
void World::forget_returns(std::size_t i, const SeenTree& after) {
  MemoryIndex& index = devices_[i]->index;
  std::vector<DiskRow> known;
  const auto intents = index.intents();
  for (const Intent& intent : *intents) {
    if (intent.becomes) known.push_back(*intent.becomes);
  }
  for (const auto& [text, node] : after) {
    if (auto row = index.disk(*RelativePath::parse(text)); *row) known.push_back(**std::move(row));
  }
  for (const DiskRow& row : known) {
    const auto node = after.find(row.path.text());
    if (node == after.end() || node->second.kind != NodeKind::file) continue;
    if (row.stat.kind != NodeKind::file || !test::has_content(row, node->second.content)) continue;
    ghost_.forget_return(version_of(node->second), row.path.text(), row.source.text());
  }
}

// A directory that is made where an index that came back has one, or was about to have one, is
// that.
void World::forgive_known_dirs(std::size_t i, const SeenTree& before, const SeenTree& after) {
  MemoryIndex& index = devices_[i]->index;
  const auto intents = index.intents();
  std::set<std::string> known;
  for (const auto& [path, node] : after) {
    if (node.kind != NodeKind::dir || before.contains(path)) continue;
    const auto at = RelativePath::parse(path);
    const auto row = index.disk(*at);
    const bool begun = std::ranges::any_of(
        *intents, [&](const Intent& intent) { return intent.becomes && intent.path == *at; });
    if (begun || *row) known.insert(path);
  }
  ghost_.forgive({}, known);
}

bool World::is_shown_elsewhere(std::size_t i, VersionId version, const std::string& path) const {
  for (std::size_t other = 0; other < size(); ++other) {
    const SeenTree tree = devices_[other]->fs.snapshot();
    const auto node = tree.find(path);
    if (other != i && node != tree.end() && version_of(node->second) == version) return true;
  }
  return false;
}

void World::write_back_later(std::size_t i, const SeenTree& before, const SeenTree& after) {
  for (const auto& [path, node] : after) {
    const auto old = before.find(path);
    const bool is_new = old == before.end() || version_of(old->second) != version_of(node);
    if (is_new) late_[i].push_back({path, version_of(node), events_.now()});
  }
  events_.after(kWriteBackTime, [this, i] {
    devices_[i]->fs.write_back();
    std::erase_if(late_[i],
                  [this](const Late& late) { return late.at + kWriteBackTime <= events_.now(); });
  });
}

// What it finds changed after a power failure it cannot tell from what the disk never had: nothing
// says that what was there has been taken back. If everybody turns out to have lost that, whoever
// finds it so ends it.
void World::supersede_nothing_unseen(std::size_t i) {
  if (unseen_[i].empty()) return;
  for (const SeenTree& before : std::exchange(unseen_[i], {})) ghost_.put_back(before);
  for (std::size_t any = 0; any < size(); ++any) attribution_.excuse(any);
}

// What the power took with it before the disk had it, or might have, is owed if somebody else shows
// it: nothing tells the one from the other.
void World::forget_unsynced(std::size_t i, const SeenTree& before) {
  const SeenTree after = devices_[i]->fs.snapshot();
  if (before != after) note(i, "has lost what was not synced");
  checks_[i].displacement.begin_anew();
  checks_[i].confinement.acted(before, after);
  attribution_.acted(i, before, after);
  for (std::size_t any = 0; any < size(); ++any) attribution_.excuse(any);
  forget_places(before);
  for (const auto& [path, version, at] : std::exchange(late_[i], {})) {
    if (!is_shown_elsewhere(i, version, path)) ghost_.forget_place(version, path);
  }
  forgive_what_is_nowhere(nullptr);
  ghost_.leave(after);
}

void World::forget_places(const SeenTree& before) {
  std::map<std::string, std::set<VersionId>> shown;
  for (const auto& device : devices_) {
    for (const auto& [path, node] : device->fs.snapshot()) shown[path].insert(version_of(node));
  }
  for (const auto& [path, node] : before) {
    if (!shown[path].contains(version_of(node))) ghost_.forget_place(version_of(node), path);
  }
}

void World::forgive_what_is_nowhere(const Device* forgetful) {
  std::set<VersionId> somewhere;
  std::set<std::string> dirs;
  for (const auto& device : devices_) {
    for (const auto& [path, node] : device->fs.snapshot()) {
      somewhere.insert(version_of(node));
      if (node.kind == NodeKind::dir) dirs.insert(path);
    }
    // What is staged is nothing to an index that did not stage it: an edit, too, that a step took
    // along in just this moment is in the trash then.
    if (device.get() == forgetful) continue;
    for (const auto& [path, node] : device->fs.stage_snapshot()) {
      somewhere.insert(version_of(node));
    }
  }
  std::set<VersionId> lost = ghost_.owed();
  std::erase_if(lost, [&](VersionId version) { return somewhere.contains(version); });
  std::set<std::string> lost_dirs = ghost_.owed_dirs();
  std::erase_if(lost_dirs, [&](const std::string& dir) { return dirs.contains(dir); });
  ghost_.forgive(lost, lost_dirs);
}

}  // namespace lansync::sim
