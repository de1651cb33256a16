// Authors, segments and their entries.
#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/byte_io.h"
#include "core/os/sqlite_index.h"

namespace lansync {
namespace {

Result<SegmentEntry> entry_of(const Query& query) {
  SegmentEntry entry;
  entry.stub = to_bytes(query.blob(1));
  if (query.integer(0) == 0) {
    entry.body = to_bytes(query.blob(2));
    return entry;
  }
  const auto hash = query.id<BodyHash>(2);
  if (!hash) return hash.error();
  entry.body = *hash;
  return entry;
}

}  // namespace

Result<void> SqliteIndex::load_authors() {
  authors_.clear();
  author_numbers_.clear();
  Query query(prepared(Sql::authors), {});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return {};
    const auto device = query.id<DeviceId>(1);
    const auto hash = query.id<SegmentHash>(4);
    if (!device || !hash || query.bits(0) != authors_.size() + 1) return query.corrupt();
    const Author author{*device, query.bits(2)};
    authors_.push_back({author, {query.bits(3), *hash}});
    if (!author_numbers_.emplace(author, authors_.size()).second) return query.corrupt();
  }
}

SqliteIndex::AuthorNumber SqliteIndex::number_of(const Author& author) const {
  const auto known = author_numbers_.find(author);
  return known == author_numbers_.end() ? 0 : known->second;
}

Result<SqliteIndex::AuthorNumber> SqliteIndex::add_author(const Author& author) {
  if (const AuthorNumber known = number_of(author); known != 0) return known;
  const AuthorNumber number = authors_.size() + 1;
  const auto added =
      write(Sql::add_author, {number, author.device, author.incarnation, SegmentHash{}});
  if (!added) return added.error();
  authors_.push_back({author, {}});
  author_numbers_.emplace(author, number);
  return number;
}

Result<Bytes> SqliteIndex::encode_dots(const std::vector<Dot>& dots) {
  ByteWriter writer;
  for (const Dot& dot : dots) {
    const auto author = add_author(dot.author);
    if (!author) return author.error();
    writer.varint(*author);
    writer.varint(dot.counter);
  }
  return std::move(writer).take();
}

Result<std::vector<Dot>> SqliteIndex::decode_dots(ByteView bytes) const {
  ByteReader reader(bytes);
  std::vector<Dot> dots;
  while (!reader.rest().empty()) {
    const std::uint64_t author = reader.varint_up_to(authors_.size());
    const std::uint64_t counter = reader.varint();
    if (reader.failed() || author == 0) return corrupt();
    dots.push_back({authors_[author - 1].author, counter});
  }
  return dots;
}

Result<CausalClock> SqliteIndex::clock() {
  CausalClock clock;
  for (const AuthorLog& log : authors_) clock.advance(log.author, log.end.counter);
  return clock;
}

Result<LogEnd> SqliteIndex::log_end(const Author& author) {
  const AuthorNumber number = number_of(author);
  return number == 0 ? LogEnd{} : authors_[number - 1].end;
}

Result<void> SqliteIndex::append_segment(const Segment& segment, const SegmentHeader& header,
                                         const SegmentHash& hash) {
  LANSYNC_ASSERT(!segment.entries.empty() && segment.entries.size() == header.count);
  const auto author = add_author(header.author);
  if (!author) return author.error();
  LogEnd& end = authors_[*author - 1].end;
  LANSYNC_ASSERT(header.first == end.counter + 1);

  auto written = write(Sql::add_segment,
                       {*author, header.first, header.count, segment.header, segment.signature});
  std::uint64_t counter = header.first;
  for (const SegmentEntry& entry : segment.entries) {
    if (!written) return written;
    const ByteView body = entry.pruned() ? std::get<BodyHash>(entry.body).view()
                                         : ByteView(std::get<Bytes>(entry.body));
    const std::uint64_t pruned = entry.pruned() ? kCamePruned : 0;
    written = write(Sql::add_entry, {*author, counter, pruned, entry.stub, body});
    ++counter;
  }
  if (written) written = write(Sql::move_log_end, {*author, header.last(), hash});
  if (written) end = {header.last(), hash};
  return written;
}

Result<std::vector<SegmentPlace>> SqliteIndex::segments(std::uint64_t after, std::size_t limit) {
  std::vector<SegmentPlace> places;
  Query query(prepared(Sql::segments), {after, limit});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return places;
    const AuthorNumber author = query.bits(1);
    if (author == 0 || author > authors_.size()) return query.corrupt();
    places.push_back({query.bits(0), authors_[author - 1].author, query.bits(2),
                      static_cast<std::uint32_t>(query.bits(3))});
  }
}

Result<std::optional<std::uint64_t>> SqliteIndex::first_segment_beyond(const CausalClock& clock) {
  std::optional<std::uint64_t> earliest;
  for (AuthorNumber author = 1; author <= authors_.size(); ++author) {
    const AuthorLog& log = authors_[author - 1];
    const std::uint64_t covered = clock.counter_of(log.author);
    if (covered >= log.end.counter) continue;
    Query query(prepared(Sql::segment_at), {author, covered + 1});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return query.corrupt();
    const std::uint64_t arrival = query.bits(0);
    if (!earliest || arrival < *earliest) earliest = arrival;
  }
  return earliest;
}

Result<Segment> SqliteIndex::segment(std::uint64_t arrival) {
  Segment segment;
  std::uint64_t author = 0;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  {
    Query query(prepared(Sql::segment), {arrival});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return Error{Errc::not_found, "segment " + std::to_string(arrival)};
    author = query.bits(0);
    first = query.bits(1);
    count = query.bits(2);
    segment.header = to_bytes(query.blob(3));
    segment.signature = to_bytes(query.blob(4));
  }
  Query query(prepared(Sql::entries), {author, first, first + count});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) break;
    auto entry = entry_of(query);
    if (!entry) return std::move(entry).error();
    segment.entries.push_back(*std::move(entry));
  }
  if (segment.entries.size() != count) return query.corrupt();
  return segment;
}

Result<const SegmentHeader*> SqliteIndex::header_of(AuthorNumber author, std::uint64_t counter) {
  const bool cached = cached_author_ == author && counter >= cached_header_.first &&
                      counter <= cached_header_.last();
  if (!cached) {
    Query query(prepared(Sql::segment_at), {author, counter});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return query.corrupt();
    auto header = decode_segment_header(query.blob(1));
    const bool right = header && header->author == authors_[author - 1].author &&
                       counter >= header->first && counter <= header->last();
    if (!right) return query.corrupt();
    cached_author_ = author;
    cached_header_ = *std::move(header);
  }
  return &cached_header_;
}

Result<std::optional<Change>> SqliteIndex::whole_change(const Dot& dot) {
  const AuthorNumber author = number_of(dot.author);
  if (author == 0) return std::optional<Change>();
  Query query(prepared(Sql::entry), {author, dot.counter});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return std::optional<Change>();
  const auto entry = entry_of(query);
  if (!entry) return entry.error();
  if (entry->pruned()) return std::optional<Change>();
  const auto header = header_of(author, dot.counter);
  if (!header) return header.error();
  auto decoded = decode_entry(**header, dot.counter, *entry);
  if (!decoded) return query.corrupt();
  return std::optional(std::get<Change>(*std::move(decoded)));
}

}  // namespace lansync
