// Where bytes can be found again: chunk lists and the trash.
#include "core/base/limits.h"
#include "core/index/memory_index.h"

namespace lansync {

Result<void> MemoryIndex::put_chunk_list(const ContentId& content, const ChunkList& list) {
  if (list.chunks.size() < 2 || state_.contents.contains(content)) return {};
  const std::uint64_t number = state_.contents.size() + 1;
  put(&State::contents, content, list);
  std::uint64_t offset = 0;
  for (const Chunk& chunk : list.chunks) {
    if (!state_.chunks.contains({chunk.hash, number})) {
      put(&State::chunks, {chunk.hash, number}, {content, offset, chunk.bytes});
    }
    offset += chunk.bytes;
  }
  return {};
}

Result<std::optional<ChunkList>> MemoryIndex::chunk_list(const ContentId& content) {
  const auto list = state_.contents.find(content);
  if (list == state_.contents.end()) return std::optional<ChunkList>();
  return std::optional(list->second);
}

Result<std::vector<ChunkLocation>> MemoryIndex::find_chunk(const ChunkHash& hash,
                                                           std::size_t limit) {
  std::vector<ChunkLocation> locations;
  if (limit == 0) return locations;
  const ContentId whole{hash.bytes};
  const auto bytes = whole_file_bytes(whole);
  if (bytes) locations.push_back({whole, 0, *bytes});
  for (auto chunk = state_.chunks.lower_bound({hash, 0});
       chunk != state_.chunks.end() && chunk->first.first == hash && locations.size() < limit;
       ++chunk) {
    if (is_here(chunk->second.content)) locations.push_back(chunk->second);
  }
  return locations;
}

bool MemoryIndex::is_here(const ContentId& content) const {
  for (auto place = state_.disk_by_content.lower_bound({content, ""});
       place != state_.disk_by_content.end() && place->first.first == content; ++place) {
    if (state_.disk.at(place->first.second).stat.kind == NodeKind::file) return true;
  }
  const auto trash = state_.trash_by_content.lower_bound({content, ""});
  return trash != state_.trash_by_content.end() && trash->first.first == content;
}

std::optional<std::uint32_t> MemoryIndex::whole_file_bytes(const ContentId& content) const {
  const auto fits = [](std::uint64_t bytes) {
    return bytes > 0 && bytes <= limits::kChunkBytesMax;
  };
  for (auto place = state_.disk_by_content.lower_bound({content, ""});
       place != state_.disk_by_content.end() && place->first.first == content; ++place) {
    const FileStat& stat = state_.disk.at(place->first.second).stat;
    if (stat.kind == NodeKind::file && fits(stat.size)) {
      return static_cast<std::uint32_t>(stat.size);
    }
  }
  for (auto place = state_.trash_by_content.lower_bound({content, ""});
       place != state_.trash_by_content.end() && place->first.first == content; ++place) {
    const std::uint64_t bytes = state_.trash.find(place->first.second)->second.bytes;
    if (fits(bytes)) return static_cast<std::uint32_t>(bytes);
  }
  return std::nullopt;
}

// --- Trash ---

Result<void> MemoryIndex::put_trash(const TrashRow& row) {
  if (auto removed = remove_trash(row.name); !removed) return removed;
  put(&State::trash, row.name, row);
  put(&State::trash_by_content, {row.content, row.name}, true);
  put(&State::trash_by_since, {row.since, row.name}, true);
  add_to(&State::trash_totals, row.bytes);
  return {};
}

Result<void> MemoryIndex::remove_trash(std::string_view name) {
  const auto known = state_.trash.find(name);
  if (known == state_.trash.end()) return {};
  const TrashRow row = known->second;
  take_from(&State::trash_totals, row.bytes);
  erase(&State::trash_by_content, {row.content, row.name});
  erase(&State::trash_by_since, {row.since, row.name});
  erase(&State::trash, row.name);
  return {};
}

Result<std::vector<TrashRow>> MemoryIndex::trash_with_content(const ContentId& content,
                                                              std::size_t limit) {
  std::vector<TrashRow> rows;
  for (auto place = state_.trash_by_content.lower_bound({content, ""});
       place != state_.trash_by_content.end() && place->first.first == content &&
       rows.size() < limit;
       ++place) {
    rows.push_back(state_.trash.find(place->first.second)->second);
  }
  return rows;
}

Result<std::vector<TrashRow>> MemoryIndex::trash_before(WallTime since, std::size_t limit) {
  std::vector<TrashRow> rows;
  for (auto place = state_.trash_by_since.begin();
       place != state_.trash_by_since.end() && place->first.first < since && rows.size() < limit;
       ++place) {
    rows.push_back(state_.trash.find(place->first.second)->second);
  }
  return rows;
}

Result<Totals> MemoryIndex::trash_totals() { return state_.trash_totals; }

}  // namespace lansync
