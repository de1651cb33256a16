// What is at the share's paths, and what is still to be done there.
#include <algorithm>
#include <string>
#include <utility>

#include "core/os/sqlite_index.h"

namespace lansync {
namespace {

bool in_range(std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  return value >= least && value <= most;
}

bool counts(const FileStat& stat) { return stat.kind == NodeKind::file; }

}  // namespace

Result<DiskRow> SqliteIndex::disk_row(const Query& query) const {
  auto path = path_of(query, 0);
  auto source = query.is_null(10) ? path : path_of(query, 10);
  auto shown = decode_dots(query.blob(11));
  if (!path || !source || !shown) return query.corrupt();
  if (!in_range(query.bits(1), 1, 4) || !in_range(query.bits(8), 0, 3)) return query.corrupt();
  DiskRow row;
  row.path = *std::move(path);
  row.stat.kind = static_cast<NodeKind>(query.bits(1));
  row.stat.size = query.bits(2);
  row.stat.mtime.ns = query.integer(3);
  row.stat.mode = static_cast<std::uint32_t>(query.bits(4));
  row.stat.inode = query.bits(5);
  row.stat.links = static_cast<std::uint32_t>(query.bits(6));
  row.stat.ctime.ns = query.integer(12);
  if (!query.is_null(7)) {
    const auto content = query.id<ContentId>(7);
    if (!content) return content.error();
    row.content = *content;
  }
  row.chunk_class = static_cast<ChunkClass>(query.bits(8));
  row.racy = query.integer(9) != 0;
  row.source = *std::move(source);
  row.shown = *std::move(shown);
  return row;
}

Result<std::vector<DiskRow>> SqliteIndex::disk_rows(Query& query) const {
  std::vector<DiskRow> rows;
  for (;;) {
    const auto more = query.next();
    if (!more) return more.error();
    if (!*more) return rows;
    auto row = disk_row(query);
    if (!row) return std::move(row).error();
    rows.push_back(*std::move(row));
  }
}

Result<std::optional<DiskRow>> SqliteIndex::disk(const RelativePath& path) {
  Query query(prepared(Sql::disk), {path.text()});
  auto rows = disk_rows(query);
  if (!rows) return std::move(rows).error();
  if (rows->empty()) return std::optional<DiskRow>();
  return std::optional(std::move(rows->front()));
}

// Paths sort so that what is beneath a directory follows within one range, though not at once (`a`,
// `a-b`, `a/b`). From a row deeper than the children the search leaps to the end of its branch: two
// searches for each directory among the children, whatever is in it.
Result<std::vector<DiskRow>> SqliteIndex::disk_children(const RelativePath& dir) {
  const PathRange range = range_beneath(dir);
  const std::size_t prefix = dir.is_root() ? 0 : dir.text().size() + 1;
  std::vector<DiskRow> rows;
  std::optional<std::string> after = range.after;
  while (after) {
    Query query(prepared(Sql::disk_range), {*after, range.before, -1});
    after.reset();
    while (!after) {
      const auto more = query.next();
      if (!more) return more.error();
      if (!*more) break;
      const std::string_view path = query.text(0);
      if (const auto slash = path.find('/', prefix); slash != path.npos) {
        after = std::string(path.substr(0, slash + 1)) + kAfterEveryPath;
        // The search would find it again, for ever.
        if (path >= *after) return query.corrupt();
        continue;
      }
      auto row = disk_row(query);
      if (!row) return std::move(row).error();
      rows.push_back(*std::move(row));
    }
  }
  return rows;
}

Result<std::vector<DiskRow>> SqliteIndex::disk_beneath(const RelativePath& dir,
                                                       const RelativePath& after,
                                                       std::size_t limit) {
  const PathRange range = range_beneath(dir);
  Query query(prepared(Sql::disk_range),
              {std::max(range.after, after.text()), range.before, limit});
  return disk_rows(query);
}

Result<std::vector<DiskRow>> SqliteIndex::disk_with_content(const ContentId& content,
                                                            std::size_t limit) {
  Query query(prepared(Sql::disk_with_content), {content, limit});
  return disk_rows(query);
}

Result<std::vector<DiskRow>> SqliteIndex::disk_copies_of(const RelativePath& source) {
  if (copies_ == 0) return std::vector<DiskRow>();
  Query query(prepared(Sql::disk_copies_of), {source.text()});
  return disk_rows(query);
}

Result<std::uint64_t> SqliteIndex::disk_copies() { return copies_; }

Result<void> SqliteIndex::write_disk_row(Sql sql, const DiskRow& row) {
  const auto shown = encode_dots(row.shown);
  if (!shown) return shown.error();
  const SqlValue content = row.content == ContentId{} ? SqlValue(nullptr) : SqlValue(row.content);
  const SqlValue source = row.source == row.path ? SqlValue(nullptr) : SqlValue(row.source.text());
  return write(sql, {row.path.text(), row.stat.kind, row.stat.size, row.stat.mtime.ns,
                     row.stat.mode, row.stat.inode, row.stat.links, content, row.chunk_class,
                     row.racy, source, *shown, row.stat.ctime.ns});
}

Result<void> SqliteIndex::put_disk(const DiskRow& row) {
  if (auto removed = forget_disk_row(row.path); !removed) return removed;
  auto written = write_disk_row(Sql::put_disk, row);
  if (written && counts(row.stat)) {
    ++totals_.disk.files;
    totals_.disk.bytes += row.stat.size;
  }
  if (written && row.source != row.path) ++copies_;
  return written;
}

Result<void> SqliteIndex::put_shown(const RelativePath& path, const std::vector<Dot>& shown) {
  const auto encoded = encode_dots(shown);
  if (!encoded) return encoded.error();
  return write(Sql::put_shown, {path.text(), *encoded});
}

Result<void> SqliteIndex::remove_disk(const RelativePath& path) {
  if (auto removed = forget_disk_row(path); !removed) return removed;
  return write(Sql::remove_disk, {path.text()});
}

Result<void> SqliteIndex::forget_disk_row(const RelativePath& path) {
  Query query(prepared(Sql::disk_size), {path.text()});
  const auto row = query.next();
  if (!row) return row.error();
  if (*row && query.bits(0) == static_cast<std::uint64_t>(NodeKind::file)) {
    --totals_.disk.files;
    totals_.disk.bytes -= query.bits(1);
  }
  if (*row && query.integer(2) != 0) --copies_;
  return {};
}

Result<Totals> SqliteIndex::disk_totals() { return totals_.disk; }

// Nothing at all is a row of a kind that is never installed.
Result<void> SqliteIndex::put_intent(const Intent& intent) {
  DiskRow row;
  if (intent.becomes) {
    row = *intent.becomes;
  } else {
    row.path = row.source = intent.path;
    row.stat.kind = NodeKind::other;
  }
  if (auto written = write_disk_row(Sql::put_intent, row); !written) return written;
  if (intent.trash.empty()) return {};
  return write(Sql::put_intent_trash, {intent.path.text(), intent.trash});
}

Result<void> SqliteIndex::remove_intent(const RelativePath& path) {
  return write(Sql::remove_intent, {path.text()});
}

Result<std::vector<Intent>> SqliteIndex::intents() {
  constexpr int kTrashColumn = 13;
  Query query(prepared(Sql::intents), {});
  std::vector<Intent> all;
  for (;;) {
    const auto more = query.next();
    if (!more) return more.error();
    if (!*more) return all;
    auto row = disk_row(query);
    if (!row) return std::move(row).error();
    Intent intent{row->path, std::nullopt, std::string(query.text(kTrashColumn))};
    if (row->stat.kind != NodeKind::other) intent.becomes = *std::move(row);
    all.push_back(std::move(intent));
  }
}

Result<void> SqliteIndex::put_pending(const PendingRow& row) {
  if (auto removed = forget_pending_bytes(row.path); !removed) return removed;
  auto written = write(Sql::put_pending, {row.path.text(), row.bytes});
  if (written) {
    ++totals_.pending.files;
    totals_.pending.bytes += row.bytes;
  }
  return written;
}

Result<void> SqliteIndex::remove_pending(const RelativePath& path) {
  if (totals_.pending.files == 0) return {};
  if (auto removed = forget_pending_bytes(path); !removed) return removed;
  return write(Sql::remove_pending, {path.text()});
}

Result<void> SqliteIndex::forget_pending_bytes(const RelativePath& path) {
  if (totals_.pending.files == 0) return {};
  Query query(prepared(Sql::pending_bytes), {path.text()});
  const auto row = query.next();
  if (!row) return row.error();
  if (*row) {
    --totals_.pending.files;
    totals_.pending.bytes -= query.bits(0);
  }
  return {};
}

Result<std::vector<PendingRow>> SqliteIndex::pending(const RelativePath& after, std::size_t limit) {
  std::vector<PendingRow> rows;
  Query query(prepared(Sql::pending), {after.text(), limit});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return rows;
    auto path = path_of(query, 0);
    if (!path) return std::move(path).error();
    rows.push_back({*std::move(path), query.bits(1)});
  }
}

Result<Totals> SqliteIndex::pending_totals() { return totals_.pending; }

}  // namespace lansync
