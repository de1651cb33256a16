// Jobs on a disk that changes under them.
#include "core/engine/job_runner.h"

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "core/chunk/hash.h"
#include "core/engine/names.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

template <class Answer, class Work>
Result<Answer> run(MemoryFileSystem& fs, Work work) {
  JobResult result = JobRunner(fs).run({JobId{1}, std::move(work)});
  return std::get<Result<Answer>>(std::move(result));
}

std::string many_chunks() {
  std::string content;
  for (int i = 0; content.size() < 300'000; ++i) content += std::to_string(i * i);
  return content;
}

ChunkList chunks_of(const std::string& content) {
  ContentHasher hasher(ChunkClass::kib64);
  hasher.update(as_bytes(content));
  return std::move(hasher).finish();
}

// Does what a person does right before the n-th operation of that kind from now.
void before_nth(MemoryFileSystem& fs, DiskOperation operation, int n, std::function<void()> act) {
  fs.before_each([operation, n, act = std::move(act)](DiskOperation what) mutable {
    if (what == operation && --n == 0) act();
  });
}

TEST_CASE("A chunk that is not what its hash says is not written", "[engine][jobs]") {
  MemoryFileSystem fs;
  const Chunk chunk{4, {hash_of(as_bytes("good"))}};
  const auto bad = run<Written>(fs, WriteJob{"s", 0, chunk, to_bytes(std::string_view("evil"))});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == make_error_code(Errc::mismatch));
  CHECK(fs.stage_snapshot().empty());
  CHECK(run<Written>(fs, WriteJob{"s", 0, chunk, to_bytes(std::string_view("good"))}));
  CHECK(fs.stage_snapshot().at("s").content == "good");
}

TEST_CASE("A chunk of a staged file is read there, or where it was installed meanwhile",
          "[engine][jobs]") {
  MemoryFileSystem fs;
  const Chunk chunk{4, {hash_of(as_bytes("good"))}};
  ReadJob job{path_of("f"), 3, chunk, "s"};
  CHECK_FALSE(run<Bytes>(fs, job));
  CHECK(fs.stage_snapshot().empty());
  REQUIRE(run<Written>(fs, WriteJob{"s", 3, chunk, to_bytes(std::string_view("good"))}));
  CHECK(run<Bytes>(fs, job).value() == to_bytes(std::string_view("good")));
  // What is there is not what it should be, and nothing is at the path either.
  job.offset = 2;
  CHECK_FALSE(run<Bytes>(fs, job));
  REQUIRE(fs.user_write("f", "..good"));
  CHECK(run<Bytes>(fs, job).value() == to_bytes(std::string_view("good")));
}

