#include "core/sync/plan.h"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "core/sync/deletion_brake.h"
#include "core/sync/fingerprint.h"
#include "tests/support/toy_device.h"

namespace lansync::test {
namespace {

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

Change head_of(std::uint64_t counter, std::int64_t at, const ContentId& content) {
  Change change;
  change.dot.author.device.bytes.front() = std::byte{1};
  change.dot.counter = counter;
  change.path = path_of("f.txt");
  change.content = content;
  change.edited_at = WallTime{at};
  return change;
}

class EverybodyIsAnna : public CopyNames {
 public:
  std::string author_name(const DeviceId&) const override { return "Anna"; }
  Result<bool> taken(const RelativePath& path) const override {
    return std::ranges::find(taken_names, path.text()) != taken_names.end();
  }
  std::vector<std::string> taken_names;
};

std::vector<std::string> places(const std::vector<Step>& steps) {
  std::vector<std::string> all;
  for (const Step& step : steps) all.push_back(step.path.text());
  std::ranges::sort(all);
  return all;
}

// Where the copies of these versions go, of which the last wins.
std::vector<std::string> copies_of(std::vector<Change> heads, const EverybodyIsAnna& names) {
  PathState state;
  state.path = path_of("f.txt");
  state.heads = std::move(heads);
  const auto steps = plan(state, names).value();
  for (const Step& step : steps) CHECK(step.kind == StepKind::install);
  std::vector<std::string> all = places(steps);
  std::erase(all, "f.txt");
  return all;
}

TEST_CASE("Conflict copies of one name each get a place of their own", "[sync][plan]") {
  // Of the same minute, by the same author; until two of them have the same first digits.
  const EverybodyIsAnna names;
  const Change winner = head_of(100'000, 100'000, toy_content("new"));
  std::map<std::string, Change> by_name;
  for (std::uint64_t i = 1; i < 100'000; ++i) {
    const Change loser = head_of(i, 1, toy_content(std::to_string(i)));
    const std::string name = copies_of({loser, winner}, names).front();
    const auto [other, fresh] = by_name.emplace(name, loser);
    if (fresh) continue;
    const auto both = copies_of({other->second, loser, winner}, names);
    REQUIRE(both.size() == 2);
    CHECK(both[0] != both[1]);
    CHECK(both[0].substr(0, 38) == both[1].substr(0, 38));
    return;
  }
  FAIL("no two names began alike");
}

TEST_CASE("Equal bytes that lost at two paths get two names", "[sync][plan]") {
  const EverybodyIsAnna names;
  const Change winner = head_of(3, 3, toy_content("new"));
  CHECK(copies_of({head_of(1, 1, ContentId{}), winner}, names) !=
        copies_of({head_of(2, 1, ContentId{}), winner}, names));
}

TEST_CASE("A conflict copy keeps out of an ordinary file's way", "[sync][plan]") {
  const std::vector<Change> heads{head_of(1, 1, ContentId{}), head_of(2, 2, toy_content("new"))};
  EverybodyIsAnna names;
  names.taken_names = copies_of(heads, names);
  const auto copies = copies_of(heads, names);
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].size() == names.taken_names[0].size() + 6);
}

TEST_CASE("A conflict copy finds a name when all digits of its version's hash are taken",
          "[sync][plan]") {
  const std::vector<Change> heads{head_of(1, 1, ContentId{}), head_of(2, 2, toy_content("new"))};
  EverybodyIsAnna names;
  for (int i = 0; i < 12; ++i) {
    const auto copies = copies_of(heads, names);
    REQUIRE(copies.size() == 1);
    REQUIRE_FALSE(names.taken(path_of(copies[0])).value());
    names.taken_names.push_back(copies[0]);
  }
}

TEST_CASE("A path whose newest version has not arrived is left as it is", "[sync][plan]") {
  PathState state;
  state.path = path_of("f.txt");
  state.row = DiskRow{};
  state.row->path = state.row->source = state.path;
  EverybodyIsAnna names;
  CHECK(plan(state, names).value().empty());
  // Once something says that it is gone, it goes.
  Change gone = head_of(1, 1, {});
  gone.kind = ChangeKind::deleted;
  state.heads = {gone};
  state.row->stat.kind = NodeKind::file;
  const auto steps = plan(state, names).value();
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == StepKind::remove);
}

