// A look at what steps that were cut short took along, though it was a person's.
#include <algorithm>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/job_runner.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

Result<Listing> look(MemoryFileSystem& fs, const ListJob& job) {
  JobResult result = JobRunner(fs).run({JobId{1}, job});
  return std::get<Result<Listing>>(std::move(result));
}

TEST_CASE("A look gives back what an interrupted removal took along", "[engine][job]") {
  MemoryFileSystem fs;
  const RelativePath path = path_of("f");
  REQUIRE(fs.user_write("f", "to be removed"));
  const FileIdentity to_remove = FileIdentity::of(*fs.stat(path));
  ListJob job{RelativePath(), *fs.root_identity(), {{path, "gone", to_remove}}};

  SECTION("if it is not what was to be removed") {
    REQUIRE(fs.user_write("f", "a person's"));
    REQUIRE(fs.move_to_trash(path, "gone"));
    SECTION("where nothing is") {
      const auto listing = look(fs, job);
      REQUIRE(listing);
      CHECK(listing->entries.size() == 1);
      CHECK_FALSE(listing->displaced.at(path));
      CHECK(fs.trash_snapshot().empty());
    }
    SECTION("unless somebody has been there since") {
      REQUIRE(fs.user_write("f", "a person's next"));
      const auto listing = look(fs, job);
      REQUIRE(listing);
      CHECK_FALSE(listing->displaced.at(path));
      const SeenTree tree = fs.snapshot();
      CHECK(tree.at("f").content == "a person's next");
      REQUIRE(tree.size() == 2);
      CHECK(tree.rbegin()->second.content == "a person's");
    }
    SECTION("unless it cannot") {
      fs.fail_call(DiskOperation::move_from_trash, 1, make_error_code(std::errc::io_error));
      CHECK_FALSE(look(fs, job));
      CHECK(fs.trash_snapshot().size() == 1);
    }
    SECTION("unless nobody knows what was to be removed") {
      job.doubtful.front().displaces.reset();
      REQUIRE(look(fs, job));
      CHECK(fs.snapshot().empty());
    }
  }
  SECTION("and nothing else") {
    REQUIRE(fs.move_to_trash(path, "gone"));
    const auto listing = look(fs, job);
    REQUIRE(listing);
    CHECK(listing->displaced.at(path) == to_remove);
    CHECK(fs.snapshot().empty());
  }
}

TEST_CASE("What has lost its directory meanwhile is given back above it", "[engine][job]") {
  MemoryFileSystem fs;
  const RelativePath path = path_of("top/dir/f");
  REQUIRE((fs.user_mkdir("top") && fs.user_mkdir("top/dir")));
  REQUIRE(fs.user_write("top/dir/f", "to be removed"));
  const DoubtfulEntry entry{path, "gone", FileIdentity::of(*fs.stat(path))};
  REQUIRE(fs.user_write("top/dir/f", "a person's"));
  REQUIRE(fs.move_to_trash(path, "gone"));
  REQUIRE(fs.user_remove("top/dir"));
  std::string above = "top/f (conflict ";
  SECTION("where it is gone") {}
  SECTION("where something else took its place") { REQUIRE(fs.user_write("top/dir", "a file")); }
  SECTION("where that has lost its own") {
    REQUIRE(fs.user_remove("top"));
    above = "f (conflict ";
  }
  const ListJob job{path_of("top/dir"), *fs.root_identity(), {entry}};
  CHECK_FALSE(look(fs, job));
  CHECK(fs.trash_snapshot().empty());
  SeenTree tree = fs.snapshot();
  const auto is_given_back = [&](const auto& seen) {
    return seen.first.starts_with(above) && seen.second.content == "a person's";
  };
  CHECK(std::ranges::count_if(tree, is_given_back) == 1);
  SECTION("once") {
    CHECK_FALSE(look(fs, job));
    CHECK(fs.snapshot() == tree);
  }
  SECTION("for good") {
    fs.lose_power([](std::size_t choices) { return choices - 1; });
    tree = fs.snapshot();
    CHECK(std::ranges::count_if(tree, is_given_back) == 1);
  }
}

