#include "transport/flight_recorder.h"

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/time.h>

namespace lansync {
namespace {

std::vector<std::uint64_t> numbers(const FlightRecorder& recorder) {
  std::vector<std::uint64_t> found;
  recorder.for_each(
      [&found](const FlightRecorder::Event& event) { found.push_back(event.number); });
  return found;
}

// Of "An event that takes a whole round to record loses no newer one".
FlightRecorder* interrupted = nullptr;
volatile std::sig_atomic_t rounds = 0;

extern "C" void record_a_round(int) {
  for (std::uint64_t i = 1; i <= FlightRecorder::kEventsMax; ++i) {
    interrupted->record({.what = "handler", .share = i, .device = i, .number = i});
  }
  rounds = rounds + 1;
}

TEST_CASE("Events come back as they were recorded, oldest first") {
  FlightRecorder recorder;
  recorder.record({.at = {1}, .what = "message", .detail = "state", .share = 2, .device = 3});
  recorder.record({.at = {4}, .what = "job", .number = 5});
  std::vector<std::string> shown;
  recorder.for_each([&shown](const FlightRecorder::Event& event) {
    shown.push_back(std::to_string(event.at.ns) + event.what.text() + event.detail.text() +
                    std::to_string(event.share) + std::to_string(event.device) +
                    std::to_string(event.number));
  });
  CHECK(shown == std::vector<std::string>{"1messagestate230", "4job005"});
}

TEST_CASE("Only the last events are kept") {
  FlightRecorder recorder;
  CHECK(numbers(recorder).empty());
  for (std::uint64_t i = 0; i < FlightRecorder::kEventsMax + 10; ++i) {
    recorder.record({.what = "x", .number = i});
  }
  const auto kept = numbers(recorder);
  REQUIRE(kept.size() == FlightRecorder::kEventsMax);
  CHECK(kept.front() == 10);
  CHECK(kept.back() == FlightRecorder::kEventsMax + 9);
}

TEST_CASE("An event that takes a whole round to record loses no newer one") {
  FlightRecorder recorder;
  interrupted = &recorder;
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = record_a_round;
  REQUIRE(sigaction(SIGALRM, &action, &before) == 0);
  int lost = 0;
  for (int i = 0; i < 100; ++i) {
    const itimerval soon = {.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 50 + i}};
    REQUIRE(setitimer(ITIMER_REAL, &soon, nullptr) == 0);
    while (rounds == i) recorder.record({.what = "loop"});
    const auto found = numbers(recorder);
    lost += std::ranges::count(found, FlightRecorder::kEventsMax) == 1 ? 0 : 1;
  }
  CHECK(sigaction(SIGALRM, &before, nullptr) == 0);
  CHECK(lost == 0);
}

// More threads than cores: some are put to sleep in the middle of an event for more than a round.
TEST_CASE("An event is read whole or not at all while others are recorded") {
  FlightRecorder recorder;
  constexpr std::uint64_t kEach = 20'000;
  const auto write = [&recorder](std::uint64_t first) {
    for (std::uint64_t i = first; i < first + kEach; ++i) {
      recorder.record({.at = {static_cast<std::int64_t>(i)}, .share = i, .device = i, .number = i});
    }
  };
  std::vector<std::thread> writers;
  writers.reserve(16);
  for (std::uint64_t i = 0; i < 16; ++i) writers.emplace_back(write, i * kEach);
  std::uint64_t torn = 0;
  const auto look = [&recorder, &torn] {
    recorder.for_each([&torn](const FlightRecorder::Event& event) {
      const bool whole = event.share == event.number && event.device == event.number &&
                         static_cast<std::uint64_t>(event.at.ns) == event.number;
      torn += whole ? 0 : 1;
    });
  };
  for (int looks = 0; looks < 20; ++looks) look();
  for (std::thread& writer : writers) writer.join();
  look();
  CHECK(torn == 0);

  // What a meeting left empty was so for one round.
  for (std::uint64_t i = 0; i < FlightRecorder::kEventsMax; ++i) recorder.record({.number = i});
  CHECK(numbers(recorder).size() == FlightRecorder::kEventsMax);
}

}  // namespace
}  // namespace lansync
