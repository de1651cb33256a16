// Files that are no longer wanted where they were to come, and wanted again, there or elsewhere.
#include <catch2/catch.hpp>

#include "core/engine/names.h"
#include "tests/core/engine/fetching.h"

namespace lansync::test {
namespace {

const StageJob& stage_work(const std::optional<Fetcher::FetchJob>& job) {
  REQUIRE(job);
  REQUIRE(std::holds_alternative<StageJob>(job->work));
  return std::get<StageJob>(job->work);
}

// A file some of whose bytes are written, and that is no longer wanted at its path.
struct GivenUp : Fetching {
  GivenUp() : request(ask_for_chunks()) {
    elsewhere = wanted;
    elsewhere.path = RelativePath::parse("f (conflict)").value();
    elsewhere.stage = "stage-elsewhere";
    send_first();
    write = *fetcher.poll_job();
  }
  void send_first() { REQUIRE(send(request.request, 0, 0, request.chunks[0].chunk.bytes)); }
  void give_up() { fetcher.keep_only(wanted.source, {}); }
  void begin(const Wanted& next) { REQUIRE(fetcher.start(next)); }

  ChunkRequest request;
  Wanted elsewhere;
  Fetcher::FetchJob write;
};

TEST_CASE("A file that is wanted again is not looked at while it is being written to",
          "[engine][fetcher]") {
  GivenUp file;
  file.give_up();
  file.begin(file.wanted);
  CHECK_FALSE(file.fetcher.poll_job());
  CHECK(file.fetcher.busy());
  file.fetcher.handle_written(file.write, Written{});
  CHECK(stage_work(file.fetcher.poll_job()).stage == "stage-f");
}

TEST_CASE("A file that is wanted again is not looked at twice at once", "[engine][fetcher]") {
  GivenUp file;
  file.fetcher.handle_written(file.write, Written{});
  file.give_up();
  file.begin(file.wanted);
  const auto first = file.fetcher.poll_job();
  REQUIRE(first);
  file.give_up();
  file.begin(file.wanted);
  CHECK_FALSE(file.fetcher.poll_job());
  file.fetcher.handle_staged(first->fetch, Staged{});
  CHECK_FALSE(file.fetcher.staged(file.wanted.path, file.wanted.content));
  CHECK(stage_work(file.fetcher.poll_job()).stage == "stage-f");
}

TEST_CASE("What nobody wants any more is not written", "[engine][fetcher]") {
  GivenUp file;
  file.fetcher.handle_written(file.write, Written{});
  REQUIRE(file.send(file.request.request, 1, 0, file.request.chunks[1].chunk.bytes));
  file.give_up();
  CHECK_FALSE(file.fetcher.poll_job());
  CHECK(file.fetcher.take_garbage());
  // And takes no room from what is asked for.
  file.fetcher.handle_peer_down(file.asked);
  CHECK_FALSE(file.fetcher.busy());
}

TEST_CASE("What was staged for a path is of use to another that needs the same bytes",
          "[engine][fetcher]") {
  GivenUp file;
  SECTION("given up before it is wanted there") {
    file.give_up();
    file.begin(file.elsewhere);
  }
  SECTION("displaced by what stands at its path") {
    file.fetcher.consumed(file.wanted.path, ContentId());
    file.begin(file.elsewhere);
  }
  SECTION("displaced by what is wanted at its path") {
    Wanted other = file.wanted;
    other.content.bytes.front() ^= std::byte{1};
    file.begin(other);
    file.begin(file.elsewhere);
  }
  // Only when nobody writes to it.
  CHECK_FALSE(file.fetcher.poll_job());
  file.fetcher.handle_written(file.write, Written{});
  const auto job = file.fetcher.poll_job();
  CHECK(stage_work(job).stage == "stage-elsewhere");
  CHECK(stage_work(job).takes == "stage-f");
  // Nor is it begun anew while it is taken, or taken twice.
  file.begin(file.wanted);
  CHECK_FALSE(file.fetcher.poll_job());
  file.fetcher.handle_staged(job->fetch, Staged{});
  const auto next = file.fetcher.poll_job();
  CHECK(stage_work(next).stage == "stage-f");
  CHECK(stage_work(next).takes.empty());
}

TEST_CASE("What was staged for a path is left there", "[engine][fetcher]") {
  GivenUp file;
  file.fetcher.handle_written(file.write, Written{});
  SECTION("while it is wanted there") {}
  SECTION("if it is wanted there again") {
    file.give_up();
    file.begin(file.wanted);
    REQUIRE(stage_work(file.fetcher.poll_job()).stage == "stage-f");
  }
  SECTION("if a step could not use it") { file.fetcher.cancel(file.wanted.path); }
  SECTION("if it is to be cleaned away") {
    file.give_up();
    REQUIRE(file.fetcher.take_garbage());
  }
  file.begin(file.elsewhere);
  const auto job = file.fetcher.poll_job();
  CHECK(stage_work(job).stage == "stage-elsewhere");
  CHECK(stage_work(job).takes.empty());
}

// What the last process left for this path and for another, and what of it is taken for `f`.
struct Found : Fetching {
  Found() {
    elsewhere = wanted;
    elsewhere.path = RelativePath::parse("elsewhere").value();
    elsewhere.stage = stage_name(wanted.content, elsewhere.path);
    const std::string of_other = stage_name(chunks_of("other").content_id(), elsewhere.path);
    const std::vector<std::string> names{elsewhere.stage, of_other};
    fetcher.find_staged(names);
  }
  std::string taken() {
    const auto request = next_request<ChunkListRequest>();
    REQUIRE(request);
    REQUIRE(fetcher.handle_chunk_list(asked, reply_to(*request)));
    return stage_work(fetcher.poll_job()).takes;
  }

  Wanted elsewhere;
};

TEST_CASE("What the last process staged for another path is taken", "[engine][fetcher]") {
  Found file;
  CHECK(file.taken() == file.elsewhere.stage);
}

TEST_CASE("What the last process staged is left where it is wanted", "[engine][fetcher]") {
  Found file;
  SECTION("there") { REQUIRE(file.fetcher.start(file.elsewhere)); }
  SECTION("nowhere, and to be cleaned away") { REQUIRE(file.fetcher.take_garbage()); }
  CHECK(file.taken().empty());
}

}  // namespace
}  // namespace lansync::test