// A file that was to replace another, and was exchanged with what a person had there by then.
struct ExchangedAndCutShort {
  ExchangedAndCutShort() {
    REQUIRE(fs.user_write("f", "to be replaced"));
    const FileIdentity displaces = FileIdentity::of(*fs.stat(path));
    REQUIRE(fs.user_write("f", "a person's"));
    const auto staged = fs.open_stage("claimed-gone");
    REQUIRE((*staged)->write_at(0, as_bytes("installed")));
    REQUIRE((*staged)->set_mode_and_mtime(0644, WallTime{77}));
    FileStat installs = *(*staged)->stat();
    installs.inode = 0;
    REQUIRE(fs.exchange("claimed-gone", path));
    job = {RelativePath(), *fs.root_identity(), {{path, "gone", displaces, installs}}};
  }

  std::string shown() { return fs.snapshot().at("f").content; }
  std::string kept() { return fs.trash_snapshot().at("gone").content; }

  MemoryFileSystem fs;
  const RelativePath path = path_of("f");
  ListJob job;
};

TEST_CASE("A look gives back what an interrupted installation took along", "[engine][job]") {
  ExchangedAndCutShort cut;
  SECTION("where what it installed is") {
    const auto listing = look(cut.fs, cut.job);
    REQUIRE(listing);
    CHECK(cut.shown() == "a person's");
    CHECK(cut.kept() == "installed");
    SECTION("and once only") {
      REQUIRE(look(cut.fs, cut.job));
      CHECK(cut.shown() == "a person's");
    }
  }
  SECTION("where nothing is") {
    REQUIRE(cut.fs.user_remove("f"));
    REQUIRE(look(cut.fs, cut.job));
    CHECK(cut.shown() == "a person's");
    CHECK(cut.fs.trash_snapshot().empty());
  }
  SECTION("where what it installed goes in this moment") {
    cut.fs.before_each([&](DiskOperation operation) {
      if (operation == DiskOperation::exchange_with_trash) REQUIRE(cut.fs.user_remove("f"));
    });
    REQUIRE(look(cut.fs, cut.job));
    CHECK(cut.shown() == "a person's");
    CHECK(cut.fs.snapshot().size() == 1);
    CHECK(cut.fs.trash_snapshot().empty());
  }
  SECTION("unless somebody has been there since") {
    REQUIRE(cut.fs.user_write("f", "a person's next"));
    REQUIRE(look(cut.fs, cut.job));
    CHECK(cut.shown() == "a person's next");
    CHECK(cut.kept() == "a person's");
  }
  SECTION("and beside it, once it is known that who has been there since wrote another version") {
    REQUIRE(cut.fs.user_write("f", "a person's next"));
    cut.job.doubtful.front().stays = true;
    cut.job.doubtful.front().author = "Anna";
    REQUIRE(look(cut.fs, cut.job));
    CHECK(cut.shown() == "a person's next");
    CHECK(cut.fs.trash_snapshot().empty());
    const SeenTree tree = cut.fs.snapshot();
    REQUIRE(tree.size() == 2);
    CHECK(tree.rbegin()->first.starts_with("f (conflict "));
    CHECK(tree.rbegin()->first.find(" Anna ") != std::string::npos);
    CHECK(tree.rbegin()->second.content == "a person's");
  }
  SECTION("unless somebody is there in this moment") {
    int trades = 0;
    cut.fs.before_each([&](DiskOperation operation) {
      const bool first = operation == DiskOperation::exchange_with_trash && ++trades == 1;
      if (first) REQUIRE(cut.fs.user_write("f", "a person's next"));
    });
    REQUIRE(look(cut.fs, cut.job));
    CHECK(trades == 2);
    CHECK(cut.shown() == "a person's next");
    CHECK(cut.kept() == "a person's");
  }
  SECTION("unless nobody knows what was to be replaced") {
    cut.job.doubtful.front().displaces.reset();
    REQUIRE(look(cut.fs, cut.job));
    CHECK(cut.shown() == "installed");
  }
}

