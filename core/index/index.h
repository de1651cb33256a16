// What a device remembers about one share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/chunk/chunk_list.h"
#include "core/fs/file_system.h"
#include "core/index/change.h"
#include "core/index/segment.h"

namespace lansync {

// Whether an error is one of an index's own: damaged, in use, or the operating system's. What is
// wrong with a message or a segment has none of these codes.
inline bool is_index_failure(const Error& error) {
  return error.code.category() != lansync_category() || error.code == Errc::corrupt ||
         error.code == Errc::busy || error.code == Errc::unsupported;
}

// What was last seen or installed at a path of the disk, and which changes it displays there.
struct DiskRow {
  RelativePath path;
  FileStat stat;
  ContentId content;  // Files and links; zero for directories.
  ChunkClass chunk_class = ChunkClass::kib64;
  // The file was hashed so soon after its mtime that a later write could carry the same time: look
  // again even if its stat is the same.
  bool racy = false;
  // The path whose heads it displays: itself, unless it is a conflict copy.
  RelativePath source;
  // The changes that a person looking at this path sees, and supersedes by an edit.
  std::vector<Dot> shown;

  friend bool operator==(const DiskRow&, const DiskRow&) = default;
};

// A path whose heads ask for something else than the disk displays (at the path itself or in its
// conflict copies), and the bytes that it takes.
struct PendingRow {
  RelativePath path;
  std::uint64_t bytes = 0;

  friend bool operator==(const PendingRow&, const PendingRow&) = default;
};

// What a step that was begun makes of a path: the row that it will have, with no inode yet, or
// nothing; and under which name what was there goes to the trash, if anything was.
struct Intent {
  RelativePath path;
  std::optional<DiskRow> becomes;
  std::string trash;

  friend bool operator==(const Intent&, const Intent&) = default;
};

struct TrashRow {
  std::string name;   // In the trash folder.
  RelativePath path;  // Where it was.
  ContentId content;
  std::uint64_t bytes = 0;
  WallTime since;

  friend bool operator==(const TrashRow&, const TrashRow&) = default;
};

struct ChunkLocation {
  ContentId content;
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const ChunkLocation&, const ChunkLocation&) = default;
};

struct Totals {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const Totals&, const Totals&) = default;
};

// Where a segment stands in the order in which this device integrated them: causes before effects.
struct SegmentPlace {
  std::uint64_t arrival = 0;  // From 1, growing; never reused.
  Author author;
  std::uint64_t first = 0;
  std::uint32_t count = 0;

  friend bool operator==(const SegmentPlace&, const SegmentPlace&) = default;
};

// The last link of an author's chain.
struct LogEnd {
  std::uint64_t counter = 0;
  SegmentHash hash;

  friend bool operator==(const LogEnd&, const LogEnd&) = default;
};

// The largest value of a fact.
inline constexpr std::size_t kFactBytesMax = std::size_t{64} << 10;

// A store of observations and changes, never of work to do (the pending rows are derived from the
// others and can be made anew).
//
// Writes gather in one transaction, which the first of them opens: reads see them at once, commit()
// makes them durable all together or not at all, rollback() forgets them. Clock, heads and disk
// rows that belong together are therefore written before the same commit().
//
// Two implementations: index/memory_index for tests and simulation, os/sqlite_index for real.
// Owned by one share's engine, on its thread; not thread-safe. An error from any method means the
// store is damaged or the disk is full (is_index_failure()): roll back, and stop working on the
// share. Only who asks for a segment that there is not gets not_found.
class Index {
 public:
  virtual ~Index() = default;

  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;

  // What is wrong with the store itself, in words for a person; nothing if all is well. Reads
  // everything: it takes a while, in one piece.
  virtual Result<std::vector<std::string>> damage() { return std::vector<std::string>(); }

  // --- Small facts by name (at most kFactBytesMax each) ---
  virtual Result<std::optional<Bytes>> fact(std::string_view name) = 0;
  virtual Result<void> put_fact(std::string_view name, ByteView value) = 0;

  // --- Logs ---
  virtual Result<CausalClock> clock() = 0;
  virtual Result<LogEnd> log_end(const Author& author) = 0;  // Zero if nothing is known.
  // Stores the entries as they are and moves clock() and log_end(). Requires the segment to follow
  // its author's log_end() without a gap; `hash` is its segment_hash().
  virtual Result<void> append_segment(const Segment& segment, const SegmentHeader& header,
                                      const SegmentHash& hash) = 0;
  // Places of segments with arrival > `after`, in order, at most `limit`.
  virtual Result<std::vector<SegmentPlace>> segments(std::uint64_t after, std::size_t limit) = 0;
  // The arrival of the first segment of which `clock` lacks something; nothing if it has all.
  virtual Result<std::optional<std::uint64_t>> first_segment_beyond(const CausalClock& clock) = 0;
  // The segment as it is now: entries that are no heads any more come pruned.
  virtual Result<Segment> segment(std::uint64_t arrival) = 0;

