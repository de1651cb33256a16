// How SyncNode joins and founds shares.
#include <algorithm>
#include <system_error>

#include "cli/daemon/sync_node.h"
#include "core/base/limits.h"

namespace lansync::cli {
namespace {

using namespace std::chrono_literals;

// How long a device takes at most to be found on a network in order.
constexpr auto kFindTime = 2500ms;
// After this everybody who announces something has been found. Queries go out at the start, and 1
// and 3 s later (RFC 6762, section 5.2); an answer takes a few tenths of a second at most, and two
// lost packets in a row are not unusual in a wireless network.
constexpr auto kSettleTime = 4s;
// An invitation that was opened this moment is announced at once, and again a second later, and two
// seconds after that (RFC 6762, section 8.3): one of them lost, and time to spare.
constexpr auto kAnnounceTime = 2500ms;
// How long a device that was found may take to be reached: three attempts of kDialTimeout.
constexpr auto kReachTime = 10s;
// How long a device that let us in may take to be connected as a member.
constexpr auto kMeetOwnerTime = 3s;

Failure nobody_invites(const std::optional<DiscoveryProblem>& discovery) {
  const std::string message = "found no device with an open invitation";
  if (discovery) {
    return {ExitCode::not_found,
            message + " (" + discovery->text + ")",
            {},
            "give the other device's address with `lansync connect HOST`, and join again"};
  }
  return {ExitCode::not_found,
          message + "; a code works once and for a few minutes",
          {},
          "run `lansync invite` on the other device; if it is in another network, `lansync connect "
          "HOST` first"};
}

Failure pairing_failure(const Error& error, const std::optional<DiscoveryProblem>& discovery) {
  const auto is = [&](Errc errc) { return error.code == make_error_code(errc); };
  if (is(Errc::not_authentic)) {
    return {ExitCode::refused,
            "wrong code: the device with the open invitation refused it",
            {},
            "type the code that it shows now"};
  }
  if (is(Errc::expired)) {
    return {ExitCode::refused,
            "the code has expired: the device that was asked has no open invitation",
            {},
            "run `lansync invite` there"};
  }
  if (is(Errc::refused)) {
    return {ExitCode::refused,
            "the invitation is used up, or was tried too often",
            {},
            "run `lansync invite` on the other device"};
  }
  if (is(Errc::busy)) {
    return {ExitCode::refused, "another device is being let in right now", {}, "try again"};
  }
  if (is(Errc::not_found)) return nobody_invites(discovery);
  return {is(Errc::peer_timed_out) ? ExitCode::timeout : ExitCode::failed,
          "the device with the open invitation cannot be reached (" + error.code.message() + ")",
          error.context, "see whether a firewall there keeps connections out"};
}

// A name that somebody chose is taken as it is or not at all; empty: none was chosen.
Outcome<void> check_share_name(const std::string& name) {
  if (name.empty() || (name.size() <= limits::kDisplayNameBytesMax && check_device_name(name))) {
    return {};
  }
  return Failure{ExitCode::usage, "a share cannot have this name", name,
                 "at most " + std::to_string(limits::kDisplayNameBytesMax) +
                     " bytes, in one line, without characters that cannot be seen"};
}

std::string display_name(std::string text) {
  while (text.size() > limits::kDisplayNameBytesMax) text.pop_back();
  while (!text.empty() && !check_device_name(text)) text.pop_back();
  return text.empty() ? "Share" : text;
}

}  // namespace

asio::awaitable<Outcome<Answer>> SyncNode::join(JoinRequest request, Reply& reply) {
  if (const auto name = check_share_name(request.name); !name) co_return name.error();
  auto facts = look_at_folder(request.folder);
  if (!facts) co_return std::move(facts).error();
  FolderSurroundings around = surroundings_of(parts_.environment, parts_.paths);
  around.shares = known_shares();
  const auto verdict = check_folder(*facts, around);
  if (!verdict) co_return verdict.error();
  if (*verdict == FolderVerdict::already_shared) {
    const auto folder = folder_of(facts->path.string());
    if (!folder) co_return folder.error();
    JoinReport report;
    report.share = name_of(**folder);
    report.already_joined = true;
    report.members = member_reports(**folder);
    co_return Answer(std::move(report), ExitCode::refused);
  }
  if (*verdict == FolderVerdict::to_be_created) {
    std::error_code failure;
    std::filesystem::create_directories(facts->path, failure);
    if (failure) {
      co_return Failure{ExitCode::failed,
                        "cannot create the folder: " + failure.message(),
                        facts->path.string(),
                        {}};
    }
    reply.note("created the folder " + facts->path.string());
  }
  std::string code = request.code;
  if (code.empty() && !request.create) {
    const bool invited = co_await wait_for_invitations();
    if (invited && !request.interactive) {
      co_return Failure{ExitCode::refused,
                        "a device on this network has an open invitation",
                        {},
                        "give its code with --code-file FILE, or --new to create another share"};
    }
    if (invited) {
      auto answer = co_await ask_code(reply);
      if (!answer) co_return std::move(answer).error();
      code = *std::move(answer);
    }
  }
  if (code.empty()) {
    const auto problem = discovery_->problem();
    if (problem && !request.create) {
      reply.note("looked for no open invitation (" + problem->text +
                 "): to join another device's share, `lansync connect HOST` and give its code");
    }
    co_return create_share(request, facts->path);
  }
  co_return co_await join_with_code(facts->path, std::move(code), reply);
}

// Whether somebody on the network lets devices in. Waits only as long as nobody could have been
// found yet.
asio::awaitable<bool> SyncNode::wait_for_invitations() {
  const TimePoint deadline = discovery_since_ + kFindTime;
  while (node_->addresses().inviting().empty() && Clock::now() < deadline) co_await pause(20ms);
  co_return !node_->addresses().inviting().empty();
}

asio::awaitable<Outcome<std::string>> SyncNode::ask_code(Reply& reply) {
  for (;;) {
    Prompt prompt;
    prompt.kind = Prompt::Kind::code;
    prompt.text = "Code shown on the other device (empty: create a new share)";
    auto answer = co_await reply.ask(std::move(prompt));
    if (!answer || answer->empty()) co_return answer;
    const auto code = PairingCode::parse(*answer);
    if (code) co_return answer;
    reply.note("that is not a code: " + to_string(code.error()));
  }
}

asio::awaitable<Outcome<Answer>> SyncNode::join_with_code(std::filesystem::path folder,
                                                          std::string text, Reply& reply) {
  const auto code = PairingCode::parse(text);
  if (!code) co_return mistyped_code();
  reply.note("looking for the device that shows this code");
  const PairingCode wanted = *code;
  const TimePoint now = Clock::now();
  const TimePoint settled = discovery_since_ + kSettleTime;
  const JoinDeadlines until{.refused = settled,
                            .nobody = std::max(settled, now + kAnnounceTime),
                            .unreachable = now + kReachTime};
  const auto grant = co_await node_->join(wanted, until);
  if (!grant) co_return pairing_failure(grant.error(), discovery_->problem());
  RegisteredShare share;
  share.genesis = grant->genesis;
  share.ops = grant->ops;
  share.id = share_id(grant->genesis);
  share.path = folder;
  auto membership = Membership::found(share.genesis);
  bool member = membership.has_value();
  for (const SignedRecord& op : share.ops) member = member && membership->add(op).has_value();
  if (!member || membership->member(keys_->id()) == nullptr) {
    co_return Failure{ExitCode::integrity,
                      "the other device's answer does not make this one a member",
                      {},
                      "update lansync on both devices and try again"};
  }
  if (folders_.contains(share.id)) {
    co_return Failure{ExitCode::refused, "this device is in that share already",
                      folders_.at(share.id).registered.path.string(), "`lansync leave` it first"};
  }
  const ShareId id = share.id;
  const auto registered = register_share(std::move(share));
  if (!registered) co_return registered.error();
  co_await meet_members(id);
  const auto joined = folders_.find(id);
  if (joined == folders_.end()) co_return Failure{ExitCode::failed, "the share was left", {}, {}};
  JoinReport report;
  report.share = name_of(joined->second);
  report.members = member_reports(joined->second);
  co_return Answer(std::move(report));
}

// The device that let us in is a moment away: what is asked next should find it there.
asio::awaitable<void> SyncNode::meet_members(ShareId id) {
  const TimePoint deadline = Clock::now() + kMeetOwnerTime;
  while (Clock::now() < deadline) {
    const auto folder = folders_.find(id);
    if (folder == folders_.end()) co_return;
    const std::vector<MemberReport> members = member_reports(folder->second);
    if (std::ranges::any_of(members, &MemberReport::online)) co_return;
    co_await pause(10ms);
  }
}

Outcome<Answer> SyncNode::create_share(const JoinRequest& request,
                                       const std::filesystem::path& folder) {
  Genesis genesis;
  entropy_.fill(genesis.nonce);
  genesis.name = display_name(request.name.empty() ? folder.filename().string() : request.name);
  genesis.creator = keys_->id();
  genesis.creator_name = device_name_;
  genesis.created_at = ShareHost::now().wall;
  RegisteredShare share;
  share.genesis = sign_genesis(genesis, [this](std::string_view context, ByteView body) {
    return to_bytes(keys_->sign(context, body).view());
  });
  share.id = share_id(share.genesis);
  share.path = folder;
  const auto registered = register_share(std::move(share));
  if (!registered) return registered.error();
  const Role role = role_from(request.role).value_or(Role::editor);
  JoinReport report;
  report.share = name_of(**registered);
  report.created = true;
  report.invitation = open_invitation(**registered, role, limits::kInvitationLifetime);
  report.members = member_reports(**registered);
  return Answer(std::move(report));
}

}  // namespace lansync::cli
