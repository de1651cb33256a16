#include "tests/cli/sample_reports.h"

namespace lansync::cli::test {
namespace {

MemberReport desktop() {
  return {"abcd-efgh", "bob-desktop", "editor", true, true, "192.168.1.7:22727", 1'200'000'000, 34};
}

MemberReport nas() { return {"ijkl-mnop", "carol-nas", "reader", false, false, "", 0, 5'000'000}; }

ShareName photos() { return {"aa11", "Photos", "/people/anna/Photos"}; }

}  // namespace

StatusReport sample_status() {
  StatusReport status;
  status.device = {"qrst-uvwx", "anna-laptop", "0.1.0", {"[::]:22727"}, {}};
  ShareReport syncing;
  syncing.share = photos();
  syncing.role = "editor";
  syncing.state = ShareState::syncing;
  syncing.files = 12345;
  syncing.bytes = 20'100'000'000;
  syncing.need_files = 120;
  syncing.need_bytes = 1'230'000'000;
  syncing.fingerprint = "00ff";
  syncing.conflicts = 1;
  syncing.issues = {
      {"2026/report.docx", "open_elsewhere", "another program has it open", "close it there"}};
  syncing.members = {desktop(), nas()};
  ShareReport idle;
  idle.share = {"bb22", "Music", "/srv/music"};
  idle.role = "reader";
  idle.in_sync = true;
  idle.files = 1;
  idle.bytes = 999;
  status.shares = {syncing, idle};
  return status;
}

PeersReport sample_peers() {
  PeersReport peers;
  peers.peers.push_back({"abcd-efgh",
                         "bob-desktop",
                         true,
                         "192.168.1.7:22727",
                         1'200'000'000,
                         34,
                         {{photos(), "editor", true}}});
  peers.peers.push_back(
      {"ijkl-mnop",
       "carol-nas",
       false,
       "",
       0,
       5'000'000,
       {{photos(), "reader", false}, {{"bb22", "Music", "/srv/music"}, "editor", false}}});
  return peers;
}

JoinReport sample_join() {
  return {.share = photos(),
          .created = true,
          .invitation = InvitationReport{"K3QX-9MPD", "2026-03-14T15:02:00Z",
                                         "lansync join <folder>", "lansync:K3QX9MPD"},
          .members = {desktop()}};
}

StatusReport status_named(const std::string& name) {
  StatusReport status = sample_status();
  status.device.name = name;
  for (ShareReport& share : status.shares) {
    share.share.name = name;
    share.share.path = "/srv/" + name;
    for (IssueReport& issue : share.issues) issue.path = name;
    for (MemberReport& member : share.members) member.name = member.role = member.address = name;
  }
  status.device.issues = {{name, name, name, name}};
  return status;
}

PeersReport peers_named(const std::string& name) {
  PeersReport peers = sample_peers();
  for (PeerReport& peer : peers.peers) {
    peer.name = peer.address = name;
    for (PeerShare& share : peer.shares) share.share.name = name;
  }
  return peers;
}

JoinReport join_named(const std::string& name) {
  JoinReport join = sample_join();
  join.created = false;
  join.share.name = join.share.path = name;
  join.members.front().name = name;
  join.invitation->code = join.invitation->command = join.invitation->expires = name;
  return join;
}

}  // namespace lansync::cli::test
