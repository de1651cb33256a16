// Both indexes, given the same history, give the same answers.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/index/memory_index.h"
#include "core/os/sqlite_index.h"
#include "tests/core/index/index_fixture.h"
#include "tests/support/temporary_folder.h"

namespace lansync {
namespace {

constexpr std::array kPaths = {"a",       "a-",   "a/b", "a/b-",    "a/b/c",
                               "a/b/c/d", "a/b0", "a0",  "\xc3\xa9"};
constexpr int kAuthors = 3;
constexpr int kIds = 5;

// What to do, to what, and how: any three bytes are a step.
using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>;

RelativePath any_path(std::uint8_t byte) { return path_of(kPaths[byte % kPaths.size()]); }
int any_id(std::uint8_t byte) { return 1 + byte % kIds; }
Dot any_dot(std::uint8_t author, std::uint8_t counter) {
  return {author_of(author % kAuthors), std::uint64_t{1} + counter % 8};
}

class BothIndexes {
 public:
  BothIndexes() { reopen(); }

  void take(const Step& step) {
    const auto [action, what, how] = step;
    switch (action % 18) {
      case 0:
      case 1: append(what, how, file_change(any_path(what).text(), any_id(how))); break;
      case 2: append(what, how, delete_change(any_path(what).text())); break;
      case 3: both([&](Index& index) { return index.remove_head(any_dot(what, how)); }); break;
      case 4:
      case 5:
      case 6: put_disk(what, how); break;
      case 7: both([&](Index& index) { return index.remove_disk(any_path(what)); }); break;
      case 8: both([&](Index& index) { return index.put_pending({any_path(what), how}); }); break;
      case 9: both([&](Index& index) { return index.remove_pending(any_path(what)); }); break;
      case 10:
        both([&](Index& index) {
          return index.put_chunk_list(id_of<ContentId>(any_id(what)),
                                      chunks_of({any_id(how), any_id(what), any_id(how)}));
        });
        break;
      case 11: put_trash(what, how); break;
      case 12:
        both([&](Index& index) { return index.remove_trash(std::to_string(what % 4)); });
        break;
      case 13:
        both([&](Index& index) {
          return index.append_member_op(id_of<MemberOpHash>(any_id(what)), Bytes(how));
        });
        both([&](Index& index) { return index.put_fact(std::to_string(what % 4), Bytes(how)); });
        break;
      case 14: both([](Index& index) { return index.commit(); }); break;
      case 15: end_badly(how); break;
      case 16: complete(any_dot(what, how)); break;
      case 17: put_shown(what, how); break;
    }
  }

  void compare() {
    same([](Index& index) { return index.clock(); });
    same([](Index& index) { return index.disk_totals(); });
    same([](Index& index) { return index.pending_totals(); });
    same([](Index& index) { return index.trash_totals(); });
    same([](Index& index) { return index.member_ops(); });
    compare_paths();
    compare_logs();
    for (int id = 0; id <= kIds; ++id) {
      for (const std::size_t limit : {0U, 1U, 2U, 100U}) {
        same([&](Index& index) { return index.disk_with_content(id_of<ContentId>(id), limit); });
        same([&](Index& index) { return index.trash_with_content(id_of<ContentId>(id), limit); });
        same([&](Index& index) { return index.find_chunk(id_of<ChunkHash>(id), limit); });
        same([&](Index& index) { return index.trash_before(WallTime{id}, limit); });
      }
      same([&](Index& index) { return index.chunk_list(id_of<ContentId>(id)); });
      same([&](Index& index) { return index.fact(std::to_string(id)); });
    }
  }

 private:
  template <class Ask>
  void both(Ask ask) {
    const auto expected = ask(static_cast<Index&>(memory_));
    const auto found = ask(static_cast<Index&>(*sqlite_));
    RC_ASSERT(expected.has_value() && found.has_value());
    if constexpr (!std::is_void_v<typename decltype(expected)::value_type>) {
      RC_ASSERT(*expected == *found);
    }
  }
  template <class Ask>
  void same(Ask ask) {
    both(ask);
  }

  void append(std::uint8_t what, std::uint8_t how, const Change& change) {
    const Author author = author_of((what + how) % kAuthors);
    std::vector<Change> changes = {change, file_change(any_path(how).text(), any_id(what))};
    // Sometimes two changes, sometimes one.
    if (how % 3 != 0) changes.pop_back();
    SignedSegment made = next_segment(memory_, author, changes);
    const bool pruned = how % 7 == 0;
    const Dot first{author, made.header.first};
    bodies_[first] = std::get<Bytes>(made.segment.entries.front().body);
    if (pruned) prune(made.segment.entries.front());
    both([&](Index& index) { return index.append_segment(made.segment, made.header, made.hash); });
    for (std::size_t i = pruned ? 1 : 0; i < changes.size(); ++i) {
      both([&](Index& index) { return index.add_head(changes[i]); });
    }
  }

