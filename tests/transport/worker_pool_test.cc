#include "transport/worker_pool.h"

#include <array>
#include <atomic>
#include <functional>
#include <latch>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

TEST_CASE("Every job's result comes back on the network thread", "[transport][worker_pool]") {
  asio::io_context context{1};
  WorkerPool pool(context.get_executor(), {.threads_max = 4, .jobs_max = 100});
  const auto network_thread = std::this_thread::get_id();
  std::vector<int> results;
  for (int i = 0; i < 100; ++i) {
    pool.submit([i] { return std::vector<int>(3, i); },
                [&](std::vector<int> result) {
                  CHECK(std::this_thread::get_id() == network_thread);
                  REQUIRE(result.size() == 3);
                  results.push_back(result[0]);
                });
  }
  context.run();
  std::ranges::sort(results);
  REQUIRE(results.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(results[static_cast<std::size_t>(i)] == i);
  CHECK(pool.jobs() == 0);
}

TEST_CASE("Jobs run elsewhere", "[transport][worker_pool]") {
  asio::io_context context{1};
  WorkerPool pool(context.get_executor());
  std::thread::id worker;
  pool.submit([] { return std::this_thread::get_id(); }, [&](std::thread::id id) { worker = id; });
  context.run();
  CHECK(worker != std::thread::id{});
  CHECK(worker != std::this_thread::get_id());
}

TEST_CASE("A job may return nothing, and take along what cannot be copied",
          "[transport][worker_pool]") {
  asio::io_context context{1};
  WorkerPool pool(context.get_executor());
  int done = 0;
  pool.submit([owned = std::make_unique<int>(1)] { ++*owned; },
              [&done, owned = std::make_unique<int>(2)] { done = *owned; });
  std::unique_ptr<int> result;
  pool.submit([] { return std::make_unique<int>(3); },
              [&](std::unique_ptr<int> made) { result = std::move(made); });
  context.run();
  CHECK(done == 2);
  REQUIRE(result);
  CHECK(*result == 3);
}

TEST_CASE("A full pool has room again when a result has come in", "[transport][worker_pool]") {
  asio::io_context context{1};
  WorkerPool pool(context.get_executor(), {.threads_max = 2, .jobs_max = 3});
  int submitted = 0;
  int done = 0;
  std::size_t most = 0;
  std::function<void()> fill = [&] {
    while (submitted < 1000 && pool.has_room()) {
      ++submitted;
      pool.submit([] {},
                  [&] {
                    ++done;
                    fill();
                  });
      most = std::max(most, pool.jobs());
    }
  };
  fill();
  CHECK(submitted == 3);
  context.run();
  CHECK(done == 1000);
  CHECK(most == 3);
}

TEST_CASE("Who lets jobs hang keeps nobody else waiting", "[transport][worker_pool]") {
  asio::io_context context{1};
  std::latch end(1);
  WorkerPool pool(context.get_executor(), {.threads_max = 2, .jobs_max = 20});
  int hung = 0;
  const std::array hanging = {pool.add_lane(), pool.add_lane()};
  for (const Lane lane : hanging) {
    while (pool.has_room(lane)) pool.submit([&] { end.wait(); }, [&] { ++hung; }, lane);
  }
  const std::array healthy = {pool.add_lane(), pool.add_lane(), Lane{}};
  int done = 0;
  std::function<void(Lane)> go_on = [&](Lane lane) {
    if (++done == 3000) end.count_down();
    if (done < 3000 && pool.has_room(lane)) pool.submit([] {}, [&, lane] { go_on(lane); }, lane);
  };
  for (const Lane lane : healthy) {
    REQUIRE(pool.has_room(lane));
    pool.submit([] {}, [&, lane] { go_on(lane); }, lane);
  }
  context.run();
  CHECK(done >= 3000);
  CHECK(hung == 40);
  CHECK(pool.jobs(hanging[0]) == 0);
}

TEST_CASE("What a burst has submitted runs at its end, side by side", "[transport][worker_pool]") {
  asio::io_context context{1};
  WorkerPool pool(context.get_executor(), {.threads_max = 2, .jobs_max = 20});
  const std::array lanes = {pool.add_lane(), pool.add_lane()};
  int done = 0;
  for (int round = 0; round < 100; ++round) {
    std::latch both(2);
    {
      const WorkerPool::Burst burst(pool);
      const WorkerPool::Burst within(pool);
      for (const Lane lane : lanes) {
        pool.submit([&] { both.arrive_and_wait(); }, [&] { ++done; }, lane);
      }
    }
    context.restart();
    context.run();
  }
  CHECK(done == 200);
}

TEST_CASE("Stopping waits for what runs and drops the rest", "[transport][worker_pool]") {
  asio::io_context context{1};
  std::latch started(1);
  std::latch stopping(1);
  std::atomic<int> ran = 0;
  int reported = 0;
  {
    WorkerPool pool(context.get_executor(), {.threads_max = 1, .jobs_max = 100});
    pool.submit(
        [&] {
          started.count_down();
          stopping.wait();
          ++ran;
        },
        [&] { ++reported; });
    for (int i = 0; i < 50; ++i) {
      pool.submit([&] { ++ran; }, [&] { ++reported; });
    }
    started.wait();
    // The job cannot end before stop() has been called from here; it may before it returns.
    std::thread release([&] { stopping.count_down(); });
    pool.stop();
    release.join();
    pool.submit([&] { ++ran; }, [&] { ++reported; });
  }
  CHECK(ran >= 1);
  context.run();
  CHECK(reported == 0);
}

TEST_CASE("A pool that goes takes its unreported results along", "[transport][worker_pool]") {
  asio::io_context context{1};
  int reported = 0;
  {
    WorkerPool pool(context.get_executor(), {.threads_max = 4, .jobs_max = 100});
    for (int i = 0; i < 100; ++i) {
      pool.submit([i] { return i; }, [&](int) { ++reported; });
    }
  }
  context.run();
  CHECK(reported == 0);
}

}  // namespace
}  // namespace lansync
