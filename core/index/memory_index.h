// An index that lives and dies with the process.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/index/index.h"

namespace lansync {

// The Index of tests and simulations: the same answers as os/sqlite_index in the same order, at no
// cost to make. A copy is independent of the original, uncommitted writes included.
class MemoryIndex final : public Index {
 public:
  // The process or the machine dies: what is not committed is lost.
  void crash() { rollback(); }

  Result<void> commit() override;
  void rollback() override;

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
  struct StoredSegment {
    SegmentPlace place;
    Bytes header;
    Bytes signature;
  };
  // Ordered maps only: equal histories give equal answers, bit for bit. Paths are keyed by their
  // text, which can be compared with what is no path ("dir/").
  struct State {
    std::map<std::string, Bytes, std::less<>> facts;
    std::map<Author, LogEnd> log_ends;
    std::map<std::uint64_t, StoredSegment> segments;                           // By arrival.
    std::map<std::pair<Author, std::uint64_t>, std::uint64_t> segment_firsts;  // To arrival.
    std::map<Dot, SegmentEntry> entries;
    std::map<Dot, bool> came_pruned;  // And nothing that supersedes them has come.
    std::map<std::pair<std::string, Dot>, Change> heads;
    std::map<Dot, std::string> head_paths;
    std::map<std::string, DiskRow> disk;
    std::map<std::pair<ContentId, std::string>, bool> disk_by_content;
    std::map<std::pair<std::string, std::string>, bool> copies;  // (source, path)
    std::map<std::string, Intent> intents;
    std::map<std::string, PendingRow> pending;
    std::map<ContentId, ChunkList> contents;
    // By order of arrival, as there may be many contents with a chunk and a caller wants a few.
    std::map<std::pair<ChunkHash, std::uint64_t>, ChunkLocation> chunks;
    std::map<std::string, TrashRow, std::less<>> trash;
    std::map<std::pair<ContentId, std::string>, bool> trash_by_content;
    std::map<std::pair<WallTime, std::string>, bool> trash_by_since;
    std::map<std::uint64_t, Bytes> member_ops;
    std::map<MemberOpHash, std::uint64_t> member_op_places;
    Totals disk_totals;
    Totals pending_totals;
    Totals trash_totals;
  };

  // Every write goes through one of these, which remember how to take it back.
  template <class Map>
  void put(Map State::* map, const typename Map::key_type& key, typename Map::mapped_type value);
  template <class Map>
  void erase(Map State::* map, const typename Map::key_type& key);
  void add_to(Totals State::* totals, std::uint64_t bytes);
  void take_from(Totals State::* totals, std::uint64_t bytes);

  // The size of a file in one chunk that has this content id, if one is known.
  [[nodiscard]] bool is_here(const ContentId& content) const;
  [[nodiscard]] std::optional<std::uint32_t> whole_file_bytes(const ContentId& content) const;

  State state_;
  std::vector<std::function<void(State&)>> undo_;
};

template <class Map>
void MemoryIndex::put(Map State::* map, const typename Map::key_type& key,
                      typename Map::mapped_type value) {
  Map& values = state_.*map;
  const auto [place, added] = values.try_emplace(key, value);
  if (added) {
    undo_.push_back([map, key](State& state) { (state.*map).erase(key); });
    return;
  }
  undo_.push_back([map, key, before = std::move(place->second)](State& state) {
    (state.*map).insert_or_assign(key, before);
  });
  place->second = std::move(value);
}

template <class Map>
void MemoryIndex::erase(Map State::* map, const typename Map::key_type& key) {
  Map& values = state_.*map;
  const auto place = values.find(key);
  if (place == values.end()) return;
  undo_.push_back([map, key = place->first, before = std::move(place->second)](State& state) {
    (state.*map).insert_or_assign(key, before);
  });
  values.erase(place);
}

}  // namespace lansync