  // --- Heads: the changes that no other supersedes ---
  virtual Result<std::vector<Change>> heads(const RelativePath& path) = 0;  // Sorted by dot.
  virtual Result<std::optional<Change>> head(const Dot& dot) = 0;
  // Requires the change's entry to be stored (append_segment) and whole.
  virtual Result<void> add_head(const Change& change) = 0;
  // The dot was superseded: prunes its entry. Returns nothing if it was no head.
  virtual Result<std::optional<RelativePath>> remove_head(const Dot& dot) = 0;
  // Makes an entry whole that came pruned, if nothing has superseded it since (remove_head); `body`
  // must have its hash. False, and nothing happens, for every other dot. It is no head by that.
  virtual Result<bool> complete(const Dot& dot, ByteView body) = 0;
  // Whether anything beneath `dir` has a live() head.
  virtual Result<bool> has_live_beneath(const RelativePath& dir) = 0;
  // Paths that have heads, in order, after `after` (root: from the start).
  virtual Result<std::vector<RelativePath>> paths(const RelativePath& after, std::size_t limit) = 0;

  // --- Disk ---
  virtual Result<std::optional<DiskRow>> disk(const RelativePath& path) = 0;
  virtual Result<std::vector<DiskRow>> disk_children(const RelativePath& dir) = 0;  // By name.
  // Everything beneath `dir` at any depth, by path, after `after`.
  virtual Result<std::vector<DiskRow>> disk_beneath(const RelativePath& dir,
                                                    const RelativePath& after,
                                                    std::size_t limit) = 0;
  virtual Result<std::vector<DiskRow>> disk_with_content(const ContentId& content,
                                                         std::size_t limit) = 0;
  // The conflict copies on disk that display heads of `source`.
  virtual Result<std::vector<DiskRow>> disk_copies_of(const RelativePath& source) = 0;
  // How many conflict copies there are, of whatever.
  virtual Result<std::uint64_t> disk_copies() = 0;
  virtual Result<void> put_disk(const DiskRow& row) = 0;
  // What a row shows; the rest of it stays. Nothing happens if there is no row.
  virtual Result<void> put_shown(const RelativePath& path, const std::vector<Dot>& shown) = 0;
  virtual Result<void> remove_disk(const RelativePath& path) = 0;
  virtual Result<Totals> disk_totals() = 0;  // Files only; kept up to date, not counted.

  // --- Intents: steps whose end was not recorded ---
  virtual Result<void> put_intent(const Intent& intent) = 0;  // One for each path, the last.
  virtual Result<void> remove_intent(const RelativePath& path) = 0;
  virtual Result<std::vector<Intent>> intents() = 0;  // By path.

  // --- Pending ---
  virtual Result<void> put_pending(const PendingRow& row) = 0;
  virtual Result<void> remove_pending(const RelativePath& path) = 0;
  virtual Result<std::vector<PendingRow>> pending(const RelativePath& after, std::size_t limit) = 0;
  virtual Result<Totals> pending_totals() = 0;

  // --- Contents ---
  // Lists of less than two chunks are not kept: the content id and the size say the same.
  virtual Result<void> put_chunk_list(const ContentId& content, const ChunkList& list) = 0;
  virtual Result<std::optional<ChunkList>> chunk_list(const ContentId& content) = 0;
  // Contents with the chunk of which there is a file on the disk or in the trash, by the rows.
  virtual Result<std::vector<ChunkLocation>> find_chunk(const ChunkHash& hash,
                                                        std::size_t limit) = 0;

  // --- Trash ---
  virtual Result<void> put_trash(const TrashRow& row) = 0;
  virtual Result<void> remove_trash(std::string_view name) = 0;
  virtual Result<std::vector<TrashRow>> trash_with_content(const ContentId& content,
                                                           std::size_t limit) = 0;
  virtual Result<std::vector<TrashRow>> trash_before(WallTime since, std::size_t limit) = 0;
  virtual Result<Totals> trash_totals() = 0;

  // --- Membership log, in the order it was learned (causes before effects) ---
  virtual Result<void> append_member_op(const MemberOpHash& hash, ByteView op) = 0;
  virtual Result<std::vector<Bytes>> member_ops() = 0;

  // Forgets everything else, as if the index were new.
  virtual Result<void> forget_all_but_members() = 0;
};

}  // namespace lansync