TEST_CASE("What would not fit is not asked for", "[engine][jobs]") {
  MemoryFileSystem fs;
  const ChunkList list = chunks_of(many_chunks());
  fs.set_capacity(list.size() - 1);
  const auto staged = run<Staged>(fs, StageJob{"s", list, {}});
  REQUIRE_FALSE(staged);
  CHECK(staged.error().code == std::errc::no_space_on_device);
  fs.set_capacity(list.size() + 100'000);
  CHECK(run<Staged>(fs, StageJob{"s", list, {}})->missing.size() == list.chunks.size());
  // Nor what would fit but for what others have written since its file was cut to size.
  fs.set_capacity(list.size());
  const auto later = run<Staged>(fs, StageJob{"s", list, {}});
  REQUIRE_FALSE(later);
  CHECK(later.error().code == std::errc::no_space_on_device);
}

TEST_CASE("A job that was not told something says so, whichever call it was", "[engine][jobs]") {
  const auto prepare = [](MemoryFileSystem& fs) {
    REQUIRE(fs.user_mkdir("d"));
    REQUIRE(fs.user_write("d/f", "content"));
    REQUIRE(fs.user_symlink("d/l", "target"));
    REQUIRE(fs.user_write("gone", "gone"));
    REQUIRE(fs.move_to_trash(path_of("gone"), "t"));
  };
  MemoryFileSystem model;
  prepare(model);
  const auto root = *model.root_identity();
  const FileStat file = *model.stat(path_of("d/f"));
  const FileStat link = *model.stat(path_of("d/l"));
  const Chunk chunk{7, {hash_of(as_bytes("content"))}};
  const std::vector<std::function<bool(MemoryFileSystem&)>> jobs{
      [&](auto& fs) {
        return bool(run<Listing>(fs, ListJob{path_of("d"), root, {{path_of("d/f"), "t"}}}));
      },
      [&](auto& fs) { return bool(run<Hashed>(fs, HashJob{path_of("d/f"), file, {}})); },
      [&](auto& fs) { return bool(run<Hashed>(fs, HashJob{path_of("d/l"), link, {}})); },
      [&](auto& fs) { return bool(run<Bytes>(fs, ReadJob{path_of("d/f"), 0, chunk})); },
      [&](auto& fs) { return bool(run<Emptied>(fs, EmptyTrashJob{root, {}})); },
      [&](auto& fs) {
        auto hasher = std::make_shared<ContentHasher>(ChunkClass::kib64);
        return bool(run<Checked>(fs, CheckJob{path_of("d/f"), file, 0, std::move(hasher)}));
      },
  };
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    for (std::uint64_t n = 1;; ++n) {
      REQUIRE(n < 30);
      INFO("call " << n << " of job " << i);
      MemoryFileSystem fs;
      prepare(fs);
      fs.fail_call(n, std::make_error_code(std::errc::io_error));
      const bool done = jobs[i](fs);
      CHECK(done == fs.has_faults_left());
      if (done) break;
    }
  }
}

TEST_CASE("A file is put together of what the disk has, and of nothing that only looks so",
          "[engine][jobs]") {
  MemoryFileSystem fs;
  const std::string content = many_chunks();
  const ChunkList list = chunks_of(content);
  REQUIRE(list.chunks.size() > 2);
  fs.user_write("whole", content);
  fs.user_write("other", std::string(content.size(), 'x'));
  fs.user_write("short", "x");
  std::vector<LocalPiece> pieces;
  std::uint64_t offset = 0;
  for (std::uint32_t i = 0; i < list.chunks.size(); ++i) {
    // Gone, too short, of other content, and, but for the last, good.
    pieces.push_back({i, path_of("gone"), offset});
    pieces.push_back({i, std::string("not in the trash"), offset});
    pieces.push_back({i, path_of("short"), offset});
    pieces.push_back({i, path_of("other"), offset});
    if (i + 1 < list.chunks.size()) pieces.push_back({i, path_of("whole"), offset});
    offset += list.chunks[i].bytes;
  }
  const auto last = static_cast<std::uint32_t>(list.chunks.size() - 1);
  const StageJob job{"s", list, pieces};
  CHECK(run<Staged>(fs, job)->missing == std::vector{last});
  // Once more: what is staged is kept, wherever the rest went.
  fs.user_remove("whole");
  CHECK(run<Staged>(fs, job)->missing == std::vector{last});
  CHECK(fs.stage_snapshot().at("s").content.substr(0, offset - list.chunks[last].bytes) ==
        content.substr(0, offset - list.chunks[last].bytes));
}

