#include "cli/report_json.h"

#include <string_view>

#include <nlohmann/json.hpp>

namespace lansync::cli {
namespace {

std::string_view state_name(ShareState state) {
  switch (state) {
    case ShareState::scanning: return "scanning";
    case ShareState::syncing: return "syncing";
    case ShareState::idle: return "idle";
    case ShareState::paused: return "paused";
    case ShareState::held: return "held";
    case ShareState::error: return "error";
  }
  return "error";
}

// One write() for each part of a report.

Json write(const ShareReport& report);
Json write(const PeerShare& share);
Json write(const PeerReport& peer);
Json write(const FlushedShare& share);
Json write(const ComparedMember& member);
Json write(const VerifiedShare& share);

Json write(const IssueReport& issue) {
  return {
      {"path", issue.path}, {"code", issue.code}, {"message", issue.message}, {"fix", issue.fix}};
}

Json write(const MemberReport& member) {
  return {{"id", member.id},
          {"name", member.name},
          {"role", member.role},
          {"online", member.online},
          {"in_sync", member.in_sync},
          {"address", member.address},
          {"rx_bytes", member.rx_bytes},
          {"tx_bytes", member.tx_bytes}};
}

Json write(const ShareName& share) {
  return {{"id", share.id}, {"name", share.name}, {"path", share.path}};
}

template <class Part>
Json write(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(write(part));
  return list;
}

Json write(const ShareReport& report) {
  return {{"id", report.share.id},
          {"name", report.share.name},
          {"kind", report.kind},
          {"path", report.share.path},
          {"role", report.role},
          {"state", state_name(report.state)},
          {"files", report.files},
          {"bytes", report.bytes},
          {"need_files", report.need_files},
          {"need_bytes", report.need_bytes},
          {"in_sync", report.in_sync},
          {"fingerprint", report.fingerprint},
          {"conflicts", report.conflicts},
          {"issues", write(report.issues)},
          {"members", write(report.members)}};
}

Json write(const DeviceReport& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"version", device.version},
          {"listen", device.listen},
          {"issues", write(device.issues)}};
}

Json write(const InvitationReport& invitation) {
  return {{"code", invitation.code},
          {"expires", invitation.expires},
          {"command", invitation.command},
          {"link", invitation.link}};
}

Json write(const PeerShare& share) {
  Json json = write(share.share);
  json["role"] = share.role;
  json["in_sync"] = share.in_sync;
  return json;
}

Json write(const PeerReport& peer) {
  return {{"id", peer.id},
          {"name", peer.name},
          {"online", peer.online},
          {"address", peer.address},
          {"rx_bytes", peer.rx_bytes},
          {"tx_bytes", peer.tx_bytes},
          {"shares", write(peer.shares)}};
}

Json write(const FlushedShare& share) {
  Json json = write(share.share);
  json["in_sync"] = share.in_sync;
  json["fingerprint"] = share.fingerprint;
  json["need_files"] = share.need_files;
  json["need_bytes"] = share.need_bytes;
  json["online_members"] = share.online_members;
  return json;
}

Json write(const ComparedMember& member) {
  return {{"id", member.id},
          {"name", member.name},
          {"result", member.result},
          {"paths", member.paths},
          {"more", member.more}};
}

Json write(const VerifiedShare& share) {
  Json json = write(share.share);
  json["files"] = share.files;
  json["bytes"] = share.bytes;
  json["unsettled"] = share.unsettled;
  json["findings"] = write(share.findings);
  json["members"] = write(share.members);
  return json;
}

Json head(std::string_view type) { return {{"v", 1}, {"type", type}}; }

// One document for each kind of report.
struct DocumentWriter {
  Json operator()(const JoinReport& report) const {
    Json json = head("join");
    json["share"] = write(report.share);
    json["share"]["created"] = report.created;
    json["share"]["already_joined"] = report.already_joined;
    json["invitation"] = report.invitation ? write(*report.invitation) : Json(nullptr);
    json["members"] = write(report.members);
    return json;
  }
  Json operator()(const InviteReport& report) const {
    Json json = head("invite");
    json["share"] = write(report.share);
    json["role"] = report.role;
    json["invitation"] = write(report.invitation);
    return json;
  }
  Json operator()(const AwaitMemberReport& report) const {
    Json json = head("await_member");
    json["joined"] = report.joined ? write(*report.joined) : Json(nullptr);
    return json;
  }
  Json operator()(const LeaveReport& report) const {
    Json json = head("leave");
    json["share"] = write(report.share);
    return json;
  }
  Json operator()(const StatusReport& report) const {
    Json json = head("status");
    json["device"] = write(report.device);
    json["shares"] = write(report.shares);
    return json;
  }
  Json operator()(const PeersReport& report) const {
    Json json = head("peers");
    json["peers"] = write(report.peers);
    return json;
  }
  Json operator()(const ConnectReport& report) const {
    Json json = head("connect");
    json["address"] = report.address;
    json["connected"] = report.connected;
    json["device"] = Json(nullptr);
    if (report.connected) {
      json["device"] = Json{{"id", report.device_id}, {"name", report.device_name}};
    }
    return json;
  }
  Json operator()(const ForgetReport& report) const {
    Json json = head("forget");
    json["address"] = report.address;
    return json;
  }
  Json operator()(const FlushReport& report) const {
    Json json = head("flush");
    json["shares"] = write(report.shares);
    return json;
  }
  Json operator()(const ResumeReport& report) const {
    Json json = head("resume");
    json["share"] = write(report.share);
    json["released"] = report.released;
    return json;
  }
  Json operator()(const VerifyReport& report) const {
    Json json = head("verify");
    json["shares"] = write(report.shares);
    return json;
  }
  Json operator()(const StopReport& report) const {
    Json json = head("stop");
    json["pid"] = report.pid;
    return json;
  }
};

}  // namespace

Json to_json(const Report& report) { return std::visit(DocumentWriter(), report); }

Json to_json(const Failure& failure) {
  Json json = head("error");
  json["exit"] = static_cast<int>(failure.exit);
  json["message"] = failure.message;
  json["path"] = failure.path;
  json["fix"] = failure.fix;
  return json;
}

Json to_json(const Progress& progress) {
  return {{"type", "progress"},
          {"phase", progress.phase},
          {"bytes_done", progress.bytes_done},
          {"bytes_total", progress.bytes_total},
          {"files_done", progress.files_done},
          {"files_total", progress.files_total}};
}

}  // namespace lansync::cli
