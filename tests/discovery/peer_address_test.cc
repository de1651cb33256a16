#include "discovery/peer_address.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

TEST_CASE("Nobody on the network can make us dial an address that is not a peer's",
          "[discovery][peer_address]") {
  const PeerAddress bad[] = {
      {"", 22000},
      {"localhost", 22000},
      {"example.org", 22000},
      {"127.0.0.1", 22000},
      {"127.255.255.254", 22000},
      {"127.1", 22000},
      {"0.0.0.0", 22000},
      {"0.1.2.3", 22000},
      {"224.0.0.251", 22000},
      {"239.255.255.250", 22000},
      {"255.255.255.255", 22000},
      {"240.0.0.1", 22000},
      {"10.77.0.1%eth0", 22000},
      {"10.77.0.1 ", 22000},
      {"010.77.0.1", 22000},
      {"10.77.0.256", 22000},
      {"10.77.0.1:22", 22000},
      {"::", 22000},
      {"::1", 22000},
      {"::7f00:1", 22000},
      {"::ffff:127.0.0.1", 22000},
      {"::ffff:224.0.0.1", 22000},
      {"::ffff:0.0.0.0", 22000},
      {"ff02::fb", 22000},
      {"ff02::fb%eth0", 22000},
      {"ff0e::1", 22000},
      {"fe80::1", 22000},
      {"fe80::1%", 22000},
      {"fd77::1%eth0", 22000},
      {"::1%lo", 22000},
      {"[fd77::1]", 22000},
      {"fd77::1::2", 22000},
      {"10.77.0.1", 0},
      {"10.77.0.1", 22},
      {"10.77.0.1", 80},
      {"10.77.0.1", 1023},
      {"fd77::1", 443},
      {std::string("10.77.0.1\0", 10), 22000},
      {std::string("fd77::1\0x", 9), 22000},
  };
  for (const PeerAddress& address : bad) {
    DYNAMIC_SECTION('"' << address.ip << "\" port " << address.port) {
      CHECK_FALSE(worth_dialling(address));
    }
  }
  const PeerAddress good[] = {
      {"10.77.0.1", 22000},    {"192.168.1.7", 1024},       {"169.254.3.4", 65535},
      {"fe80::1%eth0", 22000}, {"fe80::1%2", 22000},        {"fd77::1", 22000},
      {"2001:db8::1", 22000},  {"::ffff:10.77.0.1", 22000},
  };
  for (const PeerAddress& address : good) {
    DYNAMIC_SECTION('"' << address.ip << "\" port " << address.port) {
      CHECK(worth_dialling(address));
    }
  }
}

}  // namespace
}  // namespace lansync
