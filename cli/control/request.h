// What a client can ask of the daemon, as values (docs/control_socket.md).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "cli/failure.h"
#include "cli/host_port.h"

namespace lansync::cli {

// Folders are absolute paths, as the client resolved them; the daemon checks them itself.

struct JoinRequest {
  std::string folder;
  std::string name;     // Of a share that is created; empty: the folder's.
  std::string code;     // Empty: none was given.
  bool create = false;  // --new: do not look for an invitation.
  std::string role;     // Of those whom a created share invites; empty: editor.
  bool yes = false;     // Questions that only ask for consent are answered.
  // Somebody sits there who can be asked. If not, and there is an invitation but no code, the
  // command is refused with a hint.
  bool interactive = false;

  friend bool operator==(const JoinRequest&, const JoinRequest&) = default;
};

struct InviteRequest {
  std::string folder;
  std::string role;
  std::chrono::seconds ttl{0};

  friend bool operator==(const InviteRequest&, const InviteRequest&) = default;
};

// Waits until somebody takes the share's open invitation, or it ends.
struct AwaitMemberRequest {
  std::string share;  // Its id.

  friend bool operator==(const AwaitMemberRequest&, const AwaitMemberRequest&) = default;
};

struct LeaveRequest {
  std::string folder;

  friend bool operator==(const LeaveRequest&, const LeaveRequest&) = default;
};

struct StatusRequest {
  std::string folder;  // Empty: all shares.

  friend bool operator==(const StatusRequest&, const StatusRequest&) = default;
};

struct PeersRequest {
  friend bool operator==(const PeersRequest&, const PeersRequest&) = default;
};

struct ConnectRequest {
  HostPort address;

  friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
};

// The opposite of a ConnectRequest.
struct ForgetRequest {
  HostPort address;

  friend bool operator==(const ForgetRequest&, const ForgetRequest&) = default;
};

struct FlushRequest {
  std::string folder;                           // Empty: all shares.
  std::optional<std::chrono::seconds> timeout;  // None: until it is done or the client leaves.

  friend bool operator==(const FlushRequest&, const FlushRequest&) = default;
};

struct ResumeRequest {
  std::string folder;

  friend bool operator==(const ResumeRequest&, const ResumeRequest&) = default;
};

struct VerifyRequest {
  std::string folder;  // Empty: all shares.
  bool peers = false;  // Compare with the connected members too.

  friend bool operator==(const VerifyRequest&, const VerifyRequest&) = default;
};

struct StopRequest {
  friend bool operator==(const StopRequest&, const StopRequest&) = default;
};

using Request = std::variant<JoinRequest, InviteRequest, AwaitMemberRequest, LeaveRequest,
                             StatusRequest, PeersRequest, ConnectRequest, ForgetRequest,
                             FlushRequest, ResumeRequest, VerifyRequest, StopRequest>;

// One line of JSON, with its line feed.
std::string request_line(const Request& request);

// Fails with `usage` on another protocol version, an unknown command or argument, an argument of
// the wrong type or out of range. Strict, because what it reads comes from other programs too.
Outcome<Request> parse_request(std::string_view line);

}  // namespace lansync::cli
