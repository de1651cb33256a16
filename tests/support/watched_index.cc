#include "tests/support/watched_index.h"

namespace lansync::test {

const WatchedIndex::Committed& WatchedIndex::committed() {
  if (committed_ == nullptr) {
    MemoryIndex copy = index_;
    copy.crash();
    committed_ = std::make_shared<const MemoryIndex>(std::move(copy));
  }
  return committed_;
}

Result<void> WatchedIndex::commit() {
  if (fails()) return fault();
  const bool fails_here = commits_left_ > 0 && --commits_left_ == 0;
  if (fails_here && !made_) return fault();
  if (written_) {
    if (before_commit_) before_commit_();
    if (auto done = index_.commit(); !done) return done;
    committed_.reset();
    written_ = false;
  }
  if (fails_here) return fault();
  return {};
}

Result<std::optional<Bytes>> WatchedIndex::fact(std::string_view name) {
  if (fails()) return fault();
  return index_.fact(name);
}

Result<void> WatchedIndex::put_fact(std::string_view name, ByteView value) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_fact(name, value);
}

Result<CausalClock> WatchedIndex::clock() {
  if (fails()) return fault();
  return index_.clock();
}

Result<LogEnd> WatchedIndex::log_end(const Author& author) {
  if (fails()) return fault();
  return index_.log_end(author);
}

Result<void> WatchedIndex::append_segment(const Segment& segment, const SegmentHeader& header,
                                          const SegmentHash& hash) {
  if (fails()) return fault();
  written_ = true;
  return index_.append_segment(segment, header, hash);
}

Result<std::vector<SegmentPlace>> WatchedIndex::segments(std::uint64_t after, std::size_t limit) {
  if (fails()) return fault();
  return index_.segments(after, limit);
}

Result<std::optional<std::uint64_t>> WatchedIndex::first_segment_beyond(const CausalClock& clock) {
  if (fails()) return fault();
  return index_.first_segment_beyond(clock);
}

Result<Segment> WatchedIndex::segment(std::uint64_t arrival) {
  if (fails()) return fault();
  return index_.segment(arrival);
}

Result<std::vector<Change>> WatchedIndex::heads(const RelativePath& path) {
  if (fails()) return fault();
  return index_.heads(path);
}

Result<std::optional<Change>> WatchedIndex::head(const Dot& dot) {
  if (fails()) return fault();
  return index_.head(dot);
}

Result<void> WatchedIndex::add_head(const Change& change) {
  if (fails()) return fault();
  written_ = true;
  return index_.add_head(change);
}

Result<std::optional<RelativePath>> WatchedIndex::remove_head(const Dot& dot) {
  if (fails()) return fault();
  written_ = true;
  return index_.remove_head(dot);
}

Result<bool> WatchedIndex::complete(const Dot& dot, ByteView body) {
  if (fails()) return fault();
  written_ = true;
  return index_.complete(dot, body);
}

Result<bool> WatchedIndex::has_live_beneath(const RelativePath& dir) {
  if (fails()) return fault();
  return index_.has_live_beneath(dir);
}

Result<std::vector<RelativePath>> WatchedIndex::paths(const RelativePath& after,
                                                      std::size_t limit) {
  if (fails()) return fault();
  return index_.paths(after, limit);
}

Result<std::optional<DiskRow>> WatchedIndex::disk(const RelativePath& path) {
  if (fails()) return fault();
  return index_.disk(path);
}

Result<std::vector<DiskRow>> WatchedIndex::disk_children(const RelativePath& dir) {
  if (fails()) return fault();
  return index_.disk_children(dir);
}

Result<std::vector<DiskRow>> WatchedIndex::disk_beneath(const RelativePath& dir,
                                                        const RelativePath& after,
                                                        std::size_t limit) {
  if (fails()) return fault();
  return index_.disk_beneath(dir, after, limit);
}

Result<std::vector<DiskRow>> WatchedIndex::disk_with_content(const ContentId& content,
                                                             std::size_t limit) {
  if (fails()) return fault();
  return index_.disk_with_content(content, limit);
}

Result<std::vector<DiskRow>> WatchedIndex::disk_copies_of(const RelativePath& source) {
  if (fails()) return fault();
  return index_.disk_copies_of(source);
}

Result<std::uint64_t> WatchedIndex::disk_copies() {
  if (fails()) return fault();
  return index_.disk_copies();
}

Result<void> WatchedIndex::put_disk(const DiskRow& row) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_disk(row);
}

Result<void> WatchedIndex::put_shown(const RelativePath& path, const std::vector<Dot>& shown) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_shown(path, shown);
}

Result<void> WatchedIndex::remove_disk(const RelativePath& path) {
  if (fails()) return fault();
  written_ = true;
  return index_.remove_disk(path);
}

Result<Totals> WatchedIndex::disk_totals() {
  if (fails()) return fault();
  return index_.disk_totals();
}

Result<void> WatchedIndex::put_intent(const Intent& intent) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_intent(intent);
}

Result<void> WatchedIndex::remove_intent(const RelativePath& path) {
  if (fails()) return fault();
  written_ = true;
  return index_.remove_intent(path);
}

Result<std::vector<Intent>> WatchedIndex::intents() {
  if (fails()) return fault();
  return index_.intents();
}

Result<void> WatchedIndex::put_pending(const PendingRow& row) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_pending(row);
}

Result<void> WatchedIndex::remove_pending(const RelativePath& path) {
  if (fails()) return fault();
  written_ = true;
  return index_.remove_pending(path);
}

Result<std::vector<PendingRow>> WatchedIndex::pending(const RelativePath& after,
                                                      std::size_t limit) {
  if (fails()) return fault();
  return index_.pending(after, limit);
}

Result<Totals> WatchedIndex::pending_totals() {
  if (fails()) return fault();
  return index_.pending_totals();
}

Result<void> WatchedIndex::put_chunk_list(const ContentId& content, const ChunkList& list) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_chunk_list(content, list);
}

Result<std::optional<ChunkList>> WatchedIndex::chunk_list(const ContentId& content) {
  if (fails()) return fault();
  return index_.chunk_list(content);
}

Result<std::vector<ChunkLocation>> WatchedIndex::find_chunk(const ChunkHash& hash,
                                                            std::size_t limit) {
  if (fails()) return fault();
  return index_.find_chunk(hash, limit);
}

Result<void> WatchedIndex::put_trash(const TrashRow& row) {
  if (fails()) return fault();
  written_ = true;
  return index_.put_trash(row);
}

Result<void> WatchedIndex::remove_trash(std::string_view name) {
  if (fails()) return fault();
  written_ = true;
  return index_.remove_trash(name);
}

Result<std::vector<TrashRow>> WatchedIndex::trash_with_content(const ContentId& content,
                                                               std::size_t limit) {
  if (fails()) return fault();
  return index_.trash_with_content(content, limit);
}

Result<std::vector<TrashRow>> WatchedIndex::trash_before(WallTime since, std::size_t limit) {
  if (fails()) return fault();
  return index_.trash_before(since, limit);
}

Result<Totals> WatchedIndex::trash_totals() {
  if (fails()) return fault();
  return index_.trash_totals();
}

Result<void> WatchedIndex::append_member_op(const MemberOpHash& hash, ByteView op) {
  if (fails()) return fault();
  written_ = true;
  return index_.append_member_op(hash, op);
}

Result<std::vector<Bytes>> WatchedIndex::member_ops() {
  if (fails()) return fault();
  return index_.member_ops();
}

Result<void> WatchedIndex::forget_all_but_members() {
  if (fails()) return fault();
  return index_.forget_all_but_members();
}

}  // namespace lansync::test