TEST_CASE("A file takes up what was staged under another name", "[engine][jobs]") {
  MemoryFileSystem fs;
  const std::string content = many_chunks();
  const ChunkList list = chunks_of(content);
  const auto begin = [&](const std::string& name, std::string_view bytes) {
    const auto file = fs.open_stage(name);
    REQUIRE(file);
    REQUIRE((*file)->write_at(0, as_bytes(bytes)));
  };
  const std::string first = content.substr(0, list.chunks[0].bytes);
  begin("other", first + "and what never came");
  StageJob job{"s", list, {}, "other"};
  SECTION("of which it keeps what is its own") {
    CHECK(run<Staged>(fs, job)->missing.size() == list.chunks.size() - 1);
    CHECK_FALSE(fs.stage_snapshot().contains("other"));
  }
  SECTION("unless there is something under its own") {
    begin("s", content);
    CHECK(run<Staged>(fs, job)->missing.empty());
    CHECK(fs.stage_snapshot().contains("other"));
  }
  SECTION("unless it is gone") {
    job.takes = "gone";
    CHECK(run<Staged>(fs, job)->missing.size() == list.chunks.size());
    CHECK(fs.stage_snapshot().contains("other"));
  }
  CHECK(fs.stage_snapshot().at("s").content.size() == content.size());
}

TEST_CASE("What was staged and cannot be read is taken from elsewhere", "[engine][jobs]") {
  MemoryFileSystem fs;
  const std::string content = many_chunks();
  const StageJob job{"s", chunks_of(content), {}, {}};
  CHECK(run<Staged>(fs, job)->missing.size() == job.list.chunks.size());
  std::uint64_t offset = 0;
  for (const Chunk& chunk : job.list.chunks) {
    const Bytes bytes = to_bytes(content.substr(offset, chunk.bytes));
    REQUIRE(run<Written>(fs, WriteJob{"s", offset, chunk, bytes}));
    offset += chunk.bytes;
  }
  for (std::uint32_t i = 0; i < job.list.chunks.size(); ++i) {
    fs.fail_call(DiskOperation::read, i + 1, std::make_error_code(std::errc::io_error));
    CHECK(run<Staged>(fs, job)->missing == std::vector{i});
  }
  CHECK(run<Staged>(fs, job)->missing.empty());
}

TEST_CASE("What is here and cannot be read is told from what is not here", "[engine][jobs]") {
  MemoryFileSystem fs;
  const ChunkList list = chunks_of("content");
  REQUIRE(fs.user_write("f", "content"));
  REQUIRE(fs.move_to_trash(path_of("f"), "t"));
  const StageJob job{"s", list, {{0, "t", 0}}, {}};
  const auto is_unread = [&](const StageJob& of) {
    const auto staged = run<Staged>(fs, of);
    REQUIRE(staged->missing.size() == 1);
    return staged->unread;
  };
  const auto failure = std::make_error_code(std::errc::too_many_files_open);
  fs.fail_call(DiskOperation::open_trash, 1, failure);
  CHECK(is_unread(job));
  fs.fail_call(DiskOperation::read, 1 + 1, failure);  // After what is staged.
  CHECK(is_unread(job));
  CHECK_FALSE(is_unread(StageJob{"s", list, {{0, "gone", 0}}, {}}));
  // Nor does it matter where it is found in another place.
  fs.fail_call(DiskOperation::open_read, 1, failure);
  const auto staged = run<Staged>(fs, StageJob{"s", list, {{0, path_of("f"), 0}, {0, "t", 0}}, {}});
  CHECK(staged->missing.empty());
  CHECK_FALSE(staged->unread);
}