// A link that was to replace another, and was exchanged with what a person had there by then.
TEST_CASE("A look gives back the link that another link has displaced", "[engine][job]") {
  MemoryFileSystem fs;
  const RelativePath path = path_of("link");
  REQUIRE(fs.user_symlink("link", "to be replaced"));
  const FileIdentity displaces = FileIdentity::of(*fs.stat(path));
  REQUIRE((fs.user_remove("link") && fs.user_symlink("link", "a person's")));
  REQUIRE(fs.make_stage_link("claimed-gone", "installed"));
  const FileStat installs = *fs.stat_stage("claimed-gone");
  const ContentId content{hash_of(as_bytes("installed"))};
  REQUIRE(fs.exchange("claimed-gone", path));
  const ListJob job{
      RelativePath(), *fs.root_identity(), {{path, "gone", displaces, installs, content}}};
  std::string shown = "a person's";
  std::string kept = "installed";
  SECTION("where that is") {}
  SECTION("and once only") { REQUIRE(look(fs, job)); }
  SECTION("unless that was undone") { REQUIRE(fs.exchange("claimed-gone", path)); }
  SECTION("unless somebody has been there since") {
    shown = "a person's next";
    kept = "a person's";
    REQUIRE((fs.user_remove("link") && fs.user_symlink("link", shown)));
  }
  REQUIRE(look(fs, job));
  CHECK(fs.snapshot().at("link").target == shown);
  CHECK(fs.trash_snapshot().at("gone").target == kept);
}

// Who puts a file's time back as it is displaced leaves it with the identity that it had.
TEST_CASE("A look reads what was displaced if somebody has written to it", "[engine][job]") {
  MemoryFileSystem fs;
  const RelativePath path = path_of("f");
  REQUIRE(fs.user_write("f", "known"));
  DoubtfulEntry entry{path, "gone", FileIdentity::of(*fs.stat(path))};
  const auto hash = JobRunner(fs).run({JobId{1}, HashJob{path, *fs.stat(path)}});
  entry.holds = KnownContent{std::get<Result<Hashed>>(hash)->list.content_id()};
  bool back = false;
  SECTION("and gives it back if it is not what was known") {
    back = fs.user_write("f", "other") && fs.user_touch("f", entry.displaces->mtime);
  }
  SECTION("and not if it is") {}
  SECTION("and not if it cannot be read") {
    REQUIRE((fs.user_write("f", "other") && fs.user_touch("f", entry.displaces->mtime)));
    fs.fail_call(DiskOperation::open_trash, 1, make_error_code(std::errc::io_error));
  }
  REQUIRE(fs.move_to_trash(path, "gone"));
  REQUIRE(look(fs, {RelativePath(), *fs.root_identity(), {entry}}));
  CHECK(fs.snapshot().size() == (back ? 1 : 0));
}

// A power failure may have left less of a file that nobody has touched.
TEST_CASE("A look gives back nothing that the power may have left", "[engine][job]") {
  MemoryFileSystem fs;
  const RelativePath path = path_of("f");
  fs.set_time(WallTime{5});
  REQUIRE(fs.user_write("f", "to be removed"));
  const FileIdentity displaces = FileIdentity::of(*fs.stat(path));
  fs.set_time(WallTime{6});
  bool back = false;
  SECTION("of its end") { REQUIRE(fs.tear("f", 2)); }
  SECTION("of its time") { REQUIRE(fs.user_touch("f", WallTime{4})); }
  SECTION("of its bytes") { REQUIRE(fs.user_replace("f", "")); }
  SECTION("unless it was written to later") { back = fs.user_write("f", "a"); }
  SECTION("unless it is another") { back = fs.user_replace("f", "a"); }
  REQUIRE(fs.move_to_trash(path, "gone"));
  DoubtfulEntry entry{path, "gone", displaces};
  entry.lost_power = true;
  REQUIRE(look(fs, {RelativePath(), *fs.root_identity(), {entry}}));
  CHECK(fs.snapshot().size() == (back ? 1 : 0));
}

TEST_CASE("A look that cannot give back what an installation took along fails", "[engine][job]") {
  ExchangedAndCutShort cut;
  using Failing = std::pair<DiskOperation, std::uint64_t>;
  const auto [operation, nth] =
      GENERATE(Failing(DiskOperation::stat, 1), Failing(DiskOperation::exchange_with_trash, 1),
               Failing(DiskOperation::stat_trash, 2));
  cut.fs.fail_call(operation, nth, make_error_code(std::errc::io_error));
  CHECK_FALSE(look(cut.fs, cut.job));
  CHECK(cut.shown() == "installed");
  REQUIRE(look(cut.fs, cut.job));
  CHECK(cut.shown() == "a person's");
}

}  // namespace
}  // namespace lansync::test
