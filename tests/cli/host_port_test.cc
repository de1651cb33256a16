#include "cli/host_port.h"

#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace lansync::cli;

TEST_CASE("What is no address is not taken for one") {
  for (const char* text :
       {"",        ":",          ":1",          "host:",       "host:x",
        "host:-1", "host:65536", "host:1x",     "host:1:2",    "ho st",
        "-host",   "host/path",  "http://host", "[",           "[]",
        "[]:1",    "[::1",       "[::1]x",      "[::1]:",      "[host]:1",
        "::1%",    "::g",        "host\n",      "h\xc3\xb6st", "1.2.3.4:99999"}) {
    INFO(text);
    CHECK_FALSE(parse_host_port(text).has_value());
  }
  CHECK_FALSE(parse_host_port(std::string(254, 'a')).has_value());
  // What stands before a zero byte would be one.
  for (const std::string& text : {std::string("::1\0x", 5), std::string("[::1\0]:1", 8)}) {
    CHECK_FALSE(parse_host_port(text).has_value());
  }
}

TEST_CASE("Addresses are read and written alike") {
  const std::vector<std::pair<std::string, HostPort>> rows = {
      {"nas:22", {"nas", 22}},
      {"192.168.1.5:22727", {"192.168.1.5", 22727}},
      {"[::1]:1", {"::1", 1}},
      {"[fe80::1%eth0]:65535", {"fe80::1%eth0", 65535}},
      {"nas.example.org:0", {"nas.example.org", 0}},
  };
  for (const auto& [text, address] : rows) {
    INFO(text);
    CHECK(parse_host_port(text) == address);
    CHECK(to_string(address) == text);
  }
}

TEST_CASE("Without a port the default one is meant") {
  CHECK(parse_host_port("nas") == HostPort{"nas", kDefaultPort});
  CHECK(parse_host_port("[::1]") == HostPort{"::1", kDefaultPort});
  CHECK(parse_host_port("fe80::1%eth0") == HostPort{"fe80::1%eth0", kDefaultPort});
}
