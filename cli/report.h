// What the daemon answers, as values. docs/cli.md has the same as JSON, key by key.
//
// Strings hold names as they are: whoever shows them escapes them. Times are RFC 3339, sizes bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lansync::cli {

// Something that keeps a share, or the device, from being in sync, and what helps.
struct IssueReport {
  std::string path;
  std::string code;
  std::string message;
  std::string fix;

  friend bool operator==(const IssueReport&, const IssueReport&) = default;
};

struct MemberReport {
  std::string id;
  std::string name;
  std::string role;
  bool online = false;
  bool in_sync = false;
  std::string address;  // Empty while offline.
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;

  friend bool operator==(const MemberReport&, const MemberReport&) = default;
};

// `held`: it goes on only when a person acts, as the issues say.
enum class ShareState { scanning, syncing, idle, paused, held, error };

// Enough to name a share.
struct ShareName {
  std::string id;
  std::string name;
  std::string path;

  friend bool operator==(const ShareName&, const ShareName&) = default;
};

struct ShareReport {
  ShareName share;
  std::string kind = "folder";
  std::string role;
  ShareState state = ShareState::idle;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t need_files = 0;
  std::uint64_t need_bytes = 0;
  bool in_sync = false;
  std::string fingerprint;  // Hex; equal on devices that agree.
  std::uint64_t conflicts = 0;
  std::vector<IssueReport> issues;
  std::vector<MemberReport> members;

  friend bool operator==(const ShareReport&, const ShareReport&) = default;
};

struct DeviceReport {
  std::string id;
  std::string name;
  std::string version;
  std::vector<std::string> listen;
  std::vector<IssueReport> issues;  // Of the device as a whole: no network, port in use, ...

  friend bool operator==(const DeviceReport&, const DeviceReport&) = default;
};

struct StatusReport {
  DeviceReport device;
  std::vector<ShareReport> shares;

  friend bool operator==(const StatusReport&, const StatusReport&) = default;
};

struct InvitationReport {
  std::string code;  // "K3QX-9MPK"
  std::string expires;
  std::string command;  // What to type on the next device.
  std::string link;     // What the QR picture holds; empty: no picture.

  friend bool operator==(const InvitationReport&, const InvitationReport&) = default;
};

struct JoinReport {
  ShareName share;
  bool created = false;         // A new share; otherwise one of another device was joined.
  bool already_joined = false;  // The folder was in this share before; nothing has changed.
  std::optional<InvitationReport> invitation;
  std::vector<MemberReport> members;

  friend bool operator==(const JoinReport&, const JoinReport&) = default;
};

struct InviteReport {
  ShareName share;
  std::string role;
  InvitationReport invitation;

  friend bool operator==(const InviteReport&, const InviteReport&) = default;
};

// How the wait for an invited device ended: nothing if the invitation did before somebody came.
struct AwaitMemberReport {
  std::optional<MemberReport> joined;

  friend bool operator==(const AwaitMemberReport&, const AwaitMemberReport&) = default;
};

struct LeaveReport {
  ShareName share;

  friend bool operator==(const LeaveReport&, const LeaveReport&) = default;
};

struct PeerShare {
  ShareName share;
  std::string role;
  bool in_sync = false;

  friend bool operator==(const PeerShare&, const PeerShare&) = default;
};

// Another device, with everything that is shared with it.
struct PeerReport {
  std::string id;
  std::string name;
  bool online = false;
  std::string address;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::vector<PeerShare> shares;

  friend bool operator==(const PeerReport&, const PeerReport&) = default;
};

struct PeersReport {
  std::vector<PeerReport> peers;

  friend bool operator==(const PeersReport&, const PeersReport&) = default;
};

struct ConnectReport {
  std::string address;
  bool connected = false;  // False: remembered, and tried again from now on.
  std::string device_id;   // Empty unless connected.
  std::string device_name;

  friend bool operator==(const ConnectReport&, const ConnectReport&) = default;
};

struct ForgetReport {
  std::string address;

  friend bool operator==(const ForgetReport&, const ForgetReport&) = default;
};

struct FlushedShare {
  ShareName share;
  bool in_sync = false;
  std::string fingerprint;
  std::uint64_t need_files = 0;
  std::uint64_t need_bytes = 0;
  std::uint64_t online_members = 0;

  friend bool operator==(const FlushedShare&, const FlushedShare&) = default;
};

// In sync only if all the shares are; otherwise the answer's exit code is `timeout`, `held` or
// `no_space`.
struct FlushReport {
  std::vector<FlushedShare> shares;

  friend bool operator==(const FlushReport&, const FlushReport&) = default;
};

struct ResumeReport {
  ShareName share;
  std::uint64_t released = 0;  // Deletions that were held and now happen.

  friend bool operator==(const ResumeReport&, const ResumeReport&) = default;
};

// `result`: "equal", "different" (at `paths`, and maybe others: `more`), "moving" (not in sync, or
// no longer), "unsupported" (its lansync is too old) or "silent".
struct ComparedMember {
  std::string id;
  std::string name;
  std::string result;
  std::vector<std::string> paths;
  bool more = false;

  friend bool operator==(const ComparedMember&, const ComparedMember&) = default;
};

struct VerifiedShare {
  ShareName share;
  std::uint64_t files = 0;  // That were read, and their bytes.
  std::uint64_t bytes = 0;
  std::uint64_t unsettled = 0;  // Paths that changed all the time: nothing is said about them.
  std::vector<IssueReport> findings;
  std::vector<ComparedMember> members;  // If it was asked for: those that are connected.

  friend bool operator==(const VerifiedShare&, const VerifiedShare&) = default;
};

// Where there are findings or differences, the answer's exit code is `integrity`; where a member
// could not be compared, `partly`.
struct VerifyReport {
  std::vector<VerifiedShare> shares;

  friend bool operator==(const VerifyReport&, const VerifyReport&) = default;
};

struct StopReport {
  std::int64_t pid = 0;

  friend bool operator==(const StopReport&, const StopReport&) = default;
};

using Report = std::variant<JoinReport, InviteReport, AwaitMemberReport, LeaveReport, StatusReport,
                            PeersReport, ConnectReport, ForgetReport, FlushReport, ResumeReport,
                            VerifyReport, StopReport>;

// How far something long has come. Totals of zero are not known yet.
struct Progress {
  std::string phase;  // "scanning", "receiving", ...
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;

  friend bool operator==(const Progress&, const Progress&) = default;
};

}  // namespace lansync::cli
