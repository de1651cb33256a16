// What SyncNode tells about itself.
#include <algorithm>
#include <chrono>

#include "cli/daemon/login_start.h"
#include "cli/daemon/sync_node.h"
#include "cli/forget_command.h"
#include "cli/rfc3339.h"
#include "cli/text/units.h"
#include "cli/version.h"

namespace lansync::cli {
namespace {

ShareState state_of(ShareActivity activity) {
  switch (activity) {
    case ShareActivity::scanning: return ShareState::scanning;
    case ShareActivity::syncing: return ShareState::syncing;
    case ShareActivity::idle: return ShareState::idle;
    case ShareActivity::held: return ShareState::held;
    case ShareActivity::error: break;
  }
  return ShareState::error;
}

IssueReport no_space(std::uint64_t bytes, const std::string& path) {
  return {path, "no_space",
          "the disk is full, " + format_bytes(bytes) + " (" + std::to_string(bytes) +
              " bytes) are needed",
          "make room; syncing goes on by itself"};
}

IssueReport issue_of(const DiscoveryProblem& problem) {
  switch (problem.kind) {
    case DiscoveryProblem::Kind::no_network:
      return {"", "no_network", problem.text, "connect this device; it goes on by itself"};
    case DiscoveryProblem::Kind::no_multicast:
      return {"", "no_multicast", problem.text,
              "devices do not find each other by themselves here; give an address: lansync connect "
              "HOST"};
    case DiscoveryProblem::Kind::unseen: break;
  }
  return {"", "discovery", problem.text, "on the other device: lansync connect HOST"};
}

IssueReport held(std::uint64_t deletions, const std::string& path) {
  return {path, "held",
          format_files(deletions) + (deletions == 1 ? " is" : " are") +
              " gone where somebody deleted so much at once, and kept elsewhere",
          "if that is meant: lansync resume " + shell_quoted(path) +
              "; if not, put them back where they are gone"};
}

// The folder as a person would type it on a device of their own: beneath the home directory, if it
// is.
std::string typed_path(const std::filesystem::path& path, const std::string& home) {
  const std::string text = path.string();
  if (!home.empty() && text.starts_with(home + "/")) {
    const std::string beneath = text.substr(home.size() + 1);
    const std::string quoted = shell_quoted(beneath);
    return quoted == beneath ? "~/" + beneath : "~/" + quoted;
  }
  return shell_quoted(text);
}

}  // namespace

ShareName SyncNode::name_of(const Folder& folder) {
  ShareName name;
  name.id = folder.registered.id.hex();
  name.path = folder.registered.path.string();
  const auto genesis = open_genesis(folder.registered.genesis);
  name.name = genesis ? genesis->name : folder.registered.path.filename().string();
  return name;
}

DeviceReport SyncNode::device_report() const {
  DeviceReport report;
  report.id = short_name(keys_->id());
  report.name = device_name_;
  report.version = kVersion;
  if (const auto port = node_->port()) {
    report.listen.push_back(to_string(HostPort{parts_.config.listen.host, *port}));
    if (*port != parts_.config.listen.port) {
      report.issues.push_back(
          {"", "port",
           "port " + std::to_string(parts_.config.listen.port) + " is in use; listening on " +
               std::to_string(*port) + " instead",
           "nothing has to be done; to choose a port, set `listen` in config.toml"});
    }
  } else {
    report.issues.push_back({"", "port", "cannot accept connections: " + listen_problem_,
                             "choose another port with `listen` in config.toml"});
  }
  std::error_code unreadable;
  if (std::filesystem::exists(parts_.paths.crash_report(), unreadable)) {
    report.issues.push_back(
        {parts_.paths.crash_report().string(), "crashed",
         "lansync ended by a bug, and left here what it did last",
         "send this file with a report of the bug (it has no names, contents or keys in it), then "
         "delete it"});
  }
  if (const auto problem = discovery_->problem()) report.issues.push_back(issue_of(*problem));
  for (const GivenAddressState& given : node_->given_addresses()) {
    if (given.connected) continue;
    report.issues.push_back(
        {"", "address",
         given.address.text() + " cannot be reached" +
             (given.problem.empty() ? "" : ": " + given.problem),
         "it is tried again by itself; to forget it: " + forget_command(given.address.text())});
  }
  return report;
}

MemberReport SyncNode::member_report(const MemberStatus& status) const {
  MemberReport report;
  report.id = short_name(status.member.device);
  report.name = status.member.name;
  report.role = to_string(status.member.role);
  report.online = status.online;
  report.in_sync = status.in_sync;
  if (const PeerSession* session = node_->session(status.member.device)) {
    report.address = session->address();
    report.rx_bytes = session->received_bytes();
    report.tx_bytes = session->sent_bytes();
  }
  return report;
}

std::vector<MemberReport> SyncNode::member_reports(const Folder& folder) const {
  std::vector<MemberReport> reports;
  if (folder.host == nullptr) return reports;
  for (const MemberStatus& status : folder.host->engine().status().members) {
    reports.push_back(member_report(status));
  }
  return reports;
}

ShareReport SyncNode::share_report(const Folder& folder) const {
  ShareReport report;
  report.share = name_of(folder);
  if (folder.problem) {
    report.state = ShareState::error;
    report.issues.push_back(
        {folder.problem->path, "open", folder.problem->message, folder.problem->fix});
  }
  if (folder.host == nullptr) {
    if (!folder.problem) report.state = ShareState::error;
    return report;
  }
  const Membership& membership = folder.host->membership();
  if (const Member* self = membership.member(keys_->id())) report.role = to_string(self->role);
  const ShareStatus status = folder.host->engine().status();
  report.state = state_of(status.activity);
  report.files = status.disk.files;
  report.bytes = status.disk.bytes;
  report.need_files = status.need.files;
  report.need_bytes = status.need.bytes - std::min(status.need.bytes, status.staged_bytes);
  report.in_sync = status.in_sync && std::ranges::all_of(status.members, [](const auto& member) {
                     return !member.online || member.in_sync;
                   });
  report.fingerprint = to_hex(status.fingerprint.view());
  report.conflicts = status.conflicts;
  if (status.error) {
    report.issues.push_back(
        {"", "error", to_string(*status.error), "see that the folder is there"});
  }
  if (status.lacking_bytes > 0)
    report.issues.push_back(no_space(status.lacking_bytes, report.share.path));
  if (status.held_deletions > 0) {
    report.issues.push_back(held(status.held_deletions, report.share.path));
  }
  if (!folder.watch_problem.empty()) {
    report.issues.push_back({"", "watch", folder.watch_problem + "; looking every 10 s instead",
                             "raise fs.inotify.max_user_watches"});
  }
  for (const PathIssue& issue : status.issues) {
    report.issues.push_back({issue.path, issue.code, issue.message, issue.fix});
  }
  for (const MemberStatus& member : status.members) report.members.push_back(member_report(member));
  return report;
}

// Opens an invitation that ends with a whole second, so that the time told is the time it ends.
InvitationReport SyncNode::open_invitation(const Folder& folder, Role role, Duration lifetime) {
  using std::chrono::system_clock;
  const auto now = system_clock::now();
  const auto expires = std::chrono::ceil<std::chrono::seconds>(now + lifetime);
  const PairingCode code = node_->invite(folder.registered.id, role, expires - now);
  InvitationReport report;
  report.code = code.text();
  report.expires = rfc3339(expires);
  report.command = "lansync join " + typed_path(folder.registered.path, parts_.environment.home);
  report.link = "lansync:join/" + code.text();
  return report;
}

Outcome<Answer> SyncNode::status(const StatusRequest& request) const {
  StatusReport report;
  report.device = device_report();
  std::optional<KnownShare> only;
  if (!request.folder.empty()) {
    only = share_of(request.folder, known_shares());
    if (!only) {
      return Failure{ExitCode::not_found, "not in a share", request.folder, "see `lansync status`"};
    }
  }
  bool conflicts = false;
  for (const auto& [id, folder] : folders_) {
    if (only && folder.registered.path != only->path) continue;
    report.shares.push_back(share_report(folder));
    conflicts = conflicts || report.shares.back().conflicts > 0;
  }
  return Answer(std::move(report));
}

Outcome<Answer> SyncNode::peers() const {
  std::map<DeviceId, PeerReport> peers;
  for (const auto& [id, folder] : folders_) {
    if (folder.host == nullptr) continue;
    for (const MemberStatus& status : folder.host->engine().status().members) {
      PeerReport& peer = peers[status.member.device];
      const MemberReport member = member_report(status);
      peer.id = member.id;
      peer.name = member.name;
      peer.online = peer.online || member.online;
      peer.address = member.address;
      peer.rx_bytes = member.rx_bytes;
      peer.tx_bytes = member.tx_bytes;
      peer.shares.push_back({name_of(folder), member.role, member.in_sync});
    }
  }
  PeersReport report;
  for (auto& [device, peer] : peers) report.peers.push_back(std::move(peer));
  return Answer(std::move(report));
}

}  // namespace lansync::cli
