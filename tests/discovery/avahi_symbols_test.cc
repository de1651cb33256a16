#include "discovery/avahi_symbols.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

TEST_CASE("This program is linked so that libavahi-core calls its own functions",
          "[discovery][avahi_symbols]") {
  CHECK(avahi_core_calls_its_own());
}

}  // namespace
}  // namespace lansync
