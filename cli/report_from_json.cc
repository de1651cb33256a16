#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/report_json.h"

namespace lansync::cli {
namespace {

constexpr std::array<std::pair<std::string_view, ShareState>, 6> kStates = {{
    {"scanning", ShareState::scanning},
    {"syncing", ShareState::syncing},
    {"idle", ShareState::idle},
    {"paused", ShareState::paused},
    {"held", ShareState::held},
    {"error", ShareState::error},
}};

// A state of a later version is one that a person has to look at.
ShareState state_named(std::string_view name) {
  for (const auto& [known, state] : kStates) {
    if (known == name) return state;
  }
  return ShareState::error;
}

// One read() for each part of a report; a value of the wrong kind throws.

void read(const Json& json, std::string& value) { value = json.get<std::string>(); }
void read(const Json& json, bool& value) { value = json.get<bool>(); }
// nlohmann converts: -1 to a huge number, and it finds no key in what is no object.
void require(bool condition, const Json& json) {
  if (!condition) throw Json::other_error::create(0, "a value of the wrong kind", &json);
}

void read(const Json& json, std::uint64_t& value) {
  require(json.is_number_unsigned(), json);
  value = json.get<std::uint64_t>();
}
void read(const Json& json, std::int64_t& value) {
  value = whole_number(json, std::numeric_limits<std::int64_t>::min(),
                       std::numeric_limits<std::int64_t>::max());
}

void read(const Json& json, ShareReport& report);
void read(const Json& json, PeerShare& share);
void read(const Json& json, PeerReport& peer);
void read(const Json& json, FlushedShare& share);
void read(const Json& json, ComparedMember& member);
void read(const Json& json, VerifiedShare& share);

// Leaves the value as it is if there is no such key.
template <class Value>
void read(const Json& json, const char* key, Value& value);

void read(const Json& json, IssueReport& issue) {
  read(json, "path", issue.path);
  read(json, "code", issue.code);
  read(json, "message", issue.message);
  read(json, "fix", issue.fix);
}

void read(const Json& json, MemberReport& member) {
  read(json, "id", member.id);
  read(json, "name", member.name);
  read(json, "role", member.role);
  read(json, "online", member.online);
  read(json, "in_sync", member.in_sync);
  read(json, "address", member.address);
  read(json, "rx_bytes", member.rx_bytes);
  read(json, "tx_bytes", member.tx_bytes);
}

void read(const Json& json, ShareName& share) {
  read(json, "id", share.id);
  read(json, "name", share.name);
  read(json, "path", share.path);
}

void read(const Json& json, ShareState& state) { state = state_named(json.get<std::string>()); }

template <class Part>
void read(const Json& json, std::vector<Part>& parts) {
  require(json.is_array(), json);
  for (const Json& element : json) {
    Part part;
    read(element, part);
    parts.push_back(std::move(part));
  }
}

void read(const Json& json, ShareReport& report) {
  read(json, report.share);
  read(json, "kind", report.kind);
  read(json, "role", report.role);
  read(json, "state", report.state);
  read(json, "files", report.files);
  read(json, "bytes", report.bytes);
  read(json, "need_files", report.need_files);
  read(json, "need_bytes", report.need_bytes);
  read(json, "in_sync", report.in_sync);
  read(json, "fingerprint", report.fingerprint);
  read(json, "conflicts", report.conflicts);
  read(json, "issues", report.issues);
  read(json, "members", report.members);
}

void read(const Json& json, DeviceReport& device) {
  read(json, "id", device.id);
  read(json, "name", device.name);
  read(json, "version", device.version);
  read(json, "listen", device.listen);
  read(json, "issues", device.issues);
}

void read(const Json& json, InvitationReport& invitation) {
  read(json, "code", invitation.code);
  read(json, "expires", invitation.expires);
  read(json, "command", invitation.command);
  read(json, "link", invitation.link);
}

void read(const Json& json, PeerShare& share) {
  read(json, share.share);
  read(json, "role", share.role);
  read(json, "in_sync", share.in_sync);
}

void read(const Json& json, PeerReport& peer) {
  read(json, "id", peer.id);
  read(json, "name", peer.name);
  read(json, "online", peer.online);
  read(json, "address", peer.address);
  read(json, "rx_bytes", peer.rx_bytes);
  read(json, "tx_bytes", peer.tx_bytes);
  read(json, "shares", peer.shares);
}

void read(const Json& json, FlushedShare& share) {
  read(json, share.share);
  read(json, "in_sync", share.in_sync);
  read(json, "fingerprint", share.fingerprint);
  read(json, "need_files", share.need_files);
  read(json, "need_bytes", share.need_bytes);
  read(json, "online_members", share.online_members);
}

void read(const Json& json, ComparedMember& member) {
  read(json, "id", member.id);
  read(json, "name", member.name);
  read(json, "result", member.result);
  read(json, "paths", member.paths);
  read(json, "more", member.more);
}

void read(const Json& json, VerifiedShare& share) {
  read(json, share.share);
  read(json, "files", share.files);
  read(json, "bytes", share.bytes);
  read(json, "unsettled", share.unsettled);
  read(json, "findings", share.findings);
  read(json, "members", share.members);
}

template <class Part>
void read(const Json& json, std::optional<Part>& part) {
  if (json.is_null()) return;
  read(json, part.emplace());
}

template <class Value>
void read(const Json& json, const char* key, Value& value) {
  require(json.is_object(), json);
  if (const auto at = json.find(key); at != json.end()) read(*at, value);
}

void read(const Json& json, JoinReport& report) {
  read(json, "share", report.share);
  const Json& share = json.at("share");
  read(share, "created", report.created);
  read(share, "already_joined", report.already_joined);
  read(json, "invitation", report.invitation);
  read(json, "members", report.members);
}

void read(const Json& json, InviteReport& report) {
  read(json, "share", report.share);
  read(json, "role", report.role);
  read(json, "invitation", report.invitation);
}

void read(const Json& json, AwaitMemberReport& report) { read(json, "joined", report.joined); }

void read(const Json& json, LeaveReport& report) { read(json, "share", report.share); }

void read(const Json& json, StatusReport& report) {
  read(json, "device", report.device);
  read(json, "shares", report.shares);
}

void read(const Json& json, PeersReport& report) { read(json, "peers", report.peers); }

void read(const Json& json, ConnectReport& report) {
  read(json, "address", report.address);
  read(json, "connected", report.connected);
  if (!report.connected) return;
  const Json& device = json.at("device");
  read(device, "id", report.device_id);
  read(device, "name", report.device_name);
}

void read(const Json& json, ForgetReport& report) { read(json, "address", report.address); }

void read(const Json& json, FlushReport& report) { read(json, "shares", report.shares); }

void read(const Json& json, ResumeReport& report) {
  read(json, "share", report.share);
  read(json, "released", report.released);
}

void read(const Json& json, VerifyReport& report) { read(json, "shares", report.shares); }

void read(const Json& json, StopReport& report) { read(json, "pid", report.pid); }

template <class ReportType>
Report read_document(const Json& json) {
  ReportType report;
  read(json, report);
  return report;
}

Report read_typed(const std::string& type, const Json& json) {
  if (type == "join") return read_document<JoinReport>(json);
  if (type == "invite") return read_document<InviteReport>(json);
  if (type == "await_member") return read_document<AwaitMemberReport>(json);
  if (type == "leave") return read_document<LeaveReport>(json);
  if (type == "status") return read_document<StatusReport>(json);
  if (type == "peers") return read_document<PeersReport>(json);
  if (type == "connect") return read_document<ConnectReport>(json);
  if (type == "forget") return read_document<ForgetReport>(json);
  if (type == "flush") return read_document<FlushReport>(json);
  if (type == "resume") return read_document<ResumeReport>(json);
  if (type == "verify") return read_document<VerifyReport>(json);
  if (type == "stop") return read_document<StopReport>(json);
  throw Json::other_error::create(0, "unknown type", &json);
}

Failure not_understood() {
  return {ExitCode::failed,
          "the daemon answered something that this program does not understand",
          {},
          "they may be of different versions: lansync stop, and start it again"};
}

}  // namespace

Outcome<Report> report_from_json(const Json& json) {
  try {
    return read_typed(json.at("type").get<std::string>(), json);
  } catch (const Json::exception&) {
    return not_understood();
  }
}

Progress progress_from_json(const Json& json) {
  Progress progress;
  try {
    read(json, "phase", progress.phase);
    read(json, "bytes_done", progress.bytes_done);
    read(json, "bytes_total", progress.bytes_total);
    read(json, "files_done", progress.files_done);
    read(json, "files_total", progress.files_total);
  } catch (const Json::exception&) {
    return {};
  }
  return progress;
}

Failure failure_from_json(const Json& json) {
  Failure failure;
  try {
    failure.exit = static_cast<ExitCode>(whole_number(json.at("exit"), 0, 255));
    read(json, "message", failure.message);
    read(json, "path", failure.path);
    read(json, "fix", failure.fix);
  } catch (const Json::exception&) {
    return not_understood();
  }
  return failure;
}

}  // namespace lansync::cli
