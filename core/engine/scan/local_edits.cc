#include "core/engine/scan/local_edits.h"

#include <algorithm>
#include <compare>
#include <span>

namespace lansync {
namespace {

constexpr std::string_view kLookedFact = "looked";

bool is_copy(const Found& found) { return found.row && found.row->source != found.row->path; }

bool is_file_gone(const Found& found) {
  return !found.seen && found.row && found.row->stat.kind == NodeKind::file;
}

// Where a change stands in its batch: creates before deletes, so that no device ever has a moved
// file at neither place, and both of a move together, so that whoever hears of the one hears of the
// other; and last what takes a directory's place, so that none has a file with something beneath
// it.
struct Place {
  enum class Rank : std::uint8_t { created, moved, deleted, in_the_way };
  Rank rank = Rank::created;
  std::size_t with = 0;  // The create of a move.
  std::size_t change = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

std::vector<Place> publishing_order(std::span<const Change> changes,
                                    const std::map<RelativePath, RelativePath>& moves) {
  std::set<RelativePath> emptied;
  for (const Change& change : changes) {
    if (change.kind != ChangeKind::deleted) continue;
    RelativePath dir = change.path.parent();
    while (!dir.is_root() && emptied.insert(dir).second) dir = dir.parent();
  }
  std::map<RelativePath, Place*> moved_to;
  std::vector<Place> order(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    order[i].change = i;
    if (change.kind == ChangeKind::deleted) order[i].rank = Place::Rank::deleted;
    const bool is_file = change.kind == ChangeKind::file || change.kind == ChangeKind::link;
    if (!is_file) continue;
    if (emptied.contains(change.path)) {
      order[i].rank = Place::Rank::in_the_way;
    } else {
      moved_to.emplace(change.path, &order[i]);
    }
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (order[i].rank != Place::Rank::deleted) continue;
    const auto move = moves.find(changes[i].path);
    const auto to = move == moves.end() ? moved_to.end() : moved_to.find(move->second);
    if (to == moved_to.end()) continue;
    order[i].rank = to->second->rank = Place::Rank::moved;
    order[i].with = to->second->with = to->second->change;
  }
  std::ranges::sort(order);
  return order;
}

DiskRow row_for(const RelativePath& path, const Observation& seen) {
  DiskRow row;
  row.path = path;
  row.source = path;
  row.stat = seen.stat;
  row.content = seen.content;
  row.chunk_class = seen.chunk_class;
  row.racy = seen.racy;
  return row;
}

}  // namespace

Result<void> LocalEdits::publish(std::vector<Found> found, WallTime now,
                                 std::set<RelativePath>& touched,
                                 std::set<RelativePath>& look_again) {
  if (auto settled = settle_intents(found, now, touched, look_again); !settled) return settled;
  for (const Found& one : found) held_.forget(one.path);
  if (!released_) {
    const auto held = hold_if_many(found);
    if (!held) return held.error();
  }
  // Deletions come when everything has been looked at, and so all that were meant come together.
  const bool complete = std::ranges::any_of(found, [](const Found& one) { return !one.seen; });
  if (complete || held_.count() == 0) released_ = false;
  return publish_all(found, now, touched, look_again);
}

// What the engine did itself, though it did not hear of it, is nobody's edit.
Result<void> LocalEdits::settle_intents(std::vector<Found>& found, WallTime now,
                                        std::set<RelativePath>& touched,
                                        std::set<RelativePath>& look_again) {
  std::set<RelativePath> owed;
  for (Found& one : found) {
    const auto late = overtaken(one);
    if (!late) return late.error();
    if (*late) continue;
    const auto owes = intents_.owes_a_person(one);
    if (!owes) return owes.error();
    if (*owes) {
      owed.insert(one.path);
      look_again.insert(one.path.parent());
      continue;
    }
    const auto source = intents_.settle(one, now);
    if (!source) return source.error();
    if (*source) touched.insert(**source);
  }
  std::erase_if(
      found, [&](const Found& one) { return (!one.seen && !one.row) || owed.contains(one.path); });
  return {};
}

// Somebody's, as far as can be told.
bool LocalEdits::is_deletion(const Found& found) const {
  return !found.seen && !(found.row && unsynced_.may_be_lost(*found.row));
}

Result<bool> LocalEdits::hold_if_many(std::vector<Found>& found) {
  DeletionBrake brake;
  std::set<RelativePath> gone;
  for (const Found& one : found) {
    if (!one.seen) gone.insert(one.path);
  }
  for (const auto& [path, one] : held_.all()) {
    if (is_file_gone(one)) brake.deleted(one.row->content);
  }
  for (const Found& one : found) {
    if (one.seen && one.seen->stat.kind == NodeKind::file) brake.created(one.seen->content);
    if (!is_file_gone(one) || !is_deletion(one)) continue;
    // The same content at another path: a move whose other half was published before.
    const auto others =
        index_.disk_with_content(one.row->content, DeletionBrake::kEqualFilesLookedAt);
    if (!others) return others.error();
    const bool elsewhere =
        std::ranges::any_of(*others, [&](const DiskRow& row) { return !gone.contains(row.path); });
    if (!elsewhere) brake.deleted(one.row->content);
  }
  const auto totals = index_.disk_totals();
  if (!totals) return totals.error();
  if (!brake.holds(totals->files)) return false;
  std::erase_if(found, [&](Found& one) {
    if (!is_deletion(one)) return false;
    held_.hold(std::move(one));
    return true;
  });
  return true;
}

Result<void> LocalEdits::publish_all(const std::vector<Found>& found, WallTime now,
                                     std::set<RelativePath>& touched,
                                     std::set<RelativePath>& look_again) {
  // What is there first, and files before their copies: when a copy was moved or copied onto its
  // file, what it showed is at the file when its going or its edit is explained, and does not end.
  // Then conflict copies before what has them: when a file and its copies are removed together, the
  // copies do not come back as files of their own.
  std::vector<std::pair<int, const Found*>> order;
  for (const Found& one : found) {
    const int seen_rank = is_copy(one) ? 1 : 0;
    const int gone_rank = is_copy(one) ? 2 : 3;
    order.emplace_back(one.seen ? seen_rank : gone_rank, &one);
  }
  std::ranges::sort(
      order);  // `found` is sorted by path within its kinds, and so are the addresses.
  Batch batch;
  for (const auto& [rank, one] : order) {
    const auto late = overtaken(*one);
    if (!late) return late.error();
    if (*late) {
      look_again.insert(one->path.parent());
      continue;
    }
    if (!one->moved_from.is_root()) batch.moves.emplace(one->moved_from, one->path);
    if (auto done = explain_one(*one, now, batch); !done) return done;
  }
  return finish(batch, touched);
}

Result<bool> LocalEdits::first_look() {
  if (!first_look_) {
    const auto looked = index_.fact(kLookedFact);
    if (!looked) return looked.error();
    first_look_ = !looked->has_value();
  }
  return *first_look_;
}

Result<void> LocalEdits::looked_through() {
  const auto first = first_look();
  if (!first) return first.error();
  if (!*first) return {};
  first_look_ = false;
  return index_.put_fact(kLookedFact, as_bytes("1"));
}

Result<bool> LocalEdits::overtaken(const Found& found) {
  const auto row = index_.disk(found.path);
  if (!row) return row.error();
  if (row->has_value() != found.row.has_value()) return true;
  if (!*row) return false;
  return (*row)->stat != found.row->stat || (*row)->content != found.row->content ||
         (*row)->source != found.row->source;
}

Result<KnownPath> LocalEdits::known(const Found& found) {
  KnownPath known;
  known.path = found.path;
  const auto first = first_look();
  if (!first) return first.error();
  known.first_look = *first;
  auto row = index_.disk(found.path);
  if (!row) return std::move(row).error();
  known.row = *std::move(row);
  known.unsynced = known.row && unsynced_.may_be_lost(*known.row);
  auto heads = index_.heads(found.path);
  if (!heads) return std::move(heads).error();
  known.heads = *std::move(heads);
  if (known.row && known.row->source != found.path) {
    auto source_heads = index_.heads(known.row->source);
    if (!source_heads) return std::move(source_heads).error();
    known.source_heads = *std::move(source_heads);
    auto source_row = index_.disk(known.row->source);
    if (!source_row) return std::move(source_row).error();
    known.source_row = *std::move(source_row);
  }
  auto copies = index_.disk_copies_of(found.path);
  if (!copies) return std::move(copies).error();
  known.copies = *std::move(copies);
  if (!known.copies.empty()) {
    const auto beneath = index_.has_live_beneath(found.path);
    if (!beneath) return beneath.error();
    known.live_beneath = *beneath;
  }
  return known;
}

Result<void> LocalEdits::explain_one(const Found& found, WallTime now, Batch& batch) {
  auto before = known(found);
  if (!before) return std::move(before).error();
  LocalChange local = explain(*before, found.seen, now);
  const std::size_t offset = batch.changes.size();

  if (!found.seen) {
    if (auto removed = index_.remove_disk(found.path); !removed) return removed;
  } else {
    DiskRow row = row_for(found.path, *found.seen);
    if (found.list.chunks.size() > 1) {
      auto stored = index_.put_chunk_list(found.seen->content, found.list);
      if (!stored) return stored;
    }
    if (local.displayed) {
      const Change& change = local.changes[*local.displayed];
      Displayed displayed{found.path, offset + *local.displayed, {}};
      if (change.kind == ChangeKind::metadata) {
        for (const Dot& dot : before->row->shown) {
          const bool ended = std::ranges::find(change.supersedes, dot) != change.supersedes.end();
          if (!ended) displayed.besides.push_back(dot);
        }
      }
      // Stored now, so that the rest of the batch sees what the disk shows.
      row.shown = displayed.besides;
      if (auto put = index_.put_disk(row); !put) return put;
      batch.displayed.push_back(std::move(displayed));
    } else {
      if (before->row) {
        row.source = before->row->source;
        row.shown = before->row->shown;
      }
      if (!local.adopted.empty()) row.shown = local.adopted;
      if (local.torn) row.shown.clear();
      if (auto put = index_.put_disk(row); !put) return put;
    }
  }
  for (std::size_t i = 0; i < local.changes.size(); ++i) {
    const Change& change = local.changes[i];
    const auto copy = std::ranges::find(before->copies, change.path, &DiskRow::path);
    if (copy != before->copies.end() && change.path != found.path) {
      DiskRow row = *copy;
      row.source = row.path;
      if (auto put = index_.put_disk(row); !put) return put;
      batch.displayed.push_back({row.path, offset + i, {}});
    }
  }
  std::ranges::move(local.changes, std::back_inserter(batch.changes));
  return {};
}

Result<void> LocalEdits::finish(Batch& batch, std::set<RelativePath>& touched) {
  if (batch.changes.empty()) return {};
  const auto order = publishing_order(batch.changes, batch.moves);
  std::vector<Change> sorted;
  std::vector<std::size_t> place(order.size());
  for (const Place& next : order) {
    place[next.change] = sorted.size();
    sorted.push_back(std::move(batch.changes[next.change]));
  }
  if (auto published = replica_.publish(sorted, touched); !published) return published;
  for (Displayed& displayed : batch.displayed) {
    std::vector<Dot> shown = std::move(displayed.besides);
    shown.push_back(sorted[place[displayed.change]].dot);
    std::ranges::sort(shown);
    if (auto put = index_.put_shown(displayed.path, shown); !put) return put;
  }
  return {};
}

}  // namespace lansync
