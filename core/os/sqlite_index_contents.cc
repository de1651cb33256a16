// Where bytes can be found again: chunk lists and the trash.
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "core/os/sqlite_index.h"

namespace lansync {

Result<void> SqliteIndex::put_chunk_list(const ContentId& content, const ChunkList& list) {
  if (list.chunks.size() < 2) return {};
  {
    Query query(prepared(Sql::content_id), {content});
    const auto row = query.next();
    if (!row) return row.error();
    if (*row) return {};
  }
  auto written = write(Sql::add_content, {content, encode(list)});
  if (!written) return written;
  std::int64_t number = 0;
  {
    Query query(prepared(Sql::content_id), {content});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return query.corrupt();
    number = query.integer(0);
  }
  std::uint64_t offset = 0;
  for (const Chunk& chunk : list.chunks) {
    written = write(Sql::add_chunk, {chunk.hash, number, offset, chunk.bytes});
    if (!written) return written;
    offset += chunk.bytes;
  }
  return {};
}

Result<std::optional<ChunkList>> SqliteIndex::chunk_list(const ContentId& content) {
  Query query(prepared(Sql::chunk_list), {content});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return std::optional<ChunkList>();
  auto list = decode_chunk_list(query.blob(0));
  if (!list) return query.corrupt();
  return std::optional(*std::move(list));
}

Result<std::vector<ChunkLocation>> SqliteIndex::find_chunk(const ChunkHash& hash,
                                                           std::size_t limit) {
  std::vector<ChunkLocation> locations;
  if (limit == 0) return locations;
  // A file of one chunk has that chunk's hash for its content id.
  if (hash != ChunkHash{}) {
    Query query(prepared(Sql::find_whole_file), {hash, limits::kChunkBytesMax});
    const auto row = query.next();
    if (!row) return row.error();
    if (*row) locations.push_back({{hash.bytes}, 0, static_cast<std::uint32_t>(query.bits(0))});
  }
  Query query(prepared(Sql::find_chunk), {hash, limit - locations.size()});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return locations;
    const auto content = query.id<ContentId>(0);
    if (!content) return content.error();
    locations.push_back({*content, query.bits(1), static_cast<std::uint32_t>(query.bits(2))});
  }
}

Result<TrashRow> SqliteIndex::trash_row(const Query& query) const {
  auto path = path_of(query, 1);
  if (!path) return std::move(path).error();
  const auto content = query.id<ContentId>(2);
  if (!content) return content.error();
  return TrashRow{std::string(query.text(0)), *std::move(path), *content, query.bits(3),
                  WallTime{query.integer(4)}};
}

Result<std::vector<TrashRow>> SqliteIndex::trash_rows(Query& query) const {
  std::vector<TrashRow> rows;
  for (;;) {
    const auto more = query.next();
    if (!more) return more.error();
    if (!*more) return rows;
    auto row = trash_row(query);
    if (!row) return std::move(row).error();
    rows.push_back(*std::move(row));
  }
}

Result<void> SqliteIndex::put_trash(const TrashRow& row) {
  if (auto removed = forget_trash_bytes(row.name); !removed) return removed;
  auto written =
      write(Sql::put_trash, {row.name, row.path.text(), row.content, row.bytes, row.since.ns});
  if (written) {
    ++totals_.trash.files;
    totals_.trash.bytes += row.bytes;
  }
  return written;
}

Result<void> SqliteIndex::remove_trash(std::string_view name) {
  if (auto removed = forget_trash_bytes(name); !removed) return removed;
  return write(Sql::remove_trash, {name});
}

Result<void> SqliteIndex::forget_trash_bytes(std::string_view name) {
  Query query(prepared(Sql::trash_bytes), {name});
  const auto row = query.next();
  if (!row) return row.error();
  if (*row) {
    --totals_.trash.files;
    totals_.trash.bytes -= query.bits(0);
  }
  return {};
}

Result<std::vector<TrashRow>> SqliteIndex::trash_with_content(const ContentId& content,
                                                              std::size_t limit) {
  Query query(prepared(Sql::trash_with_content), {content, limit});
  return trash_rows(query);
}

Result<std::vector<TrashRow>> SqliteIndex::trash_before(WallTime since, std::size_t limit) {
  Query query(prepared(Sql::trash_before), {since.ns, limit});
  return trash_rows(query);
}

Result<Totals> SqliteIndex::trash_totals() { return totals_.trash; }

}  // namespace lansync
