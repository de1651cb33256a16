#include "tests/sim/attribution.h"

namespace lansync::sim {
namespace {

// A new mode is a change of its own kind, but for directories, which have nothing else, and for
// conflict copies, which become files of their own.
bool is_another(const std::string& path, const SeenNode& left, const SeenNode& right) {
  const bool by_mode = left.kind == NodeKind::dir || is_copy_name(path);
  return left.kind != right.kind || left.content != right.content || left.target != right.target ||
         (by_mode && left.mode != right.mode);
}

}  // namespace

void Attribution::acted(std::size_t device, const SeenTree& before, const SeenTree& after) {
  std::map<std::string, std::uint64_t>& deeds = devices_[device].deeds;
  for (const auto& [path, node] : before) {
    const auto now = after.find(path);
    if (now == after.end() || is_another(path, node, now->second)) ++deeds[path];
  }
  for (const auto& [path, node] : after) {
    if (!before.contains(path)) ++deeds[path];
  }
}

void Attribution::touched(std::size_t device, const SeenTree& tree) {
  for (const auto& [path, node] : tree) {
    if (is_copy_name(path)) ++devices_[device].deeds[path];
  }
}

void Attribution::replaced(std::size_t device, const Inodes& before, const Inodes& after) {
  for (const auto& [path, inode] : before) {
    const auto now = after.find(path);
    if (now != after.end() && now->second != inode) ++devices_[device].deeds[path];
  }
}

// Whoever touches a conflict copy ends versions of the path it is a copy of, and whoever removes
// that path leaves its copies behind as files.
std::uint64_t Attribution::deeds_at(const Known& known, const std::string& path) {
  std::uint64_t count = 0;
  for (const auto& [place, deeds] : known.deeds) {
    const bool is_copy = is_copy_of(path, place) || is_copy_above(path, place);
    if (place == path || is_copy_of(place, path) || is_copy) count += deeds;
  }
  return count;
}

std::optional<Violation> Attribution::check(std::size_t device, const Author& author,
                                            MemoryIndex& index) {
  Known& known = devices_[device];
  const auto end = index.log_end(author);
  std::uint64_t& seen = known.seen[author];
  std::optional<Violation> violation;
  for (; seen < end->counter; ++seen) {
    const auto head = index.head({author, seen + 1});
    if (!*head || (*head)->kind == ChangeKind::metadata) continue;
    const std::string& path = (*head)->path.text();
    const bool explained = ++known.published[path] <= deeds_at(known, path);
    if (explained || known.excused || violation) continue;
    const bool deletion = (*head)->kind == ChangeKind::deleted;
    violation = {deletion ? "S6" : "S4",
                 (deletion ? "the deletion of " : "a version of ") + path + " is nobody's doing"};
  }
  return violation;
}

}  // namespace lansync::sim