TEST_CASE("A file or link that changes while it is read is read again later", "[engine][jobs]") {
  MemoryFileSystem fs;
  fs.set_time(WallTime{1'000'000'000});
  fs.user_write("f", many_chunks());
  fs.user_symlink("l", "target");
  const HashJob file{path_of("f"), *fs.stat(path_of("f")), ChunkClass::kib64};
  const HashJob link{path_of("l"), *fs.stat(path_of("l")), ChunkClass::kib64};
  fs.set_time(WallTime{2'000'000'000});
  const auto is_changed = [](const auto& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == make_error_code(Errc::changed));
  };
  SECTION("it is cut short") {
    before_nth(fs, DiskOperation::read, 1, [&] { fs.user_truncate("f", 10); });
    is_changed(run<Hashed>(fs, file));
  }
  SECTION("it grows") {
    before_nth(fs, DiskOperation::read, 1, [&] { fs.user_append("f", "more"); });
    is_changed(run<Hashed>(fs, file));
  }
  SECTION("another takes its place") {
    before_nth(fs, DiskOperation::stat, 1, [&] { fs.user_replace("f", many_chunks()); });
    is_changed(run<Hashed>(fs, file));
  }
  SECTION("a file takes the link's place") {
    before_nth(fs, DiskOperation::stat, 1, [&] {
      fs.user_remove("l");
      fs.user_write("l", "a file");
    });
    is_changed(run<Hashed>(fs, link));
  }
  SECTION("nothing happens") {
    CHECK(run<Hashed>(fs, file)->list == chunks_of(many_chunks()));
    CHECK(run<Hashed>(fs, link)->link_target == "target");
  }
}

TEST_CASE("A link whose target is longer than any that is synced is refused", "[engine][jobs]") {
  MemoryFileSystem fs;
  fs.user_symlink("l", std::string(limits::kLinkTargetBytesMax + 1, 'x'));
  const auto hashed = run<Hashed>(fs, HashJob{path_of("l"), *fs.stat(path_of("l")), {}});
  REQUIRE_FALSE(hashed);
  CHECK(hashed.error().code == make_error_code(Errc::limit_exceeded));
}

TEST_CASE("A check of what is not what it was says so", "[engine][jobs]") {
  MemoryFileSystem fs;
  fs.set_time(WallTime{1'000'000'000});
  fs.user_write("f", many_chunks());
  fs.user_symlink("l", "target");
  const auto check = [&fs](const std::string& name) {
    return CheckJob{path_of(name), *fs.stat(path_of(name)), 0,
                    std::make_shared<ContentHasher>(ChunkClass::kib64)};
  };
  const CheckJob file = check("f");
  const CheckJob link = check("l");
  fs.set_time(WallTime{2'000'000'000});
  SECTION("shorter") { fs.user_truncate("f", 10); }
  SECTION("longer") { fs.user_append("f", "more"); }
  SECTION("another file, while it is read") {
    before_nth(fs, DiskOperation::stat, 1, [&] { fs.user_replace("f", many_chunks()); });
  }
  const auto checked = run<Checked>(fs, file);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == make_error_code(Errc::changed));
  fs.before_each({});
  CHECK(run<Checked>(fs, link)->content == ContentId{hash_of(as_bytes("target"))});
  fs.user_remove("l");
  fs.user_symlink("l", "another");
  CHECK_FALSE(run<Checked>(fs, link));
  fs.user_remove("l");
  CHECK_FALSE(run<Checked>(fs, link));
}

TEST_CASE("Nothing is done in a folder that is not the share's", "[engine][jobs]") {
  MemoryFileSystem fs;
  fs.set_root_identity({1, 1, "ours"});
  const RootIdentity root = *fs.root_identity();
  fs.user_write("f", "content");
  std::string because;
  SECTION("another folder") {
    fs.set_root_identity({1, 2, "theirs"});
    because = "another folder";
  }
  SECTION("no mark") {
    fs.set_root_identity({1, 2, ""});
    because = "lost its mark";
  }
  const auto refused = [&because](const auto& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == make_error_code(Errc::wrong_state));
    CHECK(result.error().context.find(because) != std::string::npos);
  };
  refused(run<Listing>(fs, ListJob{RelativePath(), root}));
  refused(run<Applied>(fs, ApplyJob{root, {}}));
  refused(run<Cleaned>(fs, CleanStageJob{root, "rescued-", {}}));
  refused(run<Emptied>(fs, EmptyTrashJob{root, {}}));
}

TEST_CASE("What the last process did is durable before it is looked at", "[engine][jobs]") {
  MemoryFileSystem fs;
  const RootIdentity root = *fs.root_identity();
  REQUIRE(fs.make_stage_link("staged", "x"));
  REQUIRE(fs.install_new("staged", RelativePath::parse("link").value()));
  SECTION("if the disk can") {}
  SECTION("and if not, it is looked at all the same") {
    fs.fail_call(DiskOperation::sync_all, 1, std::make_error_code(std::errc::io_error));
  }
  const bool can = !fs.has_faults_left();
  CHECK(run<Cleaned>(fs, CleanStageJob{root, "rescued-", std::nullopt}));
  fs.lose_power([](std::size_t) -> std::size_t { return 1; });
  CHECK(fs.snapshot().contains("link") == can);
}

TEST_CASE("What cannot be cleared up is told", "[engine][jobs]") {
  MemoryFileSystem fs;
  const RootIdentity root = *fs.root_identity();
  REQUIRE(fs.make_stage_link("wanted", "x"));
  REQUIRE(fs.make_stage_link("left", "x"));
  const CleanStageJob job{root, "rescued-", std::vector<std::string>{"wanted"}};
  fs.fail_call(DiskOperation::remove_stage, 1, std::make_error_code(std::errc::io_error));
  CHECK_FALSE(run<Cleaned>(fs, job));
  CHECK(run<Cleaned>(fs, job));
  CHECK(fs.stage_snapshot().size() == 1);
  CHECK(fs.stage_snapshot().contains("wanted"));
}

TEST_CASE("A name in the trash is short enough for any file system, and whole", "[engine][jobs]") {
  std::string name;
  while (name.size() < 240) name += "ä";
  const std::string trashed = trash_name(path_of("dir/" + name), WallTime{}, 1);
  CHECK(trashed.size() <= limits::kNameBytesMax);
  CHECK(check_name(trashed));
  const std::string odd = trash_name(path_of("x" + name), WallTime{}, 1);
  CHECK(odd.size() <= limits::kNameBytesMax);
  CHECK(check_name(odd));
}

TEST_CASE("A look finds what doubtful steps displaced, wherever they left it", "[engine][job]") {
  MemoryFileSystem fs;
  const auto stage = [&fs](const std::string& name, const std::string& content) {
    const auto file = fs.open_stage(name);
    REQUIRE((*file)->write_at(0, as_bytes(content)));
    return FileIdentity::of(*(*file)->stat());
  };
  const FileIdentity left = stage("claimed-one", "left half exchanged");
  const FileIdentity trashed = stage("two", "in the trash");
  REQUIRE(fs.move_stage_to_trash("two", "two"));
  const FileIdentity other = stage("claimed-four", "another");
  stage("four", "first");
  REQUIRE(fs.move_stage_to_trash("four", "four"));

  ListJob job{RelativePath(), *fs.root_identity(), {}};
  for (const std::string name : {"one", "two", "three", "four", ""}) {
    job.doubtful.push_back({path_of("path " + name), name});
  }
  const auto listing = run<Listing>(fs, job);
  REQUIRE(listing);
  CHECK(listing->displaced.size() == 4);
  CHECK(listing->displaced.at(path_of("path one")) == left);
  CHECK(listing->displaced.at(path_of("path two")) == trashed);
  CHECK_FALSE(listing->displaced.at(path_of("path three")));
  CHECK(listing->displaced.at(path_of("path four")) != other);
  // Nothing is thrown away: two things of one name stay where they are.
  CHECK_FALSE(fs.stat_stage("claimed-one"));
  CHECK(FileIdentity::of(*fs.stat_stage("claimed-four")) == other);

  SECTION("unless it cannot look") {
    fs.fail_call(DiskOperation::stat_trash, 1, make_error_code(std::errc::io_error));
    CHECK_FALSE(run<Listing>(fs, job));
  }
  SECTION("unless it cannot make that durable") {
    fs.fail_call(DiskOperation::sync_control, 1, make_error_code(std::errc::io_error));
    CHECK_FALSE(run<Listing>(fs, job));
  }
}

}  // namespace
}  // namespace lansync::test