TEST_CASE("A copy goes when what it is a copy of is there, not while its place is made free",
          "[sync][plan]") {
  const Change version = head_of(1, 1, toy_content("the only bytes"));
  DiskRow copy;
  copy.path = path_of("f (conflict).txt");
  copy.source = version.path;
  copy.stat.kind = NodeKind::file;
  copy.content = version.content;
  PathState state;
  state.path = version.path;
  state.heads = {version};
  state.copies = {copy};
  state.row = DiskRow{};
  state.row->path = state.row->source = state.path;
  state.row->stat.kind = NodeKind::dir;
  const EverybodyIsAnna names;
  const auto steps = plan(state, names).value();
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == StepKind::remove_dir);
  state.row.reset();
  CHECK(places(plan(state, names).value()).size() == 2);
  // Of what does not come nothing is kept.
  state.row = copy;
  state.row->path = state.row->source = state.path;
  state.row->stat.kind = NodeKind::dir;
  state.copies[0].content = toy_content("another's");
  CHECK(places(plan(state, names).value()).size() == 2);
}

TEST_CASE("What a projection shows does not depend on the order of the heads", "[sync][plan]") {
  std::vector<Change> heads;
  for (std::uint64_t i = 0; i < 6; ++i) {
    heads.push_back(
        head_of(i + 1, static_cast<std::int64_t>(i % 3), toy_content(std::to_string(i % 4))));
    heads.back().mode = static_cast<std::uint32_t>(0600 + i);
    heads.back().mode_at = WallTime{static_cast<std::int64_t>(7 * i % 5)};
  }
  heads[1].kind = ChangeKind::metadata;
  heads[2].kind = ChangeKind::deleted;
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  const Projection expected = project(heads, false);
  do {
    std::vector<Change> shuffled;
    for (const std::size_t i : order) shuffled.push_back(heads[i]);
    REQUIRE(project(shuffled, false) == expected);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("The brake holds what is more than 200 files and more than a fifth", "[sync][brake]") {
  struct Row {
    int deleted, moved;
    std::uint64_t files;
    bool holds;
  };
  for (const Row& row : {Row{0, 0, 0, false},
                         {1, 0, 1, false},
                         {200, 0, 200, false},
                         {201, 0, 201, true},
                         {201, 0, 1004, true},
                         {201, 0, 1005, false},
                         {5000, 0, 20'000, true},
                         {5000, 5000, 5000, false},
                         {5000, 4800, 5000, false},
                         {5000, 4000, 5000, false},
                         {5000, 3999, 5000, true}}) {
    DeletionBrake brake;
    for (int i = 0; i < row.deleted; ++i) brake.deleted(toy_content(std::to_string(i)));
    for (int i = 0; i < row.moved; ++i) brake.created(toy_content(std::to_string(i)));
    CHECK(brake.deletions() == static_cast<std::uint64_t>(row.deleted - row.moved));
    CHECK(brake.holds(row.files) == row.holds);
  }
}

TEST_CASE("A fingerprint follows heads in any order and forgets what is removed",
          "[sync][fingerprint]") {
  std::vector<Change> heads;
  for (std::uint64_t i = 1; i <= 20; ++i) heads.push_back(head_of(i, 0, {}));
  Fingerprint forward;
  Fingerprint backward;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Change& last = heads[heads.size() - 1 - i];
    forward.add(heads[i].dot, heads[i].path);
    backward.add(last.dot, last.path);
  }
  CHECK(forward == backward);
  CHECK(Fingerprint::from(forward.view()) == forward);
  CHECK(Fingerprint::from(forward.view().first(31)) == Fingerprint{});
  Fingerprint other = forward;
  other.remove(heads[3].dot, heads[3].path);
  CHECK_FALSE(other == forward);
  other.add(heads[3].dot, path_of("elsewhere"));
  CHECK_FALSE(other == forward);
  for (const Change& head : heads) forward.remove(head.dot, head.path);
  CHECK(forward == Fingerprint{});
}

}  // namespace
}  // namespace lansync::test
