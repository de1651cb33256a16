#include "core/sync/replica.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::string_view kFingerprintFact = "fingerprint";
constexpr std::string_view kSegmentContext = "lansync/v1/segment";

// Estimated size of a change in its segment, from above.
std::size_t encoded_bytes_max(const Change& change) {
  return 160 + change.path.text().size() + change.link_target.size() +
         change.supersedes.size() * 12;
}

}  // namespace

Replica::Replica(Index& index, const Membership& membership, Author self, Sign sign)
    : index_(index), membership_(membership), self_(self), sign_(std::move(sign)) {}

Result<void> Replica::load() {
  auto clock = index_.clock();
  if (!clock) return std::move(clock).error();
  auto fingerprint = index_.fact(kFingerprintFact);
  if (!fingerprint) return std::move(fingerprint).error();
  clock_ = *std::move(clock);
  fingerprint_ = *fingerprint ? Fingerprint::from(**fingerprint) : Fingerprint{};
  return {};
}

Result<void> Replica::integrate(const Segment& segment, std::set<RelativePath>& touched) {
  auto open = open_segment(segment);
  if (!open) return std::move(open).error();
  if (open->header.last() <= clock_.counter_of(open->header.author)) return check_known(*open);
  if (auto placed = check_place(*open); !placed) return placed;
  if (auto authentic = check_signature(segment); !authentic) return authentic;
  if (!membership_.accepts({open->header.author, open->header.last()})) {
    return Error{Errc::refused, "changes by a device that may not write"};
  }
  return store(segment, *open, touched);
}

Result<bool> Replica::proves_loss(const Segment& segment) const {
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  const bool lost = header->author == self_ && header->share == membership_.share() &&
                    header->last() > clock_.counter_of(self_);
  if (!lost) return false;
  if (auto authentic = check_signature(segment); !authentic) return std::move(authentic).error();
  return true;
}

Result<void> Replica::check_signature(const Segment& segment) {
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  if (verified(header->author.device, kSegmentContext, segment.header, segment.signature)) {
    return {};
  }
  return Error{Errc::not_authentic, "segment"};
}

Result<Replica::Place> Replica::place(const Segment& segment) const {
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  if (header->share != membership_.share()) {
    return Error{Errc::mismatch, "segment of another share"};
  }
  const auto end = index_.log_end(header->author);
  if (!end) return end.error();
  if (header->first > end->counter + 1) return Place::later;
  if (header->first == end->counter + 1) {
    return header->previous == end->hash ? Place::next : Place::forks;
  }
  const auto arrival = arrival_of({header->author, header->first});
  if (!arrival) return arrival.error();
  const auto stored = index_.segment(*arrival);
  if (!stored) return stored.error();
  return stored->header == segment.header ? Place::known : Place::forks;
}

Result<std::uint64_t> Replica::arrival_of(const Dot& dot) const {
  LANSYNC_ASSERT(dot.counter > 0 && dot.counter <= clock_.counter_of(dot.author));
  CausalClock without;
  for (const CausalClock::Entry& entry : clock_.entries()) {
    without.advance(entry.author, entry.author == dot.author ? dot.counter - 1 : entry.counter);
  }
  const auto arrival = index_.first_segment_beyond(without);
  if (!arrival) return arrival.error();
  return arrival->value();
}

// Only the end of a chain is at hand. A fork before it shows by the links that follow.
Result<void> Replica::check_known(const OpenSegment& segment) const {
  const auto end = index_.log_end(segment.header.author);
  if (!end) return end.error();
  const bool forks = segment.header.last() == end->counter && segment.hash != end->hash;
  if (forks) return Error{Errc::mismatch, "log that forks"};
  return {};
}

