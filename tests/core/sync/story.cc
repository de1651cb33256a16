#include "tests/core/sync/story.h"

#include <algorithm>

namespace lansync::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// 2026-03-14 15:02 UTC.
constexpr std::int64_t kStart = 1'773'500'520 * kSecond;

std::string superseded_at(const std::string& path, const std::string& device,
                          const std::string& content) {
  return device + " sees " + content + " at " + path + ", which was superseded";
}

}  // namespace

Story::Story(const ToyCast& cast) {
  for (std::size_t i = 0; i < cast.size(); ++i) devices_.emplace_back(cast, i);
  displayed_.resize(cast.size());
  ahead_ns_.resize(cast.size());
}

WallTime Story::now(std::size_t device) { return {kStart + ++step_ * kSecond + ahead_ns_[device]}; }

std::map<std::string, Story::Seen> Story::seen(std::size_t device) const {
  std::map<std::string, Seen> all;
  for (const auto& [path, node] : devices_[device].nodes()) {
    if (node.kind == NodeKind::dir) continue;
    const auto row = devices_[device].row(path);
    all[path] = {node.content, row ? row->source.text() : path};
  }
  return all;
}

bool Story::write(std::size_t device, const std::string& path) {
  const auto before = seen(device);
  const std::string content = "v" + std::to_string(++written_);
  devices_[device].disk().write(path, content, now(device));
  done(device, before, "writes " + content + " to " + path);
  return true;
}

bool Story::remove(std::size_t device, const std::string& path) {
  if (!devices_[device].nodes().contains(path)) return false;
  const auto before = seen(device);
  devices_[device].disk().remove(path);
  done(device, before, "removes " + path);
  return true;
}

bool Story::make_dir(std::size_t device, const std::string& path) {
  if (devices_[device].nodes().contains(path)) return false;
  const auto before = seen(device);
  devices_[device].disk().make_dir(path, now(device));
  done(device, before, "makes the directory " + path);
  return true;
}

bool Story::chmod(std::size_t device, const std::string& path, std::uint32_t mode) {
  const auto node = devices_[device].nodes().find(path);
  if (node == devices_[device].nodes().end() || node->second.mode == mode) return false;
  const auto before = seen(device);
  devices_[device].disk().chmod(path, mode);
  done(device, before, "changes the mode of " + path);
  return true;
}

bool Story::touch(std::size_t device, const std::string& path) {
  const auto node = devices_[device].nodes().find(path);
  if (node == devices_[device].nodes().end() || node->second.kind != NodeKind::file) return false;
  const auto before = seen(device);
  devices_[device].disk().touch(path, now(device));
  done(device, before, "touches " + path);
  return true;
}

bool Story::rename(std::size_t device, const std::string& from, const std::string& to) {
  const auto& disk = devices_[device].nodes();
  const bool inside = to == from || to.starts_with(from + "/") || from.starts_with(to + "/");
  if (!disk.contains(from) || inside) return false;
  const auto slash = to.rfind('/');
  if (slash != to.npos) {
    const auto dir = disk.find(to.substr(0, slash));
    if (dir == disk.end() || dir->second.kind != NodeKind::dir) return false;
  }
  const auto before = seen(device);
  devices_[device].disk().rename(from, to);
  done(device, before, "renames " + from + " to " + to);
  return true;
}

void Story::done(std::size_t device, const std::map<std::string, Seen>& before, std::string what) {
  lines_.push_back(ToyCast::name(device) + " " + std::move(what));
  ToyDevice& self = devices_[device];
  self.look(now(device), one_by_one_);
  const auto after = seen(device);
  for (const auto& [path, was] : before) {
    const auto is = after.find(path);
    if (is != after.end() && is->second == was) continue;
    for (Ghost& ghost : ghosts_) {
      const bool displayed = ghost.content == was.content && ghost.path == was.source &&
                             displayed_[device].covers(ghost.dot);
      if (displayed) ghost.superseded = true;
    }
  }
  for (const auto& [path, is] : after) {
    const auto was = before.find(path);
    if (was != before.end() && was->second == is) continue;
    const auto heads = self.heads(path);
    const auto own = std::ranges::find_if(heads, [&](const Change& head) {
      return head.live() && head.dot.author == self.self() &&
             head.content == toy_content(is.content);
    });
    if (own == heads.end()) continue;
    ghosts_.push_back(
        {is.content, path, own->dot, was == before.end() ? "" : was->second.content, false});
  }
  displayed_[device].join([&] {
    CausalClock own;
    own.advance(self.self(), self.clock().counter_of(self.self()));
    return own;
  }());
}

bool Story::sync(std::size_t from, std::size_t to, std::size_t limit, bool busy) {
  const bool waiting = displayed_[to] != devices_[to].clock();
  if (devices_[to].clock().covers(devices_[from].clock()) && (busy || !waiting)) return false;
  exchange(devices_[from], devices_[to], limit);
  std::string line = ToyCast::name(to) + " hears from " + ToyCast::name(from);
  if (limit != ~std::size_t{0}) line += " (" + std::to_string(limit) + " segments)";
  lines_.push_back(line + (busy ? " and is busy" : ""));
  if (!busy && devices_[to].settle()) displayed_[to] = devices_[to].clock();
  return true;
}

void Story::close() {
  for (std::size_t i = 1; i < devices_.size(); ++i) sync(i, 0);
  for (std::size_t i = 1; i < devices_.size(); ++i) sync(0, i);
  // Whoever had nothing new to hear may still have something to show.
  for (ToyDevice& device : devices_) device.settle();
}

std::optional<std::string> Story::fault() {
  const ToyDevice& first = devices_.front();
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    ToyDevice& self = devices_[i];
    const std::string name = ToyCast::name(i);
    if (!self.settle()) return name + " cannot show its heads";
    if (self.clock() != first.clock()) return name + " has not heard of everything";
    if (self.fingerprint() != first.fingerprint()) return name + " has other heads than Anna";
    if (self.listing() != first.listing()) return name + " sees another tree than Anna";
    if (auto found = fault_of(i)) return found;
    if (self.look(now(i))) return name + " publishes changes that nobody made";
  }
  return std::nullopt;
}

std::optional<std::string> Story::fault_of(std::size_t device) const {
  const std::string name = ToyCast::name(device);
  const auto all = seen(device);
  for (const auto& [path, is] : all) {
    const bool alive = std::ranges::any_of(ghosts_, [&](const Ghost& ghost) {
      return !ghost.superseded && ghost.content == is.content && ghost.path == is.source;
    });
    if (!alive) return superseded_at(path, name, is.content);
  }
  for (const Ghost& ghost : ghosts_) {
    if (ghost.superseded) continue;
    const bool shown = std::ranges::any_of(all, [&](const auto& entry) {
      return entry.second.content == ghost.content && entry.second.source == ghost.path;
    });
    if (shown) continue;
    // The one exception: the version that stands there was made from this content.
    const auto main = all.find(ghost.path);
    const bool suppressed =
        main != all.end() && std::ranges::any_of(ghosts_, [&](const Ghost& other) {
          return !other.superseded && other.path == ghost.path &&
                 other.content == main->second.content && other.base == ghost.content;
        });
    if (!suppressed) return name + " lost " + ghost.content + " at " + ghost.path;
  }
  return std::nullopt;
}

std::string Story::text() const {
  std::string text;
  for (const std::string& line : lines_) text += "  " + line + "\n";
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    text += ToyCast::name(i) + " sees:\n";
    for (const std::string& line : devices_[i].listing()) text += "    " + line + "\n";
  }
  return text;
}

}  // namespace lansync::test
