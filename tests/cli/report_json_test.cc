#include "cli/report_json.h"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/sample_reports.h"
#include "tests/support/bad_names.h"

using namespace lansync::cli;

TEST_CASE("Every report is read as it was written") {
  const std::vector<Report> reports = {
      lansync::cli::test::sample_join(),
      JoinReport{.share = {"a", "b", "c"}, .already_joined = true},
      InviteReport{{"a", "b", "c"}, "reader", {"code", "when", "how", ""}},
      AwaitMemberReport{},
      AwaitMemberReport{MemberReport{"i", "n", "editor", true, true, "a", 1, 2}},
      LeaveReport{{"a", "b", "c"}},
      lansync::cli::test::sample_status(),
      StatusReport{},
      lansync::cli::test::sample_peers(),
      ConnectReport{"nas:1", true, "id", "nas"},
      ConnectReport{"nas:1", false, "", ""},
      ForgetReport{"nas:1"},
      FlushReport{{{{"a", "b", "c"}, true, "ff", 0, 0, 2}, {{"d", "e", "f"}, false, "", 1, 2, 0}}},
      ResumeReport{{"a", "b", "c"}, 250},
      VerifyReport{},
      VerifyReport{{{{"a", "b", "c"},
                     3,
                     4,
                     5,
                     {{"p", "content", "m", "f"}},
                     {{"i", "n", "different", {"p", "q"}, true}, {"i", "n", "equal", {}, false}}},
                    {.share = {"d", "e", "f"}}}},
      StopReport{4711},
  };
  for (const Report& report : reports) {
    const Json json = to_json(report);
    INFO(json.dump());
    CHECK(json.at("v") == 1);
    CHECK(report_from_json(parse_json(to_line(json))).value() == report);
  }
}

TEST_CASE("The status document is what scripts were promised") {
  const Json json = to_json(lansync::cli::test::sample_status());
  CHECK(to_line(json) ==
        R"({"v":1,"type":"status","device":{"id":"qrst-uvwx","name":"anna-laptop",)"
        R"("version":"0.1.0","listen":["[::]:22727"],"issues":[]},"shares":[)"
        R"({"id":"aa11","name":"Photos","kind":"folder","path":"/people/anna/Photos",)"
        R"("role":"editor","state":"syncing","files":12345,"bytes":20100000000,)"
        R"("need_files":120,"need_bytes":1230000000,"in_sync":false,"fingerprint":"00ff",)"
        R"("conflicts":1,"issues":[{"path":"2026/report.docx","code":"open_elsewhere",)"
        R"("message":"another program has it open","fix":"close it there"}],"members":[)"
        R"({"id":"abcd-efgh","name":"bob-desktop","role":"editor","online":true,"in_sync":true,)"
        R"("address":"192.168.1.7:22727","rx_bytes":1200000000,"tx_bytes":34},)"
        R"({"id":"ijkl-mnop","name":"carol-nas","role":"reader","online":false,"in_sync":false,)"
        R"("address":"","rx_bytes":0,"tx_bytes":5000000}]},)"
        R"({"id":"bb22","name":"Music","kind":"folder","path":"/srv/music","role":"reader",)"
        R"("state":"idle","files":1,"bytes":999,"need_files":0,"need_bytes":0,"in_sync":true,)"
        R"("fingerprint":"","conflicts":0,"issues":[],"members":[]}]})"
        "\n");
}

TEST_CASE("The peers document is what scripts were promised") {
  PeersReport peers = lansync::cli::test::sample_peers();
  peers.peers.pop_back();
  CHECK(to_line(to_json(peers)) ==
        R"({"v":1,"type":"peers","peers":[{"id":"abcd-efgh","name":"bob-desktop","online":true,)"
        R"("address":"192.168.1.7:22727","rx_bytes":1200000000,"tx_bytes":34,"shares":[)"
        R"({"id":"aa11","name":"Photos","path":"/people/anna/Photos","role":"editor",)"
        R"("in_sync":true}]}]})"
        "\n");
}

TEST_CASE("The join document is what scripts were promised") {
  CHECK(to_line(to_json(lansync::cli::test::sample_join())) ==
        R"({"v":1,"type":"join","share":{"id":"aa11","name":"Photos",)"
        R"("path":"/people/anna/Photos","created":true,"already_joined":false},)"
        R"("invitation":{"code":"K3QX-9MPD","expires":"2026-03-14T15:02:00Z",)"
        R"("command":"lansync join <folder>","link":"lansync:K3QX9MPD"},"members":[)"
        R"({"id":"abcd-efgh","name":"bob-desktop","role":"editor","online":true,"in_sync":true,)"
        R"("address":"192.168.1.7:22727","rx_bytes":1200000000,"tx_bytes":34}]})"
        "\n");
}

TEST_CASE("The documents about an address are what scripts were promised") {
  CHECK(to_line(to_json(ConnectReport{"nas:1", true, "id", "nas"})) ==
        R"({"v":1,"type":"connect","address":"nas:1","connected":true,)"
        R"("device":{"id":"id","name":"nas"}})"
        "\n");
  CHECK(to_line(to_json(ConnectReport{"nas:1", false, "", ""})) ==
        R"({"v":1,"type":"connect","address":"nas:1","connected":false,"device":null})"
        "\n");
  CHECK(to_line(to_json(ForgetReport{"nas:1"})) == R"({"v":1,"type":"forget","address":"nas:1"})"
                                                   "\n");
}

TEST_CASE("A document of a later version is read as far as it is known") {
  const auto json = parse_json(
      R"({"v":1,"type":"status","news":[1],"shares":[{"name":"x","state":"frozen","more":{}}]})");
  const auto report = std::get<StatusReport>(report_from_json(json).value());
  CHECK(report.shares.at(0).share.name == "x");
  CHECK(report.shares.at(0).state == ShareState::error);
}

TEST_CASE("No name of the corpus gets out of a JSON line as anything but ASCII") {
  for (const auto& name : lansync::test::read_bad_names()) {
    INFO(name.id);
    for (const Report& report : std::vector<Report>{lansync::cli::test::status_named(name.path),
                                                    lansync::cli::test::peers_named(name.path),
                                                    lansync::cli::test::join_named(name.path)}) {
      const std::string line = to_line(to_json(report));
      CHECK(std::ranges::all_of(line.substr(0, line.size() - 1),
                                [](char c) { return c >= ' ' && c < '\x7f'; }));
      CHECK_FALSE(parse_json(line).is_discarded());
      if (name.is_legal) CHECK(report_from_json(parse_json(line)).value() == report);
    }
  }
}