Result<void> Replica::check_place(const OpenSegment& segment) const {
  const SegmentHeader& header = segment.header;
  if (header.share != membership_.share()) return Error{Errc::mismatch, "segment of another share"};
  const auto end = index_.log_end(header.author);
  if (!end) return end.error();
  if (header.first <= end->counter) return Error{Errc::mismatch, "log that forks"};
  if (header.first != end->counter + 1 || !clock_.covers(header.context)) {
    return Error{Errc::wrong_state, "segment whose causes are missing"};
  }
  if (header.previous != end->hash) return Error{Errc::mismatch, "log that forks"};
  const bool new_author = end->counter == 0;
  if (new_author && clock_.entries().size() >= limits::kClockAuthorsMax) {
    return Error{Errc::limit_exceeded, "authors of a share"};
  }
  return {};
}

Result<void> Replica::store(const Segment& segment, const OpenSegment& open,
                            std::set<RelativePath>& touched) {
  if (auto stored = index_.append_segment(segment, open.header, open.hash); !stored) return stored;
  for (const LogEntry& entry : open.entries) {
    const auto* change = std::get_if<Change>(&entry);
    const auto& dots = change ? change->supersedes : std::get<PrunedChange>(entry).supersedes;
    if (auto done = supersede(dots, touched); !done) return done;
    if (change == nullptr) continue;
    if (auto added = add_head(*change, touched); !added) return added;
  }
  clock_.advance(open.header.author, open.header.last());
  return index_.put_fact(kFingerprintFact, fingerprint_.view());
}

Result<void> Replica::complete(const Segment& segment, std::set<RelativePath>& touched) {
  const auto placed = place(segment);
  if (!placed) return placed.error();
  // What is signed in the stored header is what these bodies have to be.
  if (*placed != Place::known) return {};
  const auto open = open_segment(segment);
  if (!open) return open.error();
  bool any = false;
  for (std::size_t i = 0; i < open->entries.size(); ++i) {
    const auto* change = std::get_if<Change>(&open->entries[i]);
    if (change == nullptr) continue;
    const auto whole = index_.complete(change->dot, std::get<Bytes>(segment.entries[i].body));
    if (!whole) return whole.error();
    if (!*whole) continue;
    if (auto added = add_head(*change, touched); !added) return added;
    any = true;
  }
  return any ? index_.put_fact(kFingerprintFact, fingerprint_.view()) : Result<void>();
}

Result<void> Replica::add_head(const Change& change, std::set<RelativePath>& touched) {
  if (auto added = index_.add_head(change); !added) return added;
  fingerprint_.add(change.dot, change.path);
  touched.insert(change.path);
  return {};
}

Result<void> Replica::supersede(std::span<const Dot> dots, std::set<RelativePath>& touched) {
  for (const Dot& dot : dots) {
    auto path = index_.remove_head(dot);
    if (!path) return std::move(path).error();
    if (!*path) continue;
    fingerprint_.remove(dot, **path);
    touched.insert(**path);
  }
  return {};
}

Result<void> Replica::publish(std::span<Change> changes, std::set<RelativePath>& touched) {
  while (!changes.empty()) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < changes.size() && count < limits::kSegmentChangesMax &&
           bytes < limits::kSegmentBytesMax / 2) {
      bytes += encoded_bytes_max(changes[count++]);
    }
    if (auto done = publish_segment(changes.first(count), touched); !done) return done;
    changes = changes.subspan(count);
  }
  return {};
}

Result<void> Replica::publish_segment(std::span<Change> changes, std::set<RelativePath>& touched) {
  const auto end = index_.log_end(self_);
  if (!end) return end.error();
  SegmentHeader header;
  header.share = membership_.share();
  header.author = self_;
  header.first = end->counter + 1;
  header.previous = end->hash;
  header.context = clock_;
  // A row of a damaged index shows what was never heard of.
  for (const Change& change : changes) {
    const bool known = std::ranges::all_of(change.supersedes, [&](const Dot& dot) {
      return dot.author == self_ || clock_.covers(dot);
    });
    if (!known) return Error{Errc::corrupt, "index: what is shown at a path"};
  }
  Segment segment = build_segment(std::move(header), changes);
  segment.signature = sign_(kSegmentContext, segment.header);
  const auto open = open_segment(segment);
  if (!open) return open.error();
  return store(segment, *open, touched);
}

}  // namespace lansync
