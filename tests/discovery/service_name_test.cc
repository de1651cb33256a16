#include "discovery/service_name.h"

#include <string>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

TEST_CASE("An instance is named after its device tag", "[discovery][service_name]") {
  CHECK(instance_name("0123456789abcdef") == "lansync-01234567");
  CHECK(is_instance_name(instance_name("0123456789abcdef")));
}

TEST_CASE("Only names that a device of ours can have are followed", "[discovery][service_name]") {
  for (const char* name : {"lansync-01234567", "lansync-01234567 #2", "lansync-abcdefab #1234"}) {
    CAPTURE(name);
    CHECK(is_instance_name(name));
  }
  const std::string bad[] = {"",
                             "lansync",
                             "lansync-",
                             "lansync-0123456",
                             "lansync-012345678",
                             "lansync-0123456g",
                             "lansync-ABCDEFAB",
                             "Lansync-01234567",
                             "lansync_01234567",
                             " lansync-01234567",
                             "lansync-01234567 ",
                             "lansync-01234567 #",
                             "lansync-01234567 #x",
                             "lansync-01234567 #12345",
                             "lansync-01234567#2",
                             "lansync-01234567 #2 #2",
                             "lansync-01234567-2",
                             "lansync-01234567\n",
                             "lansync-0123456\x1b",
                             std::string("lansync-01234567\0", 17),
                             std::string(1000, 'a')};
  for (const std::string& name : bad) {
    CAPTURE(name);
    CHECK_FALSE(is_instance_name(name));
  }
}

}  // namespace
}  // namespace lansync
