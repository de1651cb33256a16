// What SyncNode does for its clients.
#include <algorithm>
#include <system_error>

#include "cli/daemon/login_start.h"
#include "cli/daemon/sync_node.h"
#include "core/base/limits.h"

namespace lansync::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kFlushLook = 2ms;
constexpr auto kMeetTime = 3s;
constexpr auto kProgressInterval = 200ms;
// For the farewell to reach the others.
constexpr auto kFarewellTime = 500ms;

}  // namespace

asio::awaitable<Outcome<Answer>> SyncNode::run(Request request, Reply& reply) {
  if (auto* join_request = std::get_if<JoinRequest>(&request)) {
    co_return co_await join(std::move(*join_request), reply);
  }
  if (auto* invite_request = std::get_if<InviteRequest>(&request))
    co_return invite(*invite_request);
  if (auto* await_request = std::get_if<AwaitMemberRequest>(&request)) {
    co_return co_await await_member(std::move(*await_request));
  }
  if (auto* leave_request = std::get_if<LeaveRequest>(&request)) {
    co_return co_await leave(std::move(*leave_request));
  }
  if (auto* status_request = std::get_if<StatusRequest>(&request))
    co_return status(*status_request);
  if (std::holds_alternative<PeersRequest>(request)) co_return peers();
  if (auto* connect_request = std::get_if<ConnectRequest>(&request)) {
    co_return co_await connect(std::move(*connect_request));
  }
  if (auto* forget_request = std::get_if<ForgetRequest>(&request))
    co_return forget(*forget_request);
  if (auto* flush_request = std::get_if<FlushRequest>(&request)) {
    co_return co_await flush(std::move(*flush_request), reply);
  }
  if (auto* verify_request = std::get_if<VerifyRequest>(&request)) {
    co_return co_await verify(std::move(*verify_request), reply);
  }
  if (auto* resume_request = std::get_if<ResumeRequest>(&request))
    co_return resume(*resume_request);
  co_return Failure{ExitCode::usage, "unknown command", {}, {}};
}

asio::awaitable<void> SyncNode::pause(Duration duration) const {
  asio::steady_timer timer(parts_.context.get_executor());
  timer.expires_after(duration);
  co_await timer.async_wait(kAsValue);
}

std::vector<KnownShare> SyncNode::known_shares() const {
  std::vector<KnownShare> shares;
  for (const auto& [id, folder] : folders_) {
    shares.push_back({name_of(folder).name, folder.registered.path});
  }
  return shares;
}

Outcome<SyncNode::Folder*> SyncNode::folder_of(const std::string& path) {
  const auto share = share_of(path, known_shares());
  if (!share) {
    return Failure{ExitCode::not_found, "not a share", path, "`lansync status` lists the shares"};
  }
  for (auto& [id, folder] : folders_) {
    if (folder.registered.path == share->path) return &folder;
  }
  return Failure{ExitCode::not_found, "not a share", path, {}};
}

// --- invite, leave ------------------------------------------------------------------------------

Outcome<Answer> SyncNode::invite(const InviteRequest& request) {
  const auto found = folder_of(request.folder);
  if (!found) return found.error();
  Folder& folder = **found;
  if (folder.host == nullptr) return folder.problem.value_or(Failure{});
  const Role role = role_from(request.role).value_or(Role::editor);
  const Member* self = folder.host->membership().member(keys_->id());
  if (self == nullptr || !may_invite(self->role, role)) {
    return Failure{ExitCode::refused,
                   "this device may not invite a device as " + std::string(to_string(role)),
                   {},
                   "ask an owner of the share"};
  }
  const Duration lifetime = request.ttl.count() > 0
                                ? std::min<Duration>(request.ttl, std::chrono::hours(24))
                                : Duration(limits::kInvitationLifetime);
  InviteReport report;
  report.share = name_of(folder);
  report.role = to_string(role);
  report.invitation = open_invitation(folder, role, lifetime);
  return Answer(std::move(report));
}

asio::awaitable<Outcome<Answer>> SyncNode::await_member(AwaitMemberRequest request) {
  const auto bytes = from_hex(request.share);
  const auto id = bytes ? ShareId::from(*bytes) : std::nullopt;
  if (!id || !folders_.contains(*id))
    co_return Failure{ExitCode::not_found, "no such share", {}, {}};
  AwaitMemberReport report;
  for (;;) {
    const Node::InvitationState state = node_->invitation(*id);
    if (state.taken_by) {
      for (const MemberReport& member : member_reports(folders_.at(*id))) {
        if (member.id == short_name(*state.taken_by)) report.joined = member;
      }
      break;
    }
    if (!state.open || stopping_) break;
    co_await pause(50ms);
    if (!folders_.contains(*id)) break;
  }
  co_return Answer(std::move(report));
}

