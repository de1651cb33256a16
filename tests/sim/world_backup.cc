// What comes back from a backup, or is lost for good: files, an index, a whole disk.
#include "tests/sim/world.h"
#include "tests/support/row_content.h"

namespace lansync::sim {

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
  forget_places(before);
  if (deed == Deed::restore_index) forget_files_put_back(i);
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
  for (const auto& [path, node] : after) {
    const VersionId version = version_of(node);
    if (version != 0 && !ghost_.is_owed_at(version, path)) put_back_[i][path] = version;
  }
  ghost_.acted(i, before, after);
  attribution_.acted(i, before, after);
  watch(i, before, after);
  // What looks the same is other files and directories.
  const Watcher watcher = device.traits().watcher;
  const bool late = watcher == Watcher::late;
  const Duration delay = late ? random(watch_streams_[i], longest_delay_us(watcher)) : Duration{};
  if (misses_nothing(watcher)) hint(i, "", true, delay);
}

// If an index comes back after the files of the same backup, and nobody has heard of these, then
// nothing tells them from files that were there all the time.
void World::forget_files_put_back(std::size_t i) {
  const SeenTree tree = devices_[i]->fs.snapshot();
  for (const auto& [path, version] : put_back_[i]) {
    const auto node = tree.find(path);
    if (node == tree.end() || version_of(node->second) != version) continue;
    const auto row = devices_[i]->index.disk(RelativePath::parse(path).value());
    if (!*row || !test::has_content((*row).value(), node->second.content)) continue;
    if (!is_shown_elsewhere(i, version, path)) ghost_.forget_place(version, path);
  }
}

bool World::is_shown_elsewhere(std::size_t i, VersionId version, const std::string& path) const {
  for (std::size_t other = 0; other < size(); ++other) {
    const SeenTree tree = devices_[other]->fs.snapshot();
    const auto node = tree.find(path);
    if (other != i && node != tree.end() && version_of(node->second) == version) return true;
  }
  return false;
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
