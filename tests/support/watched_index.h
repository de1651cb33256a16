// An index that can fail, and tells when it commits.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/index/memory_index.h"

namespace lansync::test {

// A MemoryIndex, and what a crash would leave of it.
class WatchedIndex final : public Index {
 public:
  using Committed = std::shared_ptr<const MemoryIndex>;

  WatchedIndex() = default;
  explicit WatchedIndex(Committed committed)
      : index_(*committed), committed_(std::move(committed)) {}

  [[nodiscard]] const Committed& committed();
  // Called before each commit of anything.
  void before_commit(std::function<void()> callback) { before_commit_ = std::move(callback); }
  // The n-th call from now fails and does nothing; the n-th commit may have been made all the same.
  void fail_call(std::uint64_t n) { calls_left_ = n; }
  void fail_commit(std::uint64_t n, bool made) {
    commits_left_ = n;
    made_ = made;
  }
  [[nodiscard]] bool has_faults_left() const { return calls_left_ > 0 || commits_left_ > 0; }
  void clear_faults() { calls_left_ = commits_left_ = 0; }

  Result<void> commit() override;
  void rollback() override { index_.rollback(); }
  Result<std::optional<Bytes>> fact(std::string_view name) override;
  Result<void> put_fact(std::string_view name, ByteView value) override;
  Result<CausalClock> clock() override;
  Result<LogEnd> log_end(const Author& author) override;
  Result<void> append_segment(const Segment& segment, const SegmentHeader& header,
                              const SegmentHash& hash) override;
  Result<std::vector<SegmentPlace>> segments(std::uint64_t after, std::size_t limit) override;
  Result<std::optional<std::uint64_t>> first_segment_beyond(const CausalClock& clock) override;
  Result<Segment> segment(std::uint64_t arrival) override;
  Result<std::vector<Change>> heads(const RelativePath& path) override;
  Result<std::optional<Change>> head(const Dot& dot) override;
  Result<void> add_head(const Change& change) override;
  Result<std::optional<RelativePath>> remove_head(const Dot& dot) override;
  Result<bool> complete(const Dot& dot, ByteView body) override;
  Result<bool> has_live_beneath(const RelativePath& dir) override;
  Result<std::vector<RelativePath>> paths(const RelativePath& after, std::size_t limit) override;
  Result<std::optional<DiskRow>> disk(const RelativePath& path) override;
  Result<std::vector<DiskRow>> disk_children(const RelativePath& dir) override;
  Result<std::vector<DiskRow>> disk_beneath(const RelativePath& dir, const RelativePath& after,
                                            std::size_t limit) override;
  Result<std::vector<DiskRow>> disk_with_content(const ContentId& content,
                                                 std::size_t limit) override;
  Result<std::vector<DiskRow>> disk_copies_of(const RelativePath& source) override;
  Result<std::uint64_t> disk_copies() override;
  Result<void> put_disk(const DiskRow& row) override;
  Result<void> put_shown(const RelativePath& path, const std::vector<Dot>& shown) override;
  Result<void> remove_disk(const RelativePath& path) override;
  Result<Totals> disk_totals() override;
  Result<void> put_intent(const Intent& intent) override;
  Result<void> remove_intent(const RelativePath& path) override;
  Result<std::vector<Intent>> intents() override;
  Result<void> put_pending(const PendingRow& row) override;
  Result<void> remove_pending(const RelativePath& path) override;
  Result<std::vector<PendingRow>> pending(const RelativePath& after, std::size_t limit) override;
  Result<Totals> pending_totals() override;
  Result<void> put_chunk_list(const ContentId& content, const ChunkList& list) override;
  Result<std::optional<ChunkList>> chunk_list(const ContentId& content) override;
  Result<std::vector<ChunkLocation>> find_chunk(const ChunkHash& hash, std::size_t limit) override;
  Result<void> put_trash(const TrashRow& row) override;
  Result<void> remove_trash(std::string_view name) override;
  Result<std::vector<TrashRow>> trash_with_content(const ContentId& content,
                                                   std::size_t limit) override;
  Result<std::vector<TrashRow>> trash_before(WallTime since, std::size_t limit) override;
  Result<Totals> trash_totals() override;
  Result<void> append_member_op(const MemberOpHash& hash, ByteView op) override;
  Result<std::vector<Bytes>> member_ops() override;
  Result<void> forget_all_but_members() override;

 private:
  bool fails() { return calls_left_ > 0 && --calls_left_ == 0; }
  static Error fault() { return {std::make_error_code(std::errc::io_error), "index"}; }

  MemoryIndex index_;
  Committed committed_;   // Null if it is to be copied anew.
  bool written_ = false;  // Since the last commit.
  std::function<void()> before_commit_;
  std::uint64_t calls_left_ = 0;
  std::uint64_t commits_left_ = 0;
  bool made_ = false;
};

}  // namespace lansync::test