asio::awaitable<Outcome<Answer>> SyncNode::leave(LeaveRequest request) {
  const auto found = folder_of(request.folder);
  if (!found) co_return found.error();
  const ShareId id = (*found)->registered.id;
  const std::string shared = (*found)->registered.path.string();
  if (shared != request.folder) {
    co_return Failure{ExitCode::refused, "only a part of a share, and it is left as a whole",
                      request.folder, "if that is meant: lansync leave " + shell_quoted(shared)};
  }
  LeaveReport report;
  report.share = name_of(**found);
  if (ShareHost* host = (*found)->host) {
    MemberOp op;
    op.share = id;
    op.author = keys_->id();
    op.parents = host->membership().heads();
    op.kind = MemberOp::Kind::remove;
    op.subject = keys_->id();
    op.at = ShareHost::now().wall;
    op.cut = host->engine().clock();
    const auto sign = [this](std::string_view context, ByteView body) {
      return to_bytes(keys_->sign(context, body).view());
    };
    const auto told = host->add_member_op(sign_member_op(op, sign));
    if (told) co_await pause(kFarewellTime);
  }
  const auto still = folders_.find(id);
  if (still == folders_.end()) co_return Answer(std::move(report));
  close_folder(still->second);
  const std::filesystem::path folder = still->second.registered.path;
  folders_.erase(still);
  registry_.shares.erase(id);
  if (auto saved = save_registry(); !saved) co_return std::move(saved).error();
  // The folder's files stay, and so does what is in the trash.
  std::error_code ignored;
  std::filesystem::remove(folder / ".lansync" / "share", ignored);
  std::filesystem::remove_all(folder / ".lansync" / "stage", ignored);
  std::filesystem::remove_all(parts_.paths.state_dir / id.hex(), ignored);
  co_return Answer(std::move(report));
}

// --- flush, resume ------------------------------------------------------------------------------

asio::awaitable<Outcome<Answer>> SyncNode::flush(FlushRequest request, Reply& reply) {
  struct Waiting {
    ShareId id;
    std::uint64_t flush = 0;
  };
  std::vector<Waiting> waiting;
  if (!request.folder.empty()) {
    const auto folder = folder_of(request.folder);
    if (!folder) co_return folder.error();
    waiting.push_back({(*folder)->registered.id, 0});
  } else {
    for (const auto& [id, folder] : folders_) waiting.push_back({id, 0});
  }
  // A member that is about to be connected counts as connected.
  const TimePoint met = Clock::now() + kMeetTime;
  while (node_->expects_somebody() && Clock::now() < met && !stopping_) co_await pause(kFlushLook);
  for (Waiting& one : waiting) {
    if (ShareHost* host = node_->share(one.id)) one.flush = host->begin_flush();
  }
  const TimePoint deadline = request.timeout ? Clock::now() + *request.timeout : TimePoint::max();
  TimePoint next_progress = Clock::now() + kProgressInterval;
  const auto reached = [this](const Waiting& one) {
    ShareHost* host = node_->share(one.id);
    return host != nullptr && host->engine().flush_reached(one.flush);
  };
  const auto any_held = [this](const Waiting& one) {
    ShareHost* host = node_->share(one.id);
    return host != nullptr && host->engine().status().held_deletions > 0;
  };
  // Room may be made any moment: that is waited for, and said.
  const auto any_full = [this](const Waiting& one) {
    ShareHost* host = node_->share(one.id);
    return host != nullptr && host->engine().status().lacking_bytes > 0;
  };
  bool all = std::ranges::all_of(waiting, reached);
  bool held = false;
  bool full_said = false;
  while (!all && !held && Clock::now() < deadline && !stopping_) {
    co_await pause(kFlushLook);
    all = std::ranges::all_of(waiting, reached);
    held = !all && std::ranges::any_of(waiting, any_held);
    if (!full_said && std::ranges::any_of(waiting, any_full)) {
      full_said = true;
      reply.note("the disk is full: waiting for room (`lansync status` says how much)");
    }
    if (Clock::now() < next_progress) continue;
    next_progress = Clock::now() + kProgressInterval;
    Progress progress;
    progress.phase = "syncing";
    for (const Waiting& one : waiting) {
      const ShareHost* host = node_->share(one.id);
      if (host == nullptr) continue;
      const ShareStatus status = host->engine().status();
      progress.files_total += status.disk.files + status.need.files;
      progress.files_done += status.disk.files;
      progress.bytes_total += status.need.bytes;
      progress.bytes_done += std::min(status.staged_bytes, status.need.bytes);
    }
    reply.progress(progress);
  }
  FlushReport report;
  for (const Waiting& one : waiting) {
    FlushedShare share;
    const auto folder = folders_.find(one.id);
    if (folder == folders_.end()) continue;
    share.share = name_of(folder->second);
    if (ShareHost* host = node_->share(one.id)) {
      const ShareStatus status = host->engine().status();
      share.in_sync = host->engine().flush_reached(one.flush);
      share.fingerprint = to_hex(status.fingerprint.view());
      share.need_files = status.need.files;
      share.need_bytes = status.need.bytes;
      share.online_members =
          static_cast<std::uint64_t>(std::ranges::count_if(status.members, &MemberStatus::online));
      host->engine().end_flush(one.flush);
    }
    report.shares.push_back(std::move(share));
  }
  ExitCode exit = ExitCode::timeout;
  if (all)
    exit = ExitCode::ok;
  else if (held)
    exit = ExitCode::held;
  else if (std::ranges::any_of(waiting, any_full))
    exit = ExitCode::no_space;
  if (held) reply.note("held by a safety brake: `lansync status` says why, and what helps");
  co_return Answer(std::move(report), exit);
}

Outcome<Answer> SyncNode::resume(const ResumeRequest& request) {
  const auto found = folder_of(request.folder);
  if (!found) return found.error();
  Folder& folder = **found;
  ResumeReport report;
  report.share = name_of(folder);
  if (folder.host != nullptr) {
    report.released = folder.host->engine().status().held_deletions;
    folder.host->release_deletions();
  }
  return Answer(std::move(report));
}

}  // namespace lansync::cli
