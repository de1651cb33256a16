#include "transport/flight_recorder.h"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

std::vector<std::uint64_t> numbers(const FlightRecorder& recorder) {
  std::vector<std::uint64_t> found;
  recorder.for_each(
      [&found](const FlightRecorder::Event& event) { found.push_back(event.number); });
  return found;
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

TEST_CASE("An event is read whole or not at all while others are recorded") {
  FlightRecorder recorder;
  constexpr std::uint64_t kEach = 20'000;
  const auto write = [&recorder](std::uint64_t first) {
    for (std::uint64_t i = first; i < first + kEach; ++i) {
      recorder.record({.at = {static_cast<std::int64_t>(i)}, .share = i, .device = i, .number = i});
    }
  };
  std::uint64_t torn = 0;
  std::thread one(write, 1);
  std::thread two(write, kEach + 1);
  for (int looks = 0; looks < 20; ++looks) {
    recorder.for_each([&torn](const FlightRecorder::Event& event) {
      const bool whole = event.share == event.number && event.device == event.number &&
                         static_cast<std::uint64_t>(event.at.ns) == event.number;
      torn += whole ? 0 : 1;
    });
  }
  one.join();
  two.join();
  CHECK(torn == 0);
  CHECK(numbers(recorder).size() == FlightRecorder::kEventsMax);
}

}  // namespace
}  // namespace lansync
