#include "core/engine/scan/scan.h"

#include <algorithm>

#include "core/engine/scan/doubtful_entry.h"

namespace lansync {
namespace {

constexpr std::size_t kRowsPerRead = 512;

// What a file's stat would have to keep for its content to be taken as unchanged. A program can put
// an mtime back (cp -p, an encrypted container), but not a ctime.
bool same_file(const FileStat& known, const FileStat& stat) {
  const bool same_ctime = known.ctime == stat.ctime || known.ctime == WallTime{};
  return known.kind == stat.kind && known.size == stat.size && known.mtime == stat.mtime &&
         known.inode == stat.inode && same_ctime;
}

}  // namespace

void Scan::request(const RelativePath& dir, bool recursive) {
  round_open_ = true;
  auto [place, fresh] = to_list_.try_emplace(dir, recursive);
  if (!fresh) place->second = place->second || recursive;
}

void Scan::freeze(const std::set<RelativePath>& dirs) {
  frozen_ = dirs;
  for (const RelativePath& dir : dirs) {
    if (listing_.contains(dir)) stale_.insert(dir);
  }
}

void Scan::look_anew(const RelativePath& dir) {
  if (listing_.contains(dir)) stale_.insert(dir);
  request(dir, false);
}

void Scan::thaw() { frozen_.clear(); }

bool Scan::touches(const RelativePath& path) const {
  if (listing_.contains(path) || listing_.contains(path.parent())) return true;
  return std::ranges::any_of(hashing_, [&](const auto& entry) {
    return entry.first == path || entry.first.parent() == path;
  });
}

std::optional<std::variant<ListJob, HashJob>> Scan::poll_job() {
  if (listing_.size() < kListingsMax && to_hash_.size() < kToHashMax) {
    for (auto next = to_list_.begin(); next != to_list_.end(); ++next) {
      const auto& [dir, recursive] = *next;
      if (frozen_.contains(dir) || listing_.contains(dir)) continue;
      ListJob job{dir, root_, doubtful_entries(intents_, dir)};
      listing_.emplace(dir, recursive);
      to_list_.erase(next);
      return job;
    }
  }
  if (auto hash = poll_hash()) return *std::move(hash);
  return std::nullopt;
}

// There is nothing at the path, or no directory, or none that leads there.
bool is_no_dir(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory ||
         error.code == std::errc::not_a_directory ||
         error.code == std::errc::too_many_symbolic_link_levels;
}

Result<void> Scan::handle_listing(const RelativePath& dir, Result<Listing> listing) {
  const bool no_root = !listing && listing.error().code == make_error_code(Errc::wrong_state);
  const bool overtaken = stale_.erase(dir) > 0 || frozen_.contains(dir);
  if (overtaken && !no_root) {
    const bool recursive = listing_.extract(dir).mapped();
    request(dir, recursive);
    return {};
  }
  if (!listing) {
    const bool recursive = listing_.extract(dir).mapped();
    const Error& error = listing.error();
    if (no_root) {
      root_error_ = error;  // Nothing of it is to be believed.
      to_list_.clear();
      to_hash_.clear();
      gone_.clear();
      failed_[RelativePath()] = true;
    } else if (is_no_dir(error) && !dir.is_root()) {
      // Its parent tells what is there instead. What was in it is not there, whatever that is.
      if (auto reported = report_gone_beneath(dir); !reported) return reported;
      request(dir.parent(), false);
    } else if (error.code == std::errc::cross_device_link) {
      // The folder that it is in tells so too, unless the kernel is too old to say.
      mounts_.add(dir);
      issues_.raise(mounted_there(dir.text()));
      failed_.try_emplace(dir.parent(), false);
    } else {
      issues_.raise({dir.text(), "unreadable", to_string(error),
                     "make the folder readable for the user that lansync runs as"});
      note_failure(dir, recursive, error);
    }
    end_round_if_done();
    return {};
  }
  root_error_.reset();
  issues_.clear(dir.text());
  clear_issues(dir, listing->entries);
  for (const auto& [path, identity] : listing->displaced) intents_.learn(path, identity);
  const auto known = is_known_dir(dir);
  if (!known) return known.error();
  if (!*known) {
    // Its parent is looked at first: what is in it would imply it, and then nobody made it.
    listing_.erase(dir);
    unknown_.insert(dir);
    request(dir.parent(), false);
    return {};
  }
  auto compared = compare(dir, listing->entries);
  listing_.erase(dir);
  end_round_if_done();
  return compared;
}

// Whether a look at its parent has shown the directory, and none since has missed it.
Result<bool> Scan::is_known_dir(const RelativePath& dir) const {
  if (dir.is_root()) return true;
  if (const auto found = found_.find(dir); found != found_.end()) {
    return found->second.seen->stat.kind == NodeKind::dir;
  }
  if (gone_.contains(dir)) return false;
  const auto row = index_.disk(dir);
  if (!row) return row.error();
  return row->has_value() && (*row)->stat.kind == NodeKind::dir;
}

// What may not be read is not worth another attempt before somebody has done something about it.
void Scan::note_failure(const RelativePath& dir, bool recursive, const Error& error) {
  if (error.code == std::errc::permission_denied) return;
  failed_[dir] = failed_[dir] || recursive;
}

// What an earlier look at the directory complained of, unless it is still so. compare() raises what
// a listing shows anew; what cannot be read is only known to be over when it is gone.
void Scan::clear_issues(const RelativePath& dir, const std::vector<DirEntry>& listing) {
  issues_.clear_in(dir.text(), [&](const PathIssue& issue, std::string_view name) {
    if (issue.code == "name" || issue.code == "special" || issue.code == "mounted") return true;
    return (issue.code == "unreadable" || issue.code == "torn") &&
           std::ranges::none_of(listing, [&](const DirEntry& entry) { return entry.name == name; });
  });
}

Result<void> Scan::compare(const RelativePath& dir, const std::vector<DirEntry>& listing) {
  const bool recursive = listing_.at(dir);
  auto rows = index_.disk_children(dir);
  if (!rows) return std::move(rows).error();
  std::map<std::string_view, const DiskRow*> missing;
  for (const DiskRow& row : *rows) missing.emplace(row.path.name(), &row);
  mounts_.forget_in(dir);

  for (const DirEntry& entry : listing) {
    auto path = dir.child(entry.name);
    if (!path) {
      const std::string shown = dir.is_root() ? entry.name : dir.text() + "/" + entry.name;
      issues_.raise({shown, "name", to_string(path.error()), "rename it; it is not synced"});
      continue;
    }
    const auto known = missing.find(entry.name);
    std::optional<DiskRow> row;
    if (known != missing.end()) row = *known->second;
    if (entry.stat.kind == NodeKind::other) {
      issues_.raise({path->text(), "special", "a socket, pipe or device", "it is not synced"});
      continue;
    }
    if (known != missing.end()) missing.erase(known);
    if (entry.elsewhere) {
      // What it hides is not gone, and comes to light again.
      mounts_.add(*path);
      issues_.raise(mounted_there(path->text()));
      gone_.erase(*path);
      continue;
    }
    if (row && row->stat.kind == NodeKind::dir && entry.stat.kind != NodeKind::dir) {
      if (auto reported = report_gone_beneath(row->path); !reported) return reported;
    }
    const bool into = recursive || unknown_.contains(*path);
    if (auto compared = compare_entry(*path, entry.stat, row, into); !compared) return compared;
  }
  for (const auto& [name, row] : missing) {
    if (auto reported = report_gone(*row); !reported) return reported;
  }
  std::erase_if(unknown_, [&](const RelativePath& path) { return path.parent() == dir; });
  miss_doubtful(dir, listing);
  return end_doubts(dir);
}

// Steps may have failed in a directory that the index does not have (any more). Where there is
// none, nothing is.
void Scan::miss_doubtful(const RelativePath& dir, const std::vector<DirEntry>& listing) {
  for (const RelativePath& path : intents_.in_doubt_beneath(dir)) {
    if (path.parent() == dir) continue;
    RelativePath above = path.parent();
    while (above.parent() != dir) above = above.parent();
    const bool may_be_there = std::ranges::any_of(listing, [&](const DirEntry& entry) {
      return entry.stat.kind == NodeKind::dir && entry.name == above.name();
    });
    if (!may_be_there) gone_.try_emplace(path, Found{path, std::nullopt, {}, std::nullopt});
  }
}

// What the look does not report is as the index has it: steps that failed there did nothing, unless
// a person has removed what they did.
Result<void> Scan::end_doubts(const RelativePath& dir) {
  for (const RelativePath& path : intents_.in_doubt_within(dir)) {
    const bool reported = to_hash_.contains(path) || hashing_.contains(path) ||
                          found_.contains(path) || moved_.contains(path) || gone_.contains(path);
    if (reported) continue;
    if (intents_.installed(path)) {
      gone_.try_emplace(path, Found{path, std::nullopt, {}, std::nullopt});
      continue;
    }
    if (auto done = intents_.done(path); !done) return done;
  }
  return {};
}

// Its bytes, too: a power failure may have kept a file's times and not what was written then.
bool Scan::is_as_known(const DiskRow& row, const FileStat& stat) const {
  return same_file(row.stat, stat) && !row.racy && !unsynced_.may_be_lost(row);
}

// What is known already of a file whose bytes are taken as unchanged.
Result<Observation> Scan::observe(const FileStat& stat, const DiskRow& row) {
  Observation seen;
  seen.stat = stat;
  seen.content = row.content;
  seen.chunk_class = row.chunk_class;
  const auto list = index_.chunk_list(row.content);
  if (!list) return list.error();
  seen.one_chunk = !list->has_value();
  return seen;
}

Result<void> Scan::compare_entry(const RelativePath& path, const FileStat& stat,
                                 const std::optional<DiskRow>& row, bool recursive) {
  gone_.erase(path);
  if (stat.kind == NodeKind::dir) {
    const bool was_dir = row && row->stat.kind == NodeKind::dir;
    const bool same = was_dir && row->stat.mode == stat.mode && row->stat.inode == stat.inode;
    if (!same || held_.contains(path)) {
      Found found{path, Observation{}, {}, row};
      found.seen->stat = stat;
      found_.insert_or_assign(path, std::move(found));
    }
    const bool same_dir = was_dir && row->stat.inode == stat.inode;
    if (!same_dir || recursive) request(path, true);
    return {};
  }
  if (row && is_as_known(*row, stat)) {
    const bool same = row->stat.mode == stat.mode && row->stat.ctime == stat.ctime;
    if (!same || held_.contains(path)) {
      auto seen = observe(stat, *row);
      if (!seen) return std::move(seen).error();
      found_.insert_or_assign(path, Found{path, *std::move(seen), {}, row});
    }
    // A second reading of what the first has published may have failed.
    issues_.clear(path.text(), "unreadable");
    return {};
  }
  if (const auto reading = hashing_.find(path); reading != hashing_.end()) {
    // Changed while it is being read: look again when that is over.
    if (!same_file(reading->second.file.stat, stat)) changed_meanwhile_.insert(path);
    return {};
  }
  const DiskRow* const missed = row ? nullptr : missed_elsewhere(stat);
  if (missed != nullptr && is_as_known(*missed, stat) && missed->stat.ctime == stat.ctime) {
    auto seen = observe(stat, *missed);
    if (!seen) return std::move(seen).error();
    report({path, *std::move(seen), {}, std::nullopt});
    return {};
  }
  to_hash_.put(path, {stat, row});
  return {};
}

Result<void> Scan::report_gone(const DiskRow& row) {
  miss(row);
  if (row.stat.kind != NodeKind::dir) return {};
  return report_gone_beneath(row.path);
}

Result<void> Scan::report_gone_beneath(const RelativePath& dir) {
  issues_.clear_beneath(dir.text());
  mounts_.forget_beneath(dir);
  RelativePath after;
  for (;;) {
    auto rows = index_.disk_beneath(dir, after, kRowsPerRead);
    if (!rows) return std::move(rows).error();
    for (const DiskRow& child : *rows) miss(child);
    if (rows->size() < kRowsPerRead) break;
    after = rows->back().path;
  }
  for (const RelativePath& path : intents_.in_doubt_beneath(dir)) {
    gone_.try_emplace(path, Found{path, std::nullopt, {}, std::nullopt});
  }
  return {};
}

std::vector<Found> Scan::poll_found() {
  std::vector<Found> batch;
  const bool looked_everywhere =
      to_list_.empty() && listing_.empty() && to_hash_.empty() && hashing_.empty();
  const bool all_hashed = to_hash_.empty() && hashing_.empty();
  const bool enough = enough_found();
  if (!looked_everywhere && !all_hashed && !enough) return batch;
  while (!found_.empty() && batch.size() < kFoundMax) {
    batch.push_back(std::move(found_.extract(found_.begin()).mapped()));
  }
  if (looked_everywhere && found_.empty()) take_missed(batch);
  // The end is far: they wait no longer.
  if (!looked_everywhere && enough) found_.merge(moved_);
  return batch;
}

bool Scan::enough_found() const {
  if (found_.size() >= kFoundMax) return true;
  // Somebody may wait for what was saved just now, and large files take their time.
  const bool only_large_left = !to_hash_.has_small() && small_out() == 0;
  std::uint64_t bytes = 0;
  for (const auto& [path, found] : found_) {
    if (only_large_left && found.seen && !is_large(found.seen->stat, found.row)) return true;
    bytes += found.seen ? found.seen->stat.size : 0;
  }
  return bytes >= kFoundBytesMax;
}

bool Scan::idle() const {
  return to_list_.empty() && listing_.empty() && to_hash_.empty() && hashing_.empty() &&
         found_.empty() && moved_.empty() && gone_.empty();
}

void Scan::end_round_if_done() {
  const bool looked = to_list_.empty() && listing_.empty() && to_hash_.empty() && hashing_.empty();
  if (round_open_ && looked) {
    round_open_ = false;
    ++finished_rounds_;
  }
}

}  // namespace lansync
