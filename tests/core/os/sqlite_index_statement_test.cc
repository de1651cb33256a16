// An index whose SQLite fails, whichever call it is: it says so, and goes on when told to.
#include <optional>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "tests/core/os/failing_disk.h"
#include "tests/core/os/failing_statements.h"
#include "tests/core/os/index_life.h"

namespace lansync {
namespace {

using test::Failed;
using test::FailingStatement;

constexpr std::uint64_t kCallsMax = 3000;  // Nothing comes near.
constexpr int kNoFile = -1;

struct Way {
  const char* name;
  Failed failed;
  bool lasting;
};

constexpr Way kWays[] = {{"and does nothing", Failed::undone, false},
                         {"and ends the transaction", Failed::ended, false},
                         {"but is done", Failed::done, false},
                         {"as do all after it", Failed::undone, true},
                         {"and ends the transaction, and all after it fail", Failed::ended, true}};

// What SQLite may say, and what that is called here.
struct Said {
  int code;
  std::error_code meant;
};

const Said kSaid[] = {
    {SQLITE_FULL, std::make_error_code(std::errc::no_space_on_device)},
    {SQLITE_NOMEM, std::make_error_code(std::errc::not_enough_memory)},
    {SQLITE_READONLY, std::make_error_code(std::errc::read_only_file_system)},
    {SQLITE_BUSY, make_error_code(Errc::busy)},
    {SQLITE_CORRUPT, make_error_code(Errc::corrupt)},
};

// A file with an index that has so many generations.
class Template {
 public:
  explicit Template(int generations) : generations_(generations) {
    if (generations == kNoFile) return;
    const DatabaseFile database;
    {
      const auto index = database.opened();
      for (int i = 0; i < generations; ++i) REQUIRE(write_generation(*index, i));
    }
    bytes_ = read_file(database.path());
  }
  void copy_to(const DatabaseFile& database) const {
    if (generations_ != kNoFile) write_file(database.path(), bytes_);
  }
  [[nodiscard]] int generations() const { return generations_ == kNoFile ? 0 : generations_; }

 private:
  int generations_;
  std::string bytes_;
};

// After a failure, before and after the index is told to roll back.
void check_refusal(SqliteIndex& index, const FailingStatement& failing, const Way& way,
                   bool commits_first) {
  // It would be committed without what was written before.
  if (way.lasting || failing.has_ended_transaction()) {
    if (commits_first && failing.has_ended_transaction()) CHECK_FALSE(index.commit());
    CHECK_FALSE(index.put_fact("late", {}));
    CHECK_FALSE(index.commit());
  }
  index.rollback();
  if (way.lasting) {
    CHECK_FALSE(index.put_fact("late", {}));
    CHECK_FALSE(index.commit());
  }
}

// Returns whether there was an n-th call.
bool survives(const Template& before, std::uint64_t n, const Said& said, const Way& way) {
  INFO("call " << n << " fails with " << said.code << ' ' << way.name);
  const DatabaseFile database;
  before.copy_to(database);
  const int next = before.generations();
  std::optional<FailingStatement> failing;
  failing.emplace(n, said.code, way.failed, way.lasting);
  auto index = database.open();
  Result<void> lived;
  if (index) lived = read_everything(**index);
  if (index && lived) lived = write_generation(**index, next);
  const bool happened = failing->happened();
  const bool failed = !index || !lived;
  CHECK(failed == happened);
  if (failed) {
    const Error& error = index ? lived.error() : index.error();
    CHECK(error.code == said.meant);
    CHECK(error.context.find("database '") != std::string::npos);
  }
  if (index && !lived) check_refusal(**index, *failing, way, n % 2 == 0);
  failing.reset();

  if (!index) {
    index = database.open();
  } else if (!lived) {
    (*index)->rollback();
  }
  REQUIRE(index);
  const int found = generations_of(**index).value();
  const bool made = !failed || way.failed == Failed::done;
  CHECK((found == next || (made && found == next + 1)));
  check_generations(**index, found);
  if (found == next) CHECK(write_generation(**index, next));
  check_generations(**index, next + 1);
  CHECK_FALSE((*index)->fact("late").value());
  index->reset();
  check_sound(database, next + 1);
  return happened;
}

TEST_CASE("Whichever call of SQLite fails, an index says so, and after a rollback all is well",
          "[sqlite_index]") {
  const test::FailingDisk disk;  // For its syncs.
  const auto sweep = [](const Template& before, const Said& said, const Way& way) {
    std::uint64_t n = 1;
    while (survives(before, n, said, way)) REQUIRE(++n < kCallsMax);
    CHECK(n > 100);
  };
  const Template none(kNoFile);
  const Template one(1);
  for (const Way& way : kWays) {
    sweep(none, kSaid[0], way);
    sweep(one, kSaid[0], way);
  }
  for (const Said& said : kSaid) sweep(one, said, kWays[0]);
}

TEST_CASE("Whichever call of SQLite fails, everything is forgotten or nothing", "[sqlite_index]") {
  constexpr int kGenerations = 2;
  const test::FailingDisk disk;  // For its syncs.
  const Template before(kGenerations);
  const auto is_forgotten = [](SqliteIndex& index) {
    return index.disk_beneath({}, {}, 100)->empty() && index.disk_totals().value() == Totals{} &&
           index.segments(0, 100)->empty() && index.log_end(author_of(0))->counter == 0 &&
           index.member_ops()->size() == kGenerations;
  };
  for (const Way& way : kWays) {
    bool happened = true;
    for (std::uint64_t n = 1; happened; ++n) {
      REQUIRE(n < kCallsMax);
      INFO("call " << n << " fails " << way.name);
      const DatabaseFile database;
      before.copy_to(database);
      const auto index = database.opened();
      std::optional<FailingStatement> failing;
      failing.emplace(n, SQLITE_FULL, way.failed, way.lasting);
      auto done = index->forget_all_but_members();
      if (done) done = index->commit();
      happened = failing->happened();
      CHECK(done.has_value() != happened);
      if (!done) check_refusal(*index, *failing, way, n % 2 == 0);
      failing.reset();
      index->rollback();
      const bool forgotten = is_forgotten(*index);
      CHECK((!forgotten || done || way.failed == Failed::done));
      if (!forgotten) {
        check_generations(*index, kGenerations);
        CHECK(index->forget_all_but_members());
        CHECK(index->commit());
        CHECK(is_forgotten(*index));
      }
    }
  }
}

}  // namespace
}  // namespace lansync
