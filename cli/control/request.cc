#include "cli/control/request.h"

#include <limits>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "cli/json.h"

namespace lansync::cli {
namespace {

constexpr int kProtocolVersion = 1;

Failure bad_request(std::string what) {
  return {ExitCode::usage, std::move(what), {}, "docs/control_socket.md has the protocol"};
}

// Takes one command's arguments out of "args". The first failure sticks; finish() reports it, or an
// argument that nobody asked for.
class Arguments {
 public:
  explicit Arguments(const Json& args) : args_(args) {}

  Arguments& text(const char* key, std::string& value, bool required = false) {
    const Json* given = find(key, required);
    if (given == nullptr) return *this;
    if (!given->is_string()) return wrong(key, "is not a string");
    value = given->get<std::string>();
    if (value.find('\0') != std::string::npos) return wrong(key, "contains a NUL");
    if (required && value.empty()) return wrong(key, "is empty");
    return *this;
  }
  Arguments& flag(const char* key, bool& value) {
    const Json* given = find(key, false);
    if (given == nullptr) return *this;
    if (!given->is_boolean()) return wrong(key, "is not true or false");
    value = given->get<bool>();
    return *this;
  }
  Arguments& number(const char* key, std::uint32_t max, std::optional<std::uint32_t>& value) {
    const Json* given = find(key, false);
    if (given == nullptr) return *this;
    if (!given->is_number_unsigned() || given->get<std::uint64_t>() > max) {
      return wrong(key, "is not a whole number up to " + std::to_string(max));
    }
    value = given->get<std::uint32_t>();
    return *this;
  }
  Outcome<Request> finish(Request request) const {
    if (!failure_.empty()) return bad_request(failure_);
    for (const auto& [key, value] : args_.items()) {
      if (!known_.contains(key)) return bad_request("unknown argument '" + key + "'");
    }
    return request;
  }

 private:
  const Json* find(const char* key, bool required) {
    known_.insert(key);
    const auto at = args_.find(key);
    if (at != args_.end()) return &*at;
    if (required) wrong(key, "is missing");
    return nullptr;
  }
  Arguments& wrong(const char* key, const std::string& what) {
    if (failure_.empty()) failure_ = "argument '" + std::string(key) + "' " + what;
    return *this;
  }

  const Json& args_;
  std::set<std::string> known_;
  std::string failure_;
};

constexpr std::uint32_t kSecondsMax = 365 * 24 * 3600;

Outcome<Request> read_join(Arguments args) {
  JoinRequest request;
  args.text("folder", request.folder, true)
      .text("name", request.name)
      .text("code", request.code)
      .flag("new", request.create)
      .text("role", request.role)
      .flag("yes", request.yes)
      .flag("interactive", request.interactive);
  return args.finish(request);
}

Outcome<Request> read_invite(Arguments args) {
  InviteRequest request;
  std::optional<std::uint32_t> ttl;
  args.text("folder", request.folder, true)
      .text("role", request.role)
      .number("ttl_seconds", kSecondsMax, ttl);
  request.ttl = std::chrono::seconds(ttl.value_or(0));
  return args.finish(request);
}

template <class RequestType>
Outcome<Request> read_address(Arguments args) {
  RequestType request;
  std::optional<std::uint32_t> port;
  args.text("host", request.address.host, true)
      .number("port", std::numeric_limits<std::uint16_t>::max(), port);
  if (port) request.address.port = static_cast<std::uint16_t>(*port);
  return args.finish(request);
}

Outcome<Request> read_flush(Arguments args) {
  FlushRequest request;
  std::optional<std::uint32_t> timeout;
  args.text("folder", request.folder).number("timeout_seconds", kSecondsMax, timeout);
  if (timeout) request.timeout = std::chrono::seconds(*timeout);
  return args.finish(request);
}

// Those that take a folder, or nothing but one.
template <class RequestType>
Outcome<Request> read_folder(Arguments args, bool required) {
  RequestType request;
  args.text("folder", request.folder, required);
  return args.finish(request);
}

Outcome<Request> read_command(const std::string& command, const Json& json_args) {
  Arguments args(json_args);
  if (command == "join") return read_join(args);
  if (command == "invite") return read_invite(args);
  if (command == "await_member") {
    AwaitMemberRequest request;
    args.text("share", request.share, true);
    return args.finish(request);
  }
  if (command == "leave") return read_folder<LeaveRequest>(args, true);
  if (command == "status") return read_folder<StatusRequest>(args, false);
  if (command == "peers") return args.finish(PeersRequest());
  if (command == "connect") return read_address<ConnectRequest>(args);
  if (command == "forget") return read_address<ForgetRequest>(args);
  if (command == "flush") return read_flush(args);
  if (command == "resume") return read_folder<ResumeRequest>(args, true);
  if (command == "verify") {
    VerifyRequest request;
    args.text("folder", request.folder).flag("peers", request.peers);
    return args.finish(request);
  }
  if (command == "stop") return args.finish(StopRequest());
  return bad_request("unknown command '" + command + "'");
}

struct ArgumentWriter {
  Json& request;

