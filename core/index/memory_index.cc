#include "core/index/memory_index.h"

#include <algorithm>
#include <ranges>

#include "core/base/assert.h"
#include "core/index/path_range.h"

namespace lansync {

void MemoryIndex::add_to(Totals State::* totals, std::uint64_t bytes) {
  undo_.push_back([totals, before = state_.*totals](State& state) { state.*totals = before; });
  ++(state_.*totals).files;
  (state_.*totals).bytes += bytes;
}

void MemoryIndex::take_from(Totals State::* totals, std::uint64_t bytes) {
  undo_.push_back([totals, before = state_.*totals](State& state) { state.*totals = before; });
  --(state_.*totals).files;
  (state_.*totals).bytes -= bytes;
}

Result<void> MemoryIndex::commit() {
  undo_.clear();
  return {};
}

void MemoryIndex::rollback() {
  for (const auto& take_back : undo_ | std::views::reverse) take_back(state_);
  undo_.clear();
}

// --- Facts ---

Result<std::optional<Bytes>> MemoryIndex::fact(std::string_view name) {
  const auto fact = state_.facts.find(name);
  if (fact == state_.facts.end()) return std::optional<Bytes>();
  return std::optional(fact->second);
}

Result<void> MemoryIndex::put_fact(std::string_view name, ByteView value) {
  LANSYNC_ASSERT(value.size() <= kFactBytesMax);
  put(&State::facts, std::string(name), to_bytes(value));
  return {};
}

// --- Logs ---

Result<CausalClock> MemoryIndex::clock() {
  CausalClock clock;
  for (const auto& [author, end] : state_.log_ends) clock.advance(author, end.counter);
  return clock;
}

Result<LogEnd> MemoryIndex::log_end(const Author& author) {
  const auto end = state_.log_ends.find(author);
  return end == state_.log_ends.end() ? LogEnd{} : end->second;
}

Result<void> MemoryIndex::append_segment(const Segment& segment, const SegmentHeader& header,
                                         const SegmentHash& hash) {
  LANSYNC_ASSERT(!segment.entries.empty() && segment.entries.size() == header.count);
  const auto end = log_end(header.author);
  LANSYNC_ASSERT(header.first == end->counter + 1);
  const std::uint64_t arrival = state_.segments.size() + 1;
  const SegmentPlace place{arrival, header.author, header.first, header.count};
  put(&State::segments, arrival, {place, segment.header, segment.signature});
  put(&State::segment_firsts, {header.author, header.first}, arrival);
  std::uint64_t counter = header.first;
  for (const SegmentEntry& entry : segment.entries) {
    const Dot dot{header.author, counter++};
    put(&State::entries, dot, entry);
    if (entry.pruned()) put(&State::came_pruned, dot, true);
  }
  put(&State::log_ends, header.author, {header.last(), hash});
  return {};
}

Result<std::vector<SegmentPlace>> MemoryIndex::segments(std::uint64_t after, std::size_t limit) {
  std::vector<SegmentPlace> places;
  for (auto segment = state_.segments.upper_bound(after);
       segment != state_.segments.end() && places.size() < limit; ++segment) {
    places.push_back(segment->second.place);
  }
  return places;
}

Result<std::optional<std::uint64_t>> MemoryIndex::first_segment_beyond(const CausalClock& clock) {
  std::optional<std::uint64_t> earliest;
  for (const auto& [author, end] : state_.log_ends) {
    const std::uint64_t covered = clock.counter_of(author);
    if (covered >= end.counter) continue;
    const auto next = state_.segment_firsts.upper_bound({author, covered + 1});
    const std::uint64_t arrival = std::prev(next)->second;
    if (!earliest || arrival < *earliest) earliest = arrival;
  }
  return earliest;
}

Result<Segment> MemoryIndex::segment(std::uint64_t arrival) {
  const auto stored = state_.segments.find(arrival);
  if (stored == state_.segments.end()) {
    return Error{Errc::not_found, "segment " + std::to_string(arrival)};
  }
  const auto& [place, header, signature] = stored->second;
  Segment segment{header, signature, {}};
  auto entry = state_.entries.find({place.author, place.first});
  for (std::uint32_t i = 0; i < place.count; ++i) segment.entries.push_back((entry++)->second);
  return segment;
}

// --- Heads ---

Result<std::vector<Change>> MemoryIndex::heads(const RelativePath& path) {
  std::vector<Change> changes;
  for (auto head = state_.heads.lower_bound({path.text(), Dot{}});
       head != state_.heads.end() && head->first.first == path.text(); ++head) {
    changes.push_back(head->second);
  }
  return changes;
}

Result<std::optional<Change>> MemoryIndex::head(const Dot& dot) {
  const auto path = state_.head_paths.find(dot);
  if (path == state_.head_paths.end()) return std::optional<Change>();
  return std::optional(state_.heads.at({path->second, dot}));
}

Result<void> MemoryIndex::add_head(const Change& change) {
  const auto entry = state_.entries.find(change.dot);
  LANSYNC_ASSERT(entry != state_.entries.end() && !entry->second.pruned());
  put(&State::heads, {change.path.text(), change.dot}, change);
  put(&State::head_paths, change.dot, change.path.text());
  return {};
}

Result<std::optional<RelativePath>> MemoryIndex::remove_head(const Dot& dot) {
  erase(&State::came_pruned, dot);
  const auto known = state_.head_paths.find(dot);
  if (known == state_.head_paths.end()) return std::optional<RelativePath>();
  const std::string text = known->second;
  const RelativePath path = state_.heads.at({text, dot}).path;
  SegmentEntry entry = state_.entries.at(dot);
  prune(entry);
  put(&State::entries, dot, std::move(entry));
  erase(&State::heads, {text, dot});
  erase(&State::head_paths, dot);
  return std::optional(path);
}

Result<bool> MemoryIndex::complete(const Dot& dot, ByteView body) {
  if (!state_.came_pruned.contains(dot)) return false;
  SegmentEntry entry = state_.entries.at(dot);
  LANSYNC_ASSERT(std::get<BodyHash>(entry.body) == body_hash(body));
  entry.body = to_bytes(body);
  put(&State::entries, dot, std::move(entry));
  erase(&State::came_pruned, dot);
  return true;
}

Result<bool> MemoryIndex::has_live_beneath(const RelativePath& dir) {
  const PathRange range = range_beneath(dir);
  for (auto head = state_.heads.lower_bound({range.after, Dot{}});
       head != state_.heads.end() && head->first.first < range.before; ++head) {
    if (head->second.live() && dir.contains(head->second.path)) return true;
  }
  return false;
}

Result<std::vector<RelativePath>> MemoryIndex::paths(const RelativePath& after, std::size_t limit) {
  std::vector<RelativePath> paths;
  for (auto head = state_.heads.lower_bound({after.text(), Dot{}});
       head != state_.heads.end() && paths.size() < limit; ++head) {
    const RelativePath& path = head->second.path;
    if (path > after && (paths.empty() || paths.back() != path)) paths.push_back(path);
  }
  return paths;
}

// --- Disk ---

Result<std::optional<DiskRow>> MemoryIndex::disk(const RelativePath& path) {
  const auto row = state_.disk.find(path.text());
  if (row == state_.disk.end()) return std::optional<DiskRow>();
  return std::optional(row->second);
}

Result<std::vector<DiskRow>> MemoryIndex::disk_children(const RelativePath& dir) {
  const PathRange range = range_beneath(dir);
  const std::size_t prefix = dir.is_root() ? 0 : dir.text().size() + 1;
  std::vector<DiskRow> rows;
  auto row = state_.disk.upper_bound(range.after);
  while (row != state_.disk.end() && row->first < range.before) {
    if (const auto slash = row->first.find('/', prefix); slash != row->first.npos) {
      row = state_.disk.upper_bound(row->first.substr(0, slash + 1) + kAfterEveryPath);
    } else {
      rows.push_back((row++)->second);
    }
  }
  return rows;
}

Result<std::vector<DiskRow>> MemoryIndex::disk_beneath(const RelativePath& dir,
                                                       const RelativePath& after,
                                                       std::size_t limit) {
  const PathRange range = range_beneath(dir);
  std::vector<DiskRow> rows;
  for (auto row = state_.disk.upper_bound(std::max(range.after, after.text()));
       row != state_.disk.end() && row->first < range.before && rows.size() < limit; ++row) {
    rows.push_back(row->second);
  }
  return rows;
}

Result<std::vector<DiskRow>> MemoryIndex::disk_with_content(const ContentId& content,
                                                            std::size_t limit) {
  std::vector<DiskRow> rows;
  for (auto place = state_.disk_by_content.lower_bound({content, ""});
       place != state_.disk_by_content.end() && place->first.first == content &&
       rows.size() < limit;
       ++place) {
    rows.push_back(state_.disk.at(place->first.second));
  }
  return rows;
}

Result<std::vector<DiskRow>> MemoryIndex::disk_copies_of(const RelativePath& source) {
  std::vector<DiskRow> rows;
  for (auto copy = state_.copies.lower_bound({source.text(), ""});
       copy != state_.copies.end() && copy->first.first == source.text(); ++copy) {
    rows.push_back(state_.disk.at(copy->first.second));
  }
  return rows;
}

Result<std::uint64_t> MemoryIndex::disk_copies() { return state_.copies.size(); }

Result<void> MemoryIndex::put_disk(const DiskRow& row) {
  if (auto removed = remove_disk(row.path); !removed) return removed;
  const std::string& path = row.path.text();
  put(&State::disk, path, row);
  if (row.content != ContentId{}) put(&State::disk_by_content, {row.content, path}, true);
  if (row.source != row.path) put(&State::copies, {row.source.text(), path}, true);
  if (row.stat.kind == NodeKind::file) add_to(&State::disk_totals, row.stat.size);
  return {};
}

Result<void> MemoryIndex::put_shown(const RelativePath& path, const std::vector<Dot>& shown) {
  const auto known = state_.disk.find(path.text());
  if (known == state_.disk.end()) return {};
  DiskRow row = known->second;
  row.shown = shown;
  put(&State::disk, path.text(), row);
  return {};
}

Result<void> MemoryIndex::remove_disk(const RelativePath& path) {
  const auto known = state_.disk.find(path.text());
  if (known == state_.disk.end()) return {};
  const DiskRow row = known->second;
  if (row.stat.kind == NodeKind::file) take_from(&State::disk_totals, row.stat.size);
  erase(&State::disk_by_content, {row.content, path.text()});
  erase(&State::copies, {row.source.text(), path.text()});
  erase(&State::disk, path.text());
  return {};
}

Result<Totals> MemoryIndex::disk_totals() { return state_.disk_totals; }

// --- Intents ---

Result<void> MemoryIndex::put_intent(const Intent& intent) {
  put(&State::intents, intent.path.text(), intent);
  return {};
}

Result<void> MemoryIndex::remove_intent(const RelativePath& path) {
  erase(&State::intents, path.text());
  return {};
}

Result<std::vector<Intent>> MemoryIndex::intents() {
  std::vector<Intent> all;
  for (const auto& [path, intent] : state_.intents) all.push_back(intent);
  return all;
}

// --- Pending ---

Result<void> MemoryIndex::put_pending(const PendingRow& row) {
  if (auto removed = remove_pending(row.path); !removed) return removed;
  put(&State::pending, row.path.text(), row);
  add_to(&State::pending_totals, row.bytes);
  return {};
}

Result<void> MemoryIndex::remove_pending(const RelativePath& path) {
  const auto row = state_.pending.find(path.text());
  if (row == state_.pending.end()) return {};
  take_from(&State::pending_totals, row->second.bytes);
  erase(&State::pending, path.text());
  return {};
}

Result<std::vector<PendingRow>> MemoryIndex::pending(const RelativePath& after, std::size_t limit) {
  std::vector<PendingRow> rows;
  for (auto row = state_.pending.upper_bound(after.text());
       row != state_.pending.end() && rows.size() < limit; ++row) {
    rows.push_back(row->second);
  }
  return rows;
}

Result<Totals> MemoryIndex::pending_totals() { return state_.pending_totals; }

// --- Membership log ---

Result<void> MemoryIndex::append_member_op(const MemberOpHash& hash, ByteView op) {
  if (state_.member_op_places.contains(hash)) return {};
  const std::uint64_t place = state_.member_ops.size() + 1;
  put(&State::member_ops, place, to_bytes(op));
  put(&State::member_op_places, hash, place);
  return {};
}

Result<std::vector<Bytes>> MemoryIndex::member_ops() {
  std::vector<Bytes> ops;
  for (const auto& [place, op] : state_.member_ops) ops.push_back(op);
  return ops;
}

Result<void> MemoryIndex::forget_all_but_members() {
  State fresh;
  fresh.member_ops = state_.member_ops;
  fresh.member_op_places = state_.member_op_places;
  undo_.emplace_back(
      [before = std::exchange(state_, std::move(fresh))](State& state) { state = before; });
  return {};
}

}  // namespace lansync
