#include "core/engine/verify/verification.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

RelativePath path(std::string_view text) { return *RelativePath::parse(text); }

// "code path" of each.
std::vector<std::string> shown(const std::vector<PathIssue>& findings) {
  std::vector<std::string> texts;
  for (const PathIssue& finding : findings) {
    texts.push_back(finding.code + (finding.path.empty() ? "" : " " + finding.path));
  }
  std::ranges::sort(texts);
  return texts;
}

using Texts = std::vector<std::string>;

// A share of one device with some of everything, at rest.
struct Folder {
  explicit Folder(std::uint64_t seed, std::size_t devices = 1) : cluster(devices, seed) {
    fs().user_mkdir("a");
    fs().user_mkdir("a/b");
    fs().user_write("a/b/one", "one");
    fs().user_write("a/large", std::string(300'000, 'x') + std::string(300'000, 'y'));
    fs().user_write("nothing", "");
    fs().user_write("two", "two");
    fs().user_symlink("link", "../nowhere");
    cluster.connect_all();
    rest();
  }

  MemoryFileSystem& fs() { return cluster.node(0).fs; }
  MemoryIndex& index() { return cluster.node(0).index; }
  ShareEngine& engine() { return *cluster.node(0).engine; }

  // Twice: what was written a moment before it was looked at is looked at once more.
  void rest() {
    for (int i = 0; i < 2; ++i) {
      cluster.changed(0);
      REQUIRE(cluster.settle());
      cluster.run_for(1s);
    }
  }
  void begin() { REQUIRE(engine().begin_verification(cluster.now())); }
  // Runs one that was begun to its end.
  Texts finish() {
    for (int i = 0; i < 100'000 && !engine().verification()->done(); ++i) cluster.run_for(1ms);
    REQUIRE(engine().verification()->done());
    return shown(engine().verification()->findings());
  }
  Texts verify() {
    begin();
    Texts found = finish();
    checked = engine().verification()->checked();
    engine().end_verification();
    return found;
  }
  void rot(const std::string& name, std::uint64_t offset) { fs().rot(name, offset); }

  Cluster cluster;
  Totals checked;
};

TEST_CASE("A share that is as it should be is found so, and left so", "[verification]") {
  Folder folder(1, 2);
  const SeenTree before = folder.cluster.tree(0);
  const Fingerprint fingerprint = folder.engine().status().fingerprint;
  CHECK(folder.verify().empty());
  CHECK(folder.checked.files == 5);  // The link counts.
  CHECK(folder.checked.bytes == 600'016);
  CHECK(folder.cluster.tree(0) == before);
  CHECK(folder.engine().status().fingerprint == fingerprint);
  CHECK(folder.engine().in_sync());
}

TEST_CASE("Bytes that changed by themselves are found, wherever they are", "[verification]") {
  Folder folder(2);
  folder.fs().user_write("huge", std::string(17 << 20, 'h'));
  folder.rest();
  folder.rot("a/b/one", 2);
  folder.rot("a/large", 599'999);
  folder.rot("huge", (17 << 20) - 1);
  // The scan trusts the times: nobody hears of it otherwise.
  folder.rest();
  CHECK(folder.engine().in_sync());
  CHECK(folder.verify() == Texts{"content a/b/one", "content a/large", "content huge"});
}

TEST_CASE("What nobody has told the engine of yet is no error, and is published",
          "[verification]") {
  Folder folder(3, 2);
  folder.fs().user_write("two", "two, edited");
  folder.fs().user_remove("a/b/one");
  folder.fs().user_write("new", "new");
  folder.fs().user_mkdir("new-folder");
  folder.fs().user_write("new-folder/file", "file");
  folder.fs().user_chmod("nothing", 0600);
  folder.fs().user_remove("link");
  folder.fs().user_mkdir("link");
  CHECK(folder.verify().empty());
  REQUIRE(folder.cluster.settle());
  CHECK(folder.cluster.same_trees());
  CHECK(folder.cluster.tree(1).at("new").content == "new");
}

TEST_CASE("Somebody who goes on working is not accused", "[verification]") {
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    Folder folder(seed, 2);
    folder.begin();
    for (int i = 0; !folder.engine().verification()->done(); ++i) {
      REQUIRE(i < 100'000);
      const std::string name = "f" + std::to_string(i % 3);
      if (i % 4 == 3)
        folder.fs().user_remove(name);
      else
        folder.fs().user_write(name, std::string(static_cast<std::size_t>(i % 50), 'w'));
      if (i % 5 == 0) {
        folder.cluster.node(1).fs.user_write("two", "by the other, " + std::to_string(i));
        folder.cluster.changed(1);
      }
      if (i % 3 == 0) folder.cluster.changed(0);
      folder.cluster.run_for(1ms);
    }
    INFO("seed " << seed);
    CHECK(folder.finish() == Texts{});
  }
}

TEST_CASE("What a brake holds back is missing", "[verification]") {
  Folder folder(4);
  for (int i = 0; i < 300; ++i) folder.fs().user_write("f" + std::to_string(i), "f");
  folder.rest();
  for (int i = 0; i < 300; ++i) folder.fs().user_remove("f" + std::to_string(i));
  folder.cluster.changed(0);
  folder.cluster.run_for(10s);
  const Texts found = folder.verify();
  CHECK(found.size() == 300);
  CHECK(std::ranges::count(found, "missing f299") == 1);
}

TEST_CASE("A folder that is not the share's any more is said to be so", "[verification]") {
  Folder folder(5);
  folder.fs().unmount();
  CHECK(folder.verify() == Texts{"unreadable"});
}

TEST_CASE("A file that cannot be read is said to be so", "[verification]") {
  Folder folder(6);
  folder.begin();
  folder.fs().before_each([&folder](DiskOperation operation) {
    if (operation != DiskOperation::open_read) return;
    folder.fs().fail_call(DiskOperation::open_read, 1, std::make_error_code(std::errc::io_error));
  });
  CHECK(folder.finish() ==
        Texts{"unreadable a/b/one", "unreadable a/large", "unreadable nothing", "unreadable two"});
  folder.fs().before_each({});
}

TEST_CASE("What cannot be in a share is none of its business", "[verification]") {
  Folder folder(7);
  folder.fs().user_make_other("pipe");
  CHECK(folder.verify().empty());
}

TEST_CASE("An index that contradicts itself is found out", "[verification]") {
  Folder folder(8);
  const auto findings_after = [&folder](const auto& damage) {
    damage(folder.index());
    REQUIRE(folder.index().commit());
    return folder.verify();
  };
  SECTION("a head is gone") {
    const Dot dot = folder.index().heads(path("two"))->front().dot;
    const Texts found =
        findings_after([&dot](MemoryIndex& index) { REQUIRE(index.remove_head(dot)); });
    CHECK(std::ranges::count(found, "index") >= 1);
  }
  SECTION("a head says something else than its log") {
    Change change = folder.index().heads(path("two"))->front();
    change.size = 1000;
    const Texts found =
        findings_after([&change](MemoryIndex& index) { REQUIRE(index.add_head(change)); });
    CHECK(found == Texts{"index"});
  }
  SECTION("a row has another content's chunks") {
    const auto row = *folder.index().disk(path("a/large"));
    ChunkList other = **folder.index().chunk_list(row->content);
    std::swap(other.chunks.front(), other.chunks.back());
    other.chunks.front().bytes += 1;
    // Lists are never replaced: the row names one that is not its own.
    DiskRow wrong = *row;
    wrong.content = other.content_id();
    const Texts found = findings_after([&](MemoryIndex& index) {
      REQUIRE(index.put_chunk_list(other.content_id(), other));
      REQUIRE(index.put_disk(wrong));
    });
    CHECK(found == Texts{"content a/large", "index"});
  }
  // Of somebody whom nobody has heard of.
  std::vector<Change> changes(1);
  changes.front().path = path("forged");
  changes.front().kind = ChangeKind::dir;
  SegmentHeader header;
  header.share = folder.engine().membership().share();
  header.author.device.bytes.fill(std::byte{7});
  header.first = 1;
  Segment forged = build_segment(header, changes);
  forged.signature = Bytes(64);
  header = *decode_segment_header(forged.header);
  const auto append = [&](MemoryIndex& index) {
    REQUIRE(index.append_segment(forged, header, segment_hash(forged.header)));
  };
  SECTION("a log that nobody signed") { CHECK(findings_after(append).size() >= 2); }
  SECTION("a log that is not what its header says") {
    forged.entries.front().stub.push_back(std::byte{0});
    CHECK(findings_after(append).size() >= 2);
  }
  SECTION("a row shows what nobody has done") {
    DiskRow row = **folder.index().disk(path("two"));
    row.shown.push_back({folder.engine().self(), 1000});
    CHECK(findings_after([&row](MemoryIndex& index) { REQUIRE(index.put_disk(row)); }) ==
          Texts{"index"});
  }
}

TEST_CASE("There is one at a time, and one that was ended leaves nothing behind",
          "[verification]") {
  Folder folder(9);
  folder.begin();
  CHECK(folder.engine().begin_verification(folder.cluster.now()).error().code ==
        make_error_code(Errc::busy));
  // Each time with something under way.
  for (int i = 0; i < 40; ++i) {
    folder.cluster.run_for(1ms);
    folder.engine().end_verification();
    CHECK(folder.engine().verification() == nullptr);
    folder.begin();
  }
  CHECK(folder.finish().empty());
}

}  // namespace
}  // namespace lansync::test