  void operator()(const JoinRequest& join) const {
    Json& args = begin("join");
    args["folder"] = join.folder;
    put(args, "name", join.name);
    put(args, "code", join.code);
    args["new"] = join.create;
    put(args, "role", join.role);
    args["yes"] = join.yes;
    args["interactive"] = join.interactive;
  }
  void operator()(const InviteRequest& invite) const {
    Json& args = begin("invite");
    args["folder"] = invite.folder;
    put(args, "role", invite.role);
    args["ttl_seconds"] = invite.ttl.count();
  }
  void operator()(const AwaitMemberRequest& await) const {
    begin("await_member")["share"] = await.share;
  }
  void operator()(const LeaveRequest& leave) const { begin("leave")["folder"] = leave.folder; }
  void operator()(const StatusRequest& status) const {
    put(begin("status"), "folder", status.folder);
  }
  void operator()(const PeersRequest&) const { std::ignore = begin("peers"); }
  void operator()(const ConnectRequest& connect) const { put(begin("connect"), connect.address); }
  void operator()(const ForgetRequest& forget) const { put(begin("forget"), forget.address); }
  void operator()(const FlushRequest& flush) const {
    Json& args = begin("flush");
    put(args, "folder", flush.folder);
    if (flush.timeout) args["timeout_seconds"] = flush.timeout->count();
  }
  void operator()(const ResumeRequest& resume) const { begin("resume")["folder"] = resume.folder; }
  void operator()(const VerifyRequest& verify) const {
    Json& args = begin("verify");
    put(args, "folder", verify.folder);
    args["peers"] = verify.peers;
  }
  void operator()(const StopRequest&) const { std::ignore = begin("stop"); }

 private:
  [[nodiscard]] Json& begin(const char* command) const {
    request["command"] = command;
    return request["args"] = Json::object();
  }
  static void put(Json& args, const HostPort& address) {
    args["host"] = address.host;
    args["port"] = address.port;
  }
  static void put(Json& args, const char* key, const std::string& value) {
    if (!value.empty()) args[key] = value;
  }
};

}  // namespace

std::string request_line(const Request& request) {
  Json json = {{"v", kProtocolVersion}};
  std::visit(ArgumentWriter{json}, request);
  return to_line(json);
}

Outcome<Request> parse_request(std::string_view line) {
  const Json json = parse_json(line);
  if (!json.is_object()) return bad_request("the request is not a JSON object");
  const auto version = json.find("v");
  if (version == json.end() || *version != kProtocolVersion) {
    return Failure{ExitCode::usage,
                   "the daemon speaks another version of the control protocol",
                   {},
                   "lansync stop, and start it again"};
  }
  const auto command = json.find("command");
  if (command == json.end() || !command->is_string()) return bad_request("'command' is missing");
  for (const auto& [key, value] : json.items()) {
    if (key != "v" && key != "command" && key != "args") {
      return bad_request("unknown key '" + key + "'");
    }
  }
  const auto args = json.find("args");
  const Json none = Json::object();
  if (args != json.end() && !args->is_object()) return bad_request("'args' is not an object");
  return read_command(command->get<std::string>(), args == json.end() ? none : *args);
}

}  // namespace lansync::cli
