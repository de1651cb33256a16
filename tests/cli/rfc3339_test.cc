#include "cli/rfc3339.h"

#include <cstdlib>
#include <ctime>

#include <catch2/catch.hpp>

using namespace lansync::cli;

namespace {

// The time zone of this process, until the end of the scope.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) { set(zone); }
  ~TimeZone() {
    unsetenv("TZ");
    tzset();
  }
  static void set(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
};

}  // namespace

TEST_CASE("A time is written in UTC") {
  const TimeZone zone("XYZ-5:30");
  const auto time = std::chrono::system_clock::from_time_t(1'773'500'520);
  CHECK(rfc3339(time) == "2026-03-14T15:02:00Z");
  CHECK(rfc3339(time + std::chrono::milliseconds(999)) == "2026-03-14T15:02:00Z");
}

TEST_CASE("People read it by their own clock") {
  TimeZone zone("XYZ-5:30");
  CHECK(local_time("2026-03-14T15:02:00Z") == "2026-03-14 20:32:00");
  CHECK(local_time("2026-12-31T23:59:59Z") == "2027-01-01 05:29:59");
  TimeZone::set("UTC");
  CHECK(local_time("2026-03-14T15:02:00Z") == "2026-03-14 15:02:00");
}

TEST_CASE("What is no time is shown as it is") {
  for (const char* text : {"", "soon", "2026-03-14", "2026-03-14T15:02:00", "2026-13-14T15:02:00Z",
                           "2026-03-14T15:02:00Z and more"}) {
    CHECK(local_time(text) == text);
  }
}
