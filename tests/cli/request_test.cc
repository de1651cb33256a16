#include "cli/control/request.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace lansync::cli;
using namespace std::chrono_literals;

TEST_CASE("Every request is read as it was written") {
  const std::vector<Request> requests = {
      JoinRequest{"/a", "Photos", "K3QX-9MPD", false, "reader", true, true},
      JoinRequest{.folder = "/a", .create = true},
      InviteRequest{"/a", "editor", 600s},
      AwaitMemberRequest{"00ff"},
      LeaveRequest{"/a"},
      StatusRequest{},
      StatusRequest{"/ä\"\\\n"},
      PeersRequest{},
      ConnectRequest{{"::1", 5}},
      ForgetRequest{{"::1", 5}},
      ForgetRequest{{"nas", 22727}},
      FlushRequest{"", 0s},
      FlushRequest{"/a", std::nullopt},
      ResumeRequest{"/a"},
      VerifyRequest{},
      VerifyRequest{"/a", true},
      StopRequest{},
  };
  for (const Request& request : requests) {
    const std::string line = request_line(request);
    INFO(line);
    CHECK(line.ends_with('\n'));
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(parse_request(line).value() == request);
  }
}

TEST_CASE("What is no request is a usage error") {
  for (const char* line : {
           "",
           " ",
           "null",
           "1",
           "\"join\"",
           "[]",
           "{",
           "{}",
           "{}{}",
           "\xff\xfe",
           R"({"v":1})",
           R"({"command":"status"})",
           R"({"v":2,"command":"status"})",
           R"({"v":"1","command":"status"})",
           R"({"v":1,"command":""})",
           R"({"v":1,"command":5})",
           R"({"v":1,"command":"Status"})",
           R"({"v":1,"command":"rm"})",
           R"({"v":1,"command":"status","arg":{}})",
           R"({"v":1,"command":"status","args":[]})",
           R"({"v":1,"command":"status","args":null})",
           R"({"v":1,"command":"status","args":{"folder":5}})",
           R"({"v":1,"command":"status","args":{"dir":"/a"}})",
           R"({"v":1,"command":"status","args":{"folder":"/a\u0000/b"}})",
           R"({"v":1,"command":"join"})",
           R"({"v":1,"command":"join","args":{}})",
           R"({"v":1,"command":"join","args":{"folder":""}})",
           R"({"v":1,"command":"join","args":{"folder":null}})",
           R"({"v":1,"command":"join","args":{"folder":"/a","new":1}})",
           R"({"v":1,"command":"join","args":{"folder":"/a","new":"yes"}})",
           R"({"v":1,"command":"leave","args":{}})",
           R"({"v":1,"command":"peers","args":{"folder":"/a"}})",
           R"({"v":1,"command":"stop","args":{"now":true}})",
           R"({"v":1,"command":"connect","args":{"port":5}})",
           R"({"v":1,"command":"connect","args":{"host":"a","port":-1}})",
           R"({"v":1,"command":"connect","args":{"host":"a","port":65536}})",
           R"({"v":1,"command":"connect","args":{"host":"a","port":1.5}})",
           R"({"v":1,"command":"connect","args":{"host":"a","forget":true}})",
           R"({"v":1,"command":"forget"})",
           R"({"v":1,"command":"forget","args":{"port":5}})",
           R"({"v":1,"command":"forget","args":{"host":"","port":5}})",
           R"({"v":1,"command":"forget","args":{"host":"a","port":65536}})",
           R"({"v":1,"command":"forget","args":{"host":"a","all":true}})",
           R"({"v":1,"command":"flush","args":{"timeout_seconds":-1}})",
           R"({"v":1,"command":"flush","args":{"timeout_seconds":99999999999}})",
           R"({"v":1,"command":"flush","args":{"timeout_seconds":"5"}})",
           R"({"v":1,"command":"invite","args":{"folder":"/a","ttl_seconds":1e99}})",
           R"({"v":1,"command":"await_member","args":{"share":""}})",
       }) {
    INFO(line);
    const auto request = parse_request(line);
    REQUIRE_FALSE(request.has_value());
    CHECK(request.error().exit == ExitCode::usage);
  }
}

TEST_CASE("Nesting as deep as a request is long is no danger") {
  CHECK_FALSE(parse_request(std::string(65536, '[')).has_value());
  CHECK_FALSE(parse_request(std::string(32768, '[') + std::string(32768, ']')).has_value());
}
