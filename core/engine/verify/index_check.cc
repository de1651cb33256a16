#include "core/engine/verify/index_check.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/sync/signing.h"

namespace lansync {
namespace {

// What one step looks at: some milliseconds of work.
constexpr std::size_t kSegmentsPerStep = 4;
constexpr std::size_t kPathsPerStep = 256;
constexpr std::size_t kRowsPerStep = 256;
// A share that never rests is not summed up.
constexpr int kRepeatsMax = 3;
constexpr std::string_view kSegmentContext = "lansync/v1/segment";

std::string quoted(const RelativePath& path) { return "'" + path.text() + "'"; }

std::string log_of(const Author& author) { return "the log of " + short_name(author.device); }

}  // namespace

void IndexCheck::step() {
  Result<void> looked;
  switch (part_) {
    case Part::store: looked = check_store(); break;
    case Part::logs: looked = check_logs(); break;
    case Part::heads: looked = check_heads(); break;
    case Part::rows: looked = check_rows(); break;
    case Part::done: return;
  }
  if (looked) return;
  // Whoever cannot be read here is not read on: each part has its own tables.
  find(to_string(looked.error()));
  begin(static_cast<Part>(static_cast<int>(part_) + 1));
}

void IndexCheck::begin(Part part) {
  part_ = part;
  arrival_ = 0;
  after_ = {};
  logs_.clear();
  fingerprint_ = {};
  totals_ = {};
  changes_at_begin_ = changes_;
}

// Whether the part has to begin anew, because what it has summed up changed meanwhile.
bool IndexCheck::again() {
  if (changes_ == changes_at_begin_) return false;
  if (repeats_++ < kRepeatsMax)
    begin(part_);
  else
    begin(static_cast<Part>(static_cast<int>(part_) + 1));
  return true;
}

void IndexCheck::find(std::string what) {
  const bool known = std::ranges::find(findings_, what) != findings_.end();
  if (!known && findings_.size() < kFindingsMax) findings_.push_back(std::move(what));
}

Result<void> IndexCheck::check_store() {
  auto damage = index_.damage();
  if (!damage) return std::move(damage).error();
  for (std::string& one : *damage) find(std::move(one));
  begin(Part::logs);
  return {};
}

Result<void> IndexCheck::check_logs() {
  const auto places = index_.segments(arrival_, kSegmentsPerStep);
  if (!places) return places.error();
  for (const SegmentPlace& place : *places) {
    if (auto looked = check_segment(place); !looked) return looked;
    arrival_ = place.arrival;
  }
  return places->empty() ? end_logs() : Result<void>();
}

Result<void> IndexCheck::check_segment(const SegmentPlace& place) {
  const auto segment = index_.segment(place.arrival);
  if (!segment) return segment.error();
  const auto open = open_segment(*segment);
  if (!open) {
    find(log_of(place.author) + ": " + to_string(open.error()));
    return {};
  }
  const SegmentHeader& header = open->header;
  LogEnd& end = logs_[place.author];
  const bool in_place = header.share == membership_.share() && header.author == place.author &&
                        header.first == place.first && header.count == place.count &&
                        header.first == end.counter + 1 && header.previous == end.hash;
  if (!in_place) find(log_of(place.author) + " is broken at " + std::to_string(place.first));
  if (!verified(place.author.device, kSegmentContext, segment->header, segment->signature)) {
    find(log_of(place.author) + ": a signature does not verify");
  }
  end = {header.last(), open->hash};
  std::uint64_t counter = header.first;
  for (const SegmentEntry& entry : segment->entries) {
    if (auto looked = check_entry(header, counter++, entry); !looked) return looked;
  }
  return {};
}

// A change is whole in its log exactly if it is a head, and then both say the same.
Result<void> IndexCheck::check_entry(const SegmentHeader& header, std::uint64_t counter,
                                     const SegmentEntry& entry) {
  const auto head = index_.head({header.author, counter});
  if (!head) return head.error();
  const auto decoded = decode_entry(header, counter, entry);
  if (!decoded) return decoded.error();
  const auto* change = std::get_if<Change>(&*decoded);
  const bool agree = change == nullptr ? !*head : *head && **head == *change;
  if (!agree) {
    find(log_of(header.author) + " and what is shown differ" +
         (*head    ? " at " + quoted((*head)->path)
          : change ? " at " + quoted(change->path)
                   : ""));
  }
  return {};
}

Result<void> IndexCheck::end_logs() {
  if (again()) return {};
  const auto clock = index_.clock();
  if (!clock) return clock.error();
  if (*clock != replica_.clock()) find("the clock is not the one that is stored");
  CausalClock counted;
  for (const auto& [author, end] : logs_) {
    counted.advance(author, end.counter);
    const auto known = index_.log_end(author);
    if (!known) return known.error();
    if (*known != end) find(log_of(author) + " does not end where it should");
  }
  if (counted != *clock) find("the logs are not what the clock says");
  begin(Part::heads);
  return {};
}

Result<void> IndexCheck::check_heads() {
  const auto paths = index_.paths(after_, kPathsPerStep);
  if (!paths) return paths.error();
  for (const RelativePath& path : *paths) {
    if (auto looked = check_path(path); !looked) return looked;
    after_ = path;
  }
  if (!paths->empty()) return {};
  if (again()) return {};
  if (fingerprint_ != replica_.fingerprint()) find("the fingerprint is not that of the heads");
  begin(Part::rows);
  return {};
}

Result<void> IndexCheck::check_path(const RelativePath& path) {
  const auto heads = index_.heads(path);
  if (!heads) return heads.error();
  if (heads->empty()) find(quoted(path) + " is listed and has no heads");
  for (const Change& change : *heads) {
    fingerprint_.add(change.dot, path);
    if (change.path != path) find(quoted(path) + " has a head of another path");
    if (!replica_.clock().covers(change.dot)) find(quoted(path) + " has a head beyond the clock");
    for (const Dot& dot : change.supersedes) {
      const auto other = index_.head(dot);
      if (!other) return other.error();
      if (*other) find(quoted((*other)->path) + " has a head that was superseded");
    }
  }
  return {};
}

Result<void> IndexCheck::check_rows() {
  const auto rows = index_.disk_beneath(RelativePath(), after_, kRowsPerStep);
  if (!rows) return rows.error();
  for (const DiskRow& row : *rows) {
    if (auto looked = check_row(row); !looked) return looked;
    after_ = row.path;
  }
  return rows->empty() ? end_rows() : Result<void>();
}

Result<void> IndexCheck::check_row(const DiskRow& row) {
  for (const Dot& dot : row.shown) {
    if (!replica_.clock().covers(dot)) find(quoted(row.path) + " shows a change beyond the clock");
  }
  if (row.stat.kind != NodeKind::file) return {};
  ++totals_.files;
  totals_.bytes += row.stat.size;
  const auto list = index_.chunk_list(row.content);
  if (!list) return list.error();
  if (!*list) return {};  // Of one chunk, or of none.
  if ((*list)->content_id() != row.content || (*list)->size() != row.stat.size) {
    find(quoted(row.path) + " has a list of chunks that is not its own");
  }
  return {};
}

Result<void> IndexCheck::end_rows() {
  if (again()) return {};
  const auto totals = index_.disk_totals();
  if (!totals) return totals.error();
  if (*totals != totals_) find("the files are not as many, or as large, as their totals say");
  begin(Part::done);
  return {};
}

}  // namespace lansync
