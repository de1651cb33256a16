// The changes that no other supersedes. What they say is in their logs; this table says where they
// are.
#include <algorithm>
#include <string>
#include <utility>

#include "core/base/assert.h"
#include "core/os/sqlite_index.h"

namespace lansync {

Result<bool> SqliteIndex::is_head(const Change& change) {
  Query query(prepared(Sql::is_head), {change.live(), change.path.text(),
                                       number_of(change.dot.author), change.dot.counter});
  return query.next();
}

Result<std::vector<Change>> SqliteIndex::heads(const RelativePath& path) {
  std::vector<Dot> dots;
  {
    Query query(prepared(Sql::heads), {path.text()});
    for (;;) {
      const auto row = query.next();
      if (!row) return row.error();
      if (!*row) break;
      const AuthorNumber author = query.bits(0);
      if (author == 0 || author > authors_.size()) return query.corrupt();
      dots.push_back({authors_[author - 1].author, query.bits(1)});
    }
  }
  std::ranges::sort(dots);
  std::vector<Change> changes;
  changes.reserve(dots.size());
  for (const Dot& dot : dots) {
    auto change = whole_change(dot);
    if (!change) return std::move(change).error();
    if (!*change || (**change).path != path) return corrupt();
    changes.push_back(**std::move(change));
  }
  return changes;
}

Result<std::optional<Change>> SqliteIndex::head(const Dot& dot) {
  auto change = whole_change(dot);
  if (!change || !*change) return change;
  const auto held = is_head(**change);
  if (!held) return held.error();
  if (!*held) return std::optional<Change>();
  return change;
}

Result<void> SqliteIndex::add_head(const Change& change) {
  const AuthorNumber author = number_of(change.dot.author);
  LANSYNC_ASSERT(author != 0 && change.dot.counter <= authors_[author - 1].end.counter);
  return write(Sql::add_head, {change.live(), change.path.text(), author, change.dot.counter});
}

Result<std::optional<RelativePath>> SqliteIndex::remove_head(const Dot& dot) {
  const auto change = head(dot);
  if (!change) return change.error();
  const AuthorNumber author = number_of(dot.author);
  if (!*change) {
    if (auto noted = write(Sql::note_superseded, {author, dot.counter}); !noted)
      return noted.error();
    return std::optional<RelativePath>();
  }

  SegmentEntry entry;
  {
    Query query(prepared(Sql::entry), {author, dot.counter});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return query.corrupt();
    entry.body = to_bytes(query.blob(2));
  }
  prune(entry);
  const auto pruned =
      write(Sql::prune_entry, {author, dot.counter, std::get<BodyHash>(entry.body)});
  if (!pruned) return pruned.error();
  const RelativePath& path = (**change).path;
  const auto removed =
      write(Sql::remove_head, {(**change).live(), path.text(), author, dot.counter});
  if (!removed) return removed.error();
  return std::optional(path);
}

Result<bool> SqliteIndex::complete(const Dot& dot, ByteView body) {
  const AuthorNumber author = number_of(dot.author);
  {
    Query query(prepared(Sql::entry), {author, dot.counter});
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row || query.bits(0) != kCamePruned) return false;
    const auto hash = query.id<BodyHash>(2);
    if (!hash) return hash.error();
    if (*hash != body_hash(body)) return query.corrupt();
  }
  if (auto done = write(Sql::complete_entry, {author, dot.counter, body}); !done) {
    return std::move(done).error();
  }
  return true;
}

Result<bool> SqliteIndex::has_live_beneath(const RelativePath& dir) {
  const PathRange range = range_beneath(dir);
  Query query(prepared(Sql::has_live_beneath), {range.after, range.before});
  return query.next();
}

Result<std::vector<RelativePath>> SqliteIndex::paths(const RelativePath& after, std::size_t limit) {
  std::vector<RelativePath> paths;
  Query query(prepared(Sql::paths), {after.text(), limit});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return paths;
    auto path = path_of(query, 0);
    if (!path) return std::move(path).error();
    paths.push_back(*std::move(path));
  }
}

}  // namespace lansync
