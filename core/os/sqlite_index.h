// The index of a real share, in an SQLite database.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/index/index.h"
#include "core/index/path_range.h"
#include "core/os/sqlite.h"
#include "core/os/sqlite_index_sql.h"

namespace lansync {

// An Index in one file (docs/index_format.md: tables, invariants, cost).
//
// Holds the only connection to the file, of any process: SQLite before 3.51.3 can damage a WAL
// database that two connections write or checkpoint at once. A commit is on the disk when commit()
// returns.
//
// Authors, totals and the number of conflict copies are kept in memory beside the tables: what
// there is none of is not searched for. A write that fails is remembered, and nothing is written or
// committed after it until rollback().
class SqliteIndex final : public Index {
 public:
  // Makes file (0600) and folders (0700) that are missing; a file of no bytes counts as missing.
  // Errors name the file: busy (another process has it), corrupt (damaged, no database, another
  // program's), unsupported (from a newer lansync), is_a_directory, read_only_file_system,
  // permission_denied, ...
  static Result<std::unique_ptr<SqliteIndex>> open(const std::string& file);

  ~SqliteIndex() override;
  SqliteIndex(const SqliteIndex&) = delete;
  SqliteIndex& operator=(const SqliteIndex&) = delete;

  Result<void> commit() override;
  void rollback() override;

  Result<std::vector<std::string>> damage() override;

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
  struct StoredTotals {
    Totals disk;
    Totals pending;
    Totals trash;

    friend bool operator==(const StoredTotals&, const StoredTotals&) = default;
  };
  struct AuthorLog {
    Author author;
    LogEnd end;
  };
  // Small numbers that stand for authors in the tables, from 1.
  using AuthorNumber = std::uint64_t;
  // In `changes.pruned`, where 0 is whole and 1 superseded: it came pruned, and nothing that
  // supersedes it has come.
  static constexpr std::uint64_t kCamePruned = 2;

  explicit SqliteIndex(Database database) : database_(std::move(database)) {}

  Result<Statement*> prepared(Sql sql);
  // Opens the transaction if there is none.
  Result<void> begin();
  Result<void> write(Sql sql, std::initializer_list<SqlValue> values);
  Result<void> run(Sql sql, std::initializer_list<SqlValue> values);
  // What is kept in memory, as the tables have it.
  Result<void> load();
  Result<void> load_authors();
  Result<void> check_disk_rows();
  [[nodiscard]] Error corrupt() const;

  [[nodiscard]] AuthorNumber number_of(const Author& author) const;  // Zero if it has none.
  Result<AuthorNumber> add_author(const Author& author);
  Result<Bytes> encode_dots(const std::vector<Dot>& dots);
  Result<std::vector<Dot>> decode_dots(ByteView bytes) const;

  Result<const SegmentHeader*> header_of(AuthorNumber author, std::uint64_t counter);
  Result<std::optional<Change>> whole_change(const Dot& dot);
  Result<bool> is_head(const Change& change);

  // Takes the row that is about to be replaced or removed out of the totals.
  Result<void> forget_disk_row(const RelativePath& path);
  Result<void> forget_pending_bytes(const RelativePath& path);
  Result<void> forget_trash_bytes(std::string_view name);

  Result<void> write_disk_row(Sql sql, const DiskRow& row);
  Result<DiskRow> disk_row(const Query& query) const;
  Result<std::vector<DiskRow>> disk_rows(Query& query) const;
  Result<TrashRow> trash_row(const Query& query) const;
  Result<std::vector<TrashRow>> trash_rows(Query& query) const;
  Result<RelativePath> path_of(const Query& query, int column) const;

  Database database_;
  std::array<Statement, kSqlCount> statements_;
  bool begun_ = false;  // Something was written since the last commit() or rollback().
  std::optional<Error> failure_;

  StoredTotals totals_;
  StoredTotals written_totals_;
  std::uint64_t copies_ = 0;        // Rows of conflict copies.
  std::vector<AuthorLog> authors_;  // By number, from 1.
  std::map<Author, AuthorNumber> author_numbers_;
  // The header that was needed last: neighbours in a log share it.
  AuthorNumber cached_author_ = 0;
  SegmentHeader cached_header_;
};

}  // namespace lansync
