// What befalls a world: the steps of a story.
#include <algorithm>
#include <map>

#include "tests/sim/world.h"

namespace lansync::sim {
namespace {

using namespace std::chrono_literals;

std::error_code error_named(const std::string& name) {
  static const std::map<std::string, std::errc> names{{"EIO", std::errc::io_error},
                                                      {"ENOSPC", std::errc::no_space_on_device},
                                                      {"EACCES", std::errc::permission_denied},
                                                      {"EMFILE", std::errc::too_many_files_open}};
  const auto found = names.find(name);
  return make_error_code(found == names.end() ? std::errc::io_error : found->second);
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// Of what writes into a file, though it may write nothing, or what is there already.
bool gives_new_time(Deed deed) {
  return deed == Deed::touch || deed == Deed::write || deed == Deed::append ||
         deed == Deed::patch || deed == Deed::truncate;
}

// Conflict copies that show another version than just before.
SeenTree copies_put_back(const SeenTree& before, const SeenTree& after) {
  SeenTree copies;
  for (const auto& [path, node] : after) {
    const auto old = before.find(path);
    const bool same = old != before.end() && version_of(old->second) == version_of(node);
    if (is_copy_name(path) && !same) copies.emplace(path, node);
  }
  return copies;
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

using Inodes = std::map<std::string, std::uint64_t>;

// Files that look otherwise, and are the same ones.
std::set<std::string> written_in_place(const SeenTree& before, const Inodes& inodes,
                                       const SeenTree& after, const Inodes& inodes_after) {
  std::set<std::string> written;
  for (const auto& [path, node] : after) {
    const auto old = before.find(path);
    const bool differs = old != before.end() && !(old->second == node);
    if (!differs || node.kind != NodeKind::file) continue;
    if (inodes.at(path) == inodes_after.at(path)) written.insert(path);
  }
  return written;
}

}  // namespace

void World::perform(const Step& step) {
  if (violation_) return;
  if (step.wait_us > 0) run_for(std::chrono::microseconds(step.wait_us));
  if (step.before_call > 0) {
    armed_[step.device].push_back({step, step.before_call});
  } else {
    perform_now(step, /*within_call=*/false);
  }
}

void World::perform_now(const Step& step, bool within_call) {
  if (is_persons(step.deed)) return person_acts(step);
  const bool harmless = step.deed == Deed::pass || step.deed == Deed::connect;
  if (!harmless) economy_.disturbed();
  if (machine_acts(step, within_call)) return;
  network_acts(step);
}

void World::person_acts(const Step& step) {
  Device& device = *devices_[step.device];
  if (unmounted_[step.device]) return;
  device.fs.set_time(device.now(events_.now()).wall);
  checks_[step.device].work.acted();
  const SeenTree before = device.fs.snapshot();
  const auto inodes = device.fs.inodes();
  const std::string path = Person::path_of(step, device.fs);
  const bool done = person_.act(step, device.fs);
  attribution_.replaced(step.device, inodes, device.fs.inodes());
  const SeenTree after = device.fs.snapshot();
  if (before != after) {
    note(step.device, to_text(step));
    if (device.traits().syncs_late) write_back_later(step.device, before, after);
    ghost_.acted(step.device, before, after);
    forget_returns(step.device, copies_put_back(before, after));
    if (old_index_[step.device]) forgive_known_dirs(step.device, before, after);
    unseen_[step.device].push_back(before);
    for (const auto& [same, inode] : device.fs.inodes()) {
      const auto old = inodes.find(same);
      if (old != inodes.end() && old->second != inode) ghost_.put_again(same, before, after);
    }
    const bool removes = step.deed == Deed::remove || step.deed == Deed::swap_in;
    supersede_displaced(step.device, removes ? path : std::string(), before, after);
    attribution_.acted(step.device, before, after);
    checks_[step.device].confinement.acted(before, after);
    const auto written = written_in_place(before, inodes, after, device.fs.inodes());
    watch(step.device, before, after, written);
    // One directory in the place of another looks the same, and so does a file of the same bytes.
    const bool moves = step.deed == Deed::rename || step.deed == Deed::swap_in;
    if (moves) attribution_.touched(step.device, after);
    const Watcher watcher = devices_[step.device]->traits().watcher;
    if (moves && misses_nothing(watcher)) {
      hint(step.device, "", {true, {}},
           random(watch_streams_[step.device], longest_delay_us(watcher)));
    }
  } else if (done) {
    note(step.device, to_text(step) + " (nothing to be seen)");
    attribution_.touched(step.device, after);
    if (gives_new_time(step.deed)) ghost_.touched(path, after);
    watch(step.device, {}, after);
  }
}

// Who changes a path in the moment of an exchange supersedes what was there before it, too; and so
// does who puts something where a removal has just taken along a version that it was not to remove,
// before it has put that back, or who removes the directory that it was in.
void World::supersede_displaced(std::size_t i, const std::string& removed, const SeenTree& before,
                                const SeenTree& after) {
  const Displacement& displacement = checks_[i].displacement;
  for (const auto& [inode, gone] : displacement.displaced()) {
    const auto old = before.find(gone.path);
    const auto now = after.find(gone.path);
    if (old == before.end() || now == after.end() || old->second == now->second) continue;
    ghost_.superseded(gone.content | 1, gone.path, i);
  }
  for (const auto& [inode, gone] : displacement.mistaken()) {
    const bool put = !before.contains(gone.path) && after.contains(gone.path);
    const bool went_along = !removed.empty() && gone.path.starts_with(removed + "/");
    if (put || went_along) ghost_.superseded(gone.content | 1, gone.path, i);
  }
}

// --- Watchers ---

void World::hint(std::size_t i, const std::string& dir, const Hint& hint, Duration delay) {
  events_.after(delay, [this, i, dir, hint] {
    if (!devices_[i]->running()) return;
    const auto path = dir.empty() ? RelativePath() : RelativePath::parse(dir);
    if (!path) return;
    trace(i + 4000);
    const Now now = devices_[i]->now(events_.now());
    devices_[i]->engine().handle_hint(*path, hint.recursive, now);
    devices_[i]->engine().handle_written(*path, hint.written, now);
    drain(i);
  });
}

void World::watch(std::size_t i, const SeenTree& before, const SeenTree& after,
                  const std::set<std::string>& written) {
  RandomStream& stream = watch_streams_[i];
  const Watcher watcher = devices_[i]->traits().watcher;
  if (watcher == Watcher::blind) return;
  std::map<std::string, Hint> hints;
  const auto differs = [](const SeenTree& tree, const std::string& path, const SeenNode& node) {
    const auto other = tree.find(path);
    return other == tree.end() || !(other->second == node);
  };
  for (const auto* trees : {&before, &after}) {
    const SeenTree& other = trees == &before ? after : before;
    for (const auto& [path, node] : *trees) {
      if (!differs(other, path, node)) continue;
      Hint& told = hints[parent_of(path)];
      if (written.contains(path)) told.written.insert(name_of(path));
      if (node.kind == NodeKind::dir) hints[path].recursive = true;
    }
  }
  const std::uint32_t most_us = longest_delay_us(watcher);
  for (const auto& [dir, told] : hints) {
    const Duration delay = random(stream, most_us);
    if (watcher == Watcher::lossy && stream.one_in(3)) continue;
    if (watcher == Watcher::overflowing && stream.one_in(2)) {
      hint(i, "", {true, {}}, delay);
      continue;
    }
    hint(i, dir, told, delay);
    if (stream.one_in(8)) hint(i, dir, told, delay + random(stream, most_us));
  }
}

// --- The machine ---

void World::lose_power(std::size_t i) {
  Device& device = *devices_[i];
  const SeenTree before = device.fs.snapshot();
  device.fs.lose_power([this, i](std::size_t count) {
    // Mostly things survive: a crash that loses everything is one of many.
    RandomStream& stream = disk_streams_[i];
    return stream.one_in(2) ? 0 : static_cast<std::size_t>(stream.below(count));
  });
  device.lost_power();
  unlooked_[i] = true;
  supersede_nothing_unseen(i);
  if (device.traits().syncs_late) forget_unsynced(i, before);
  check_disk(i);
}

bool World::machine_acts(const Step& step, bool within_call) {
  const std::size_t i = step.device;
  Device& device = *devices_[i];
  switch (step.deed) {
    case Deed::kill:
    case Deed::power_loss:
      note(i, to_text(step));
      die(i, step.deed == Deed::power_loss);
      if (!off_[i]) boot_later(i);
      if (within_call) throw Died();
      return true;
    case Deed::stop:
      note(i, to_text(step));
      off_[i] = true;
      die(i, false);
      if (within_call) throw Died();
      return true;
    case Deed::start:
      note(i, to_text(step));
      off_[i] = false;
      if (!within_call) boot(i);
      return true;
    case Deed::clock_jump:
      note(i, to_text(step));
      device.jump_clock(step.number);
      return true;
    case Deed::disk_full:
      checks_[i].displacement.crowd();
      device.fs.set_capacity(static_cast<std::uint64_t>(step.number));
      break;
    case Deed::disk_free: device.fs.set_capacity({}); break;
    case Deed::fail_call:
      device.fs.fail_call(static_cast<std::uint64_t>(step.number), error_named(step.to.path));
      break;
    case Deed::sync_lie:
      device.fs.fail_sync_and_forget(static_cast<std::uint64_t>(step.number));
      break;
    case Deed::unmount:
      device.fs.unmount();
      unmounted_[i] = true;
      break;
    case Deed::mount:
      device.fs.mount();
      unmounted_[i] = false;
      break;
    case Deed::backup:
      // Without its disk there is nothing to back up.
      if (!unmounted_[i]) device.backup = Device::Backup{device.fs.image(), device.index};
      break;
    case Deed::restore:
    case Deed::restore_files:
    case Deed::restore_index:
    case Deed::lose_index:
    case Deed::rewind:
      put_back(i, step.deed);
      if (within_call && !device.running()) throw Died();
      return true;
    default: return false;
  }
  note(i, to_text(step));
  return true;
}

// --- The network, and everybody ---

void World::network_acts(const Step& step) {
  const std::size_t a = step.device;
  const std::size_t b = step.peer;
  switch (step.deed) {
    case Deed::connect: network_.set_cable(a, b, true); break;
    case Deed::cut: network_.set_cable(a, b, false); break;
    case Deed::drop: network_.drop(a, b); break;
    case Deed::half_open: network_.half_open(a, b); break;
    case Deed::freeze: network_.freeze(a, b); break;
    case Deed::redial: network_.redial(a, b); break;
    case Deed::pass: run_for(std::chrono::milliseconds(step.number)); return;
    case Deed::asleep: events_.skip_to(events_.now() + std::chrono::days(step.number)); return;
    default: return;
  }
  note(a, to_text(step));
}

void World::mend() {
  for (std::size_t i = 0; i < size(); ++i) {
    armed_[i].clear();
    devices_[i]->fs.clear_faults();
    devices_[i]->fs.set_capacity({});
    if (unmounted_[i]) devices_[i]->fs.mount();
    unmounted_[i] = false;
    for (const auto& [path, node] : devices_[i]->fs.snapshot()) {
      devices_[i]->fs.user_hold_open(path, false);
    }
    off_[i] = false;
    boot_later(i);
  }
  network_.heal();
}

}  // namespace lansync::sim
