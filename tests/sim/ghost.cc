#include "tests/sim/ghost.h"

#include <algorithm>
#include <functional>

namespace lansync::sim {
namespace {

constexpr std::size_t kNameBytes = 24;
constexpr std::size_t kVersionBytesMin = 4;  // Shorter contents may come about twice.
constexpr std::string_view kCopyMark = " (conflict ";

}  // namespace

VersionId version_of(const SeenNode& node) {
  if (node.kind == NodeKind::link) return std::hash<std::string>()("link " + node.target) | 1;
  if (node.kind != NodeKind::file || node.content.size() < kVersionBytesMin) return 0;
  return std::hash<std::string>()(node.content) | 1;
}

bool is_copy_name(std::string_view path) { return path.find(kCopyMark) != path.npos; }

bool is_copy_of(std::string_view copy, std::string_view path) {
  const auto mark = copy.rfind(kCopyMark);
  if (mark == copy.npos) return false;
  const std::string_view stem = copy.substr(0, mark);
  return path.starts_with(stem) && path.find('/', stem.size()) == path.npos;
}

bool is_copy_above(std::string_view copy, std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return false;
  const auto copy_slash = copy.rfind('/');
  const std::string_view dir = copy_slash == copy.npos ? "" : copy.substr(0, copy_slash + 1);
  const std::string beside = std::string(dir) + std::string(path.substr(slash + 1));
  return path.starts_with(dir) && is_copy_of(copy, beside);
}

void Ghost::acted(std::size_t device, const SeenTree& before, const SeenTree& after) {
  // What appears comes first: a version that is moved is never owed to nobody.
  for (const auto& [path, node] : after) {
    const auto old = before.find(path);
    if (old != before.end() && old->second == node) continue;
    ++changes_;
    const bool was_dir = old != before.end() && old->second.kind == NodeKind::dir;
    if (node.kind == NodeKind::dir && !was_dir) claim_dir(path, device);
    const VersionId version = version_of(node);
    if (version == 0) continue;
    if (old != before.end() && version_of(old->second) == version) {
      if (is_copy_name(path)) keep_copy(version, path);
      continue;
    }
    claim(version, path, node, device);
  }
  for (const auto& [path, node] : before) {
    const auto now = after.find(path);
    const VersionId version = version_of(node);
    const bool there = now != after.end();
    if (there && now->second == node) continue;
    detach_copies(path, before);
    if (!there && !is_copy_name(path)) removed_[device][path] = version;
    if (there && version_of(now->second) == version && version != 0) continue;
    ++changes_;
    const auto dir = dirs_.find(path);
    if (dir != dirs_.end() && (!there || now->second.kind != NodeKind::dir)) {
      end(dir->second, device);
    }
    // Who edits a conflict copy has what it shows in sight under its name, too.
    if (version != 0 && there && is_copy_name(path)) keep_copy(version, path);
    if (version != 0) disclaim(version, path, device, before, after);
  }
}

void Ghost::touched(const std::string& path, const SeenTree& tree) {
  const auto node = tree.find(path);
  if (node == tree.end() || !is_copy_name(path)) return;
  const VersionId version = version_of(node->second);
  if (version != 0) keep_copy(version, path);
}

void Ghost::put_again(const std::string& path, const SeenTree& before, const SeenTree& after) {
  const auto old = before.find(path);
  const auto now = after.find(path);
  if (old == before.end() || now == after.end() || !(old->second == now->second)) return;
  const VersionId version = version_of(now->second);
  if (version == 0) return;
  claims_[version].try_emplace(path, Claim{.live = false}).first->second.round = round_;
}

void Ghost::make(Claim& claim, bool added, std::size_t device) {
  // Moved away and back before anybody heard of it, it never was away; and somebody else, who had
  // it in sight, has taken it back meanwhile.
  const bool taken_back =
      !added && !claim.live && std::ranges::any_of(claim.ended, [&](const auto& end) {
        return end.first != device && end.second == round_;
      });
  claim.live = !taken_back;
  claim.may_be_copy = false;
  claim.round = round_;
}

void Ghost::end(Claim& claim, std::size_t device) {
  claim.live = false;
  claim.ended[device] = round_;
}

void Ghost::claim_dir(const std::string& path, std::size_t device) {
  const auto [place, added] = dirs_.try_emplace(path);
  make(place->second, added, device);
}

std::set<std::string> Ghost::owed_dirs() const {
  std::set<std::string> owed;
  for (const auto& [path, claim] : dirs_) {
    if (claim.live) owed.insert(path);
  }
  return owed;
}

void Ghost::claim(VersionId version, const std::string& path, const SeenNode& node,
                  std::size_t device) {
  const auto [place, added] = claims_[version].try_emplace(path);
  make(place->second, added, device);
  buried_.erase(version);
  const std::string& text = node.kind == NodeKind::link ? node.target : node.content;
  names_.emplace(version, text.substr(0, std::min(text.find('.'), kNameBytes)));
}

void Ghost::disclaim(VersionId version, const std::string& path, std::size_t device,
                     const SeenTree& before, const SeenTree& after) {
  const auto found = claims_.find(version);
  if (found == claims_.end()) return;
  const auto shown_in = [version](const SeenTree& tree, const std::string& place) {
    const auto node = tree.find(place);
    return node != tree.end() && version_of(node->second) == version;
  };
  // A conflict copy that goes takes along the version that it is a copy of, unless it has just been
  // moved to where that was. If the version is to be seen in its place, too, that may stay: the
  // copy may have become a file of its own. And a copy goes as soon as the path that it is of shows
  // its version again: who then removes that has removed it.
  for (auto& [place, claim] : found->second) {
    const bool was_shown = shown_in(before, place);
    const bool is_shown = shown_in(after, place);
    const bool taken_along = is_copy_of(path, place) && (was_shown || !is_shown);
    const bool gone_before = claim.may_be_copy && is_copy_of(place, path) && !was_shown;
    if (place != path && !taken_along && !gone_before) continue;
    end(claim, device);
    if (is_shown) claim.round = round_;
  }
}

void Ghost::superseded(VersionId version, const std::string& path, std::size_t device) {
  const auto found = claims_.find(version);
  if (found == claims_.end()) return;
  const auto place = found->second.find(path);
  if (place != found->second.end()) end(place->second, device);
}

// Whether somebody has put a version there, whatever it is called.
bool Ghost::is_file_of_its_own(const std::string& path) const {
  return !is_copy_name(path) || std::ranges::any_of(claims_, [&](const auto& places) {
    const auto claim = places.second.find(path);
    return claim != places.second.end() && !claim->second.may_be_copy;
  });
}

// Who changes a path while copies of it are shown leaves these behind as files of their own.
void Ghost::detach_copies(const std::string& path, const SeenTree& before) {
  if (!is_file_of_its_own(path)) return;
  for (const auto& [copy, node] : before) {
    if (copy == path || !is_copy_name(copy) || !is_copy_of(copy, path)) continue;
    const VersionId version = version_of(node);
    if (version != 0) keep_copy(version, copy);
  }
}

void Ghost::copies_came(std::size_t device, const SeenTree& tree,
                        const std::function<bool(const std::string&)>& remembers) {
  std::map<std::string, VersionId>& removed = removed_[device];
  std::erase_if(removed, [&](const auto& entry) {
    return tree.contains(entry.first) || !remembers(entry.first);
  });
  for (const auto& [path, gone] : removed) {
    for (const auto& [copy, node] : tree) {
      if (!is_copy_name(copy) || !is_copy_of(copy, path)) continue;
      // What was removed is a copy of the path still, not a file.
      const VersionId version = version_of(node);
      if (version != 0 && version != gone) keep_copy(version, copy);
    }
  }
}

// A conflict copy is a file of its own by now. It may stay, and need not: somebody else may have
// taken the copy back.
void Ghost::keep_copy(VersionId version, const std::string& copy) {
  Claim& claim = claims_[version]
                     .try_emplace(copy, Claim{.live = false, .may_be_copy = true, .round = round_})
                     .first->second;
  claim.round = round_;
}

void Ghost::put_back(const SeenTree& tree) {
  for (const auto& [path, node] : tree) {
    ++changes_;
    const VersionId version = version_of(node);
    if (version == 0) continue;
    Claim& claim = claims_[version].try_emplace(path, Claim{.live = false}).first->second;
    claim.round = round_;
    buried_.erase(version);
  }
}

void Ghost::leave(const SeenTree& tree) {
  put_back(tree);
  for (const auto& [path, node] : tree) names_.try_emplace(version_of(node), "what was left");
}

void Ghost::forget_place(VersionId version, const std::string& path) {
  const auto found = claims_.find(version);
  if (found == claims_.end()) return;
  const auto place = found->second.find(path);
  if (place != found->second.end()) place->second.live = false;
}

void Ghost::forget_return(VersionId version, const std::string& path, const std::string& source) {
  const auto found = claims_.find(version);
  if (found == claims_.end()) return;
  const auto place = found->second.find(path);
  if (place == found->second.end()) return;
  const auto origin = found->second.find(source);
  const bool was_gone = !place->second.ended.empty() ||
                        (origin != found->second.end() && !origin->second.ended.empty());
  if (was_gone) place->second.live = false;
}

void Ghost::forgive(const std::set<VersionId>& lost, const std::set<std::string>& lost_dirs) {
  for (const std::string& dir : lost_dirs) dirs_.at(dir).live = false;
  for (const VersionId version : lost) {
    const auto found = claims_.find(version);
    if (found == claims_.end()) continue;
    for (auto& [path, claim] : found->second) claim.live = false;
  }
}

void Ghost::settled(const SeenTree& tree) {
  std::set<VersionId> shown;
  for (const auto& [path, node] : tree) {
    const VersionId version = version_of(node);
    shown.insert(version);
    // What might have gone and has not is there to stay.
    if (const auto known = claims_.find(version); known != claims_.end()) {
      for (auto& [place, claim] : known->second) {
        if (place == path || is_copy_of(path, place)) claim.live = true;
      }
    }
  }
  for (const auto& [version, places] : claims_) {
    if (!shown.contains(version)) buried_.insert(version);
  }
  ++round_;
}

bool Ghost::is_owed(VersionId version) const {
  const auto found = claims_.find(version);
  return found != claims_.end() &&
         std::ranges::any_of(found->second, [](const auto& place) { return place.second.live; });
}

bool Ghost::is_buried(VersionId version) const {
  if (buried_.contains(version)) return true;
  const auto found = claims_.find(version);
  return found != claims_.end() && std::ranges::all_of(found->second, [this](const auto& place) {
           return !place.second.live && place.second.round < round_;
         });
}

std::set<VersionId> Ghost::owed() const {
  std::set<VersionId> result;
  for (const auto& [version, places] : claims_) {
    if (is_owed(version)) result.insert(version);
  }
  return result;
}

bool Ghost::was_put_at(VersionId version, const std::string& path) const {
  const auto found = claims_.find(version);
  return found != claims_.end() && found->second.contains(path);
}

std::size_t Ghost::places(VersionId version) const {
  const auto found = claims_.find(version);
  return found == claims_.end() ? 0 : found->second.size();
}

std::string Ghost::name(VersionId version) const {
  const auto found = names_.find(version);
  return found == names_.end() ? "bytes that nobody wrote" : found->second;
}

}  // namespace lansync::sim