  void complete(const Dot& dot) {
    const auto body = bodies_.find(dot);
    if (body == bodies_.end()) return;
    both([&](Index& index) { return index.complete(dot, body->second); });
  }

  void put_disk(std::uint8_t what, std::uint8_t how) {
    DiskRow row = disk_file(any_path(what).text(), any_id(how), how);
    if (how % 5 == 0) row = disk_dir(row.path.text());
    if (how % 5 == 1) row.stat.kind = NodeKind::link;
    if (how % 3 == 0) row.source = any_path(how);
    for (std::uint8_t i = 0; i < how % 4; ++i) row.shown.push_back(any_dot(i, what));
    both([&](Index& index) { return index.put_disk(row); });
  }

  void put_shown(std::uint8_t what, std::uint8_t how) {
    std::vector<Dot> shown;
    for (std::uint8_t i = 0; i < how % 4; ++i) shown.push_back(any_dot(i, how));
    both([&](Index& index) { return index.put_shown(any_path(what), shown); });
  }

  void put_trash(std::uint8_t what, std::uint8_t how) {
    const TrashRow row = trash_file(std::to_string(what % 4), any_id(how), how % 3, how % kIds - 1);
    both([&](Index& index) { return index.put_trash(row); });
  }

  void end_badly(std::uint8_t how) {
    memory_.rollback();
    if (how % 2 == 0) {
      sqlite_->rollback();
    } else {
      reopen();
    }
    compare();
  }

  void reopen() {
    sqlite_.reset();
    auto opened = SqliteIndex::open((folder_.path() / "index.db").string());
    RC_ASSERT(opened.has_value());
    sqlite_ = *std::move(opened);
  }

  void compare_paths() {
    for (const std::size_t limit : {1U, 3U, 100U}) {
      same([&](Index& index) { return index.paths({}, limit); });
      same([&](Index& index) { return index.pending({}, limit); });
      same([&](Index& index) { return index.disk_beneath({}, {}, limit); });
    }
    same([](Index& index) { return index.disk_children({}); });
    same([](Index& index) { return index.has_live_beneath({}); });
    same([](Index& index) { return index.disk_copies(); });
    for (const char* text : kPaths) {
      const RelativePath path = path_of(text);
      same([&](Index& index) { return index.heads(path); });
      same([&](Index& index) { return index.has_live_beneath(path); });
      same([&](Index& index) { return index.paths(path, 2); });
      same([&](Index& index) { return index.disk(path); });
      same([&](Index& index) { return index.disk_children(path); });
      same([&](Index& index) { return index.disk_copies_of(path); });
      same([&](Index& index) { return index.pending(path, 2); });
      for (const char* after : kPaths) {
        same([&](Index& index) { return index.disk_beneath(path, path_of(after), 3); });
      }
    }
  }

  void compare_logs() {
    same([](Index& index) { return index.segments(0, 1000); });
    same([](Index& index) { return index.segments(2, 2); });
    const std::size_t count = memory_.segments(0, 1000)->size();
    for (std::uint64_t arrival = 1; arrival <= count; ++arrival) {
      same([&](Index& index) { return index.segment(arrival); });
    }
    for (std::uint8_t author = 0; author < kAuthors; ++author) {
      same([&](Index& index) { return index.log_end(author_of(author)); });
      for (std::uint8_t counter = 0; counter < 8; ++counter) {
        const Dot dot = any_dot(author, counter);
        same([&](Index& index) { return index.head(dot); });
        CausalClock clock;
        clock.advance(dot.author, dot.counter);
        same([&](Index& index) { return index.first_segment_beyond(clock); });
      }
    }
  }

  test::TemporaryFolder folder_;
  MemoryIndex memory_;
  std::map<Dot, Bytes> bodies_;  // Of the first entries of segments, as they last were.
  std::unique_ptr<SqliteIndex> sqlite_;
};

TEST_CASE("Both indexes give equal answers to any history", "[index]") {
  const bool held = rc::check([] {
    const auto steps = *rc::gen::arbitrary<std::vector<Step>>();
    BothIndexes indexes;
    for (const Step& step : steps) indexes.take(step);
    indexes.compare();
  });
  CHECK(held);
}

}  // namespace
}  // namespace lansync
