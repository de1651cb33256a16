// `lansync verify`, the daemon's part.
#include <algorithm>
#include <map>
#include <set>

#include "cli/daemon/login_start.h"
#include "cli/daemon/sync_node.h"

namespace lansync::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 20ms;
constexpr auto kProgressInterval = 200ms;
constexpr auto kInSyncPatience = 30s;

// Ends a verification with the command, also if the client went away in the middle of it.
class RunningVerification {
 public:
  RunningVerification(Node& node, const ShareId& share) : node_(node), share_(share) {}
  RunningVerification(const RunningVerification&) = delete;
  RunningVerification& operator=(const RunningVerification&) = delete;
  ~RunningVerification() {
    if (ShareHost* host = node_.share(share_)) host->engine().end_verification();
  }

 private:
  Node& node_;
  const ShareId share_;
};

Progress progress_of(const ShareHost& host, const Verification& verification) {
  const Totals all = host.engine().status().disk;
  Progress progress;
  progress.phase = verification.reading() ? "reading" : "looking through the index";
  progress.files_total = all.files;
  progress.files_done = std::min(verification.checked().files, all.files);
  progress.bytes_total = all.bytes;
  progress.bytes_done = std::min(verification.checked().bytes, all.bytes);
  return progress;
}

std::string result_name(AuditResult::Kind kind) {
  switch (kind) {
    case AuditResult::Kind::equal: return "equal";
    case AuditResult::Kind::different: return "different";
    case AuditResult::Kind::moving: return "moving";
    case AuditResult::Kind::unsupported: return "unsupported";
    case AuditResult::Kind::silent: break;
  }
  return "silent";
}

// What the comparisons with members come to.
ExitCode worst_of(const std::vector<ComparedMember>& members) {
  const auto any = [&members](std::string_view result) {
    return std::ranges::find(members, result, &ComparedMember::result) != members.end();
  };
  if (any("different")) return ExitCode::integrity;
  const bool all = std::ranges::count(members, "equal", &ComparedMember::result) ==
                   static_cast<std::ptrdiff_t>(members.size());
  return all ? ExitCode::ok : ExitCode::partly;
}

Failure not_running(const std::string& path) {
  return {ExitCode::failed, "the share has stopped", path, "`lansync status` says why"};
}

}  // namespace

asio::awaitable<Outcome<Answer>> SyncNode::verify(VerifyRequest request, Reply& reply) {
  std::vector<ShareId> ids;
  if (!request.folder.empty()) {
    const auto folder = folder_of(request.folder);
    if (!folder) co_return folder.error();
    ids.push_back((*folder)->registered.id);
  } else {
    for (const auto& [id, folder] : folders_) ids.push_back(id);
  }
  VerifyReport report;
  ExitCode exit = ExitCode::ok;
  const auto note = [&exit](ExitCode one) {
    if (exit == ExitCode::ok || one == ExitCode::integrity) exit = one;
  };
  for (const ShareId& id : ids) {
    if (!folders_.contains(id)) continue;  // It was left meanwhile.
    auto share = co_await verify_share(id, reply);
    if (!share) co_return std::move(share).error();
    if (!share->findings.empty()) note(ExitCode::integrity);
    if (request.peers) {
      share->members = co_await compare_members(id, reply);
      note(worst_of(share->members));
    }
    report.shares.push_back(*std::move(share));
  }
  co_return Answer(std::move(report), exit);
}

asio::awaitable<Outcome<VerifiedShare>> SyncNode::verify_share(ShareId id, Reply& reply) {
  VerifiedShare verified;
  verified.share = name_of(folders_.at(id));
  const std::string path = verified.share.path;
  if (folders_.at(id).problem) co_return *folders_.at(id).problem;
  ShareHost* host = node_->share(id);
  if (host == nullptr || host->engine().failed()) co_return not_running(path);
  if (host->engine().verification() != nullptr) {
    co_return Failure{ExitCode::refused, "the share is being verified already", path,
                      "wait until that is done"};
  }
  if (auto begun = host->begin_verification(); !begun) {
    co_return to_failure(begun.error(), "`lansync status` may say more");
  }
  const RunningVerification running(*node_, id);
  TimePoint next_progress = Clock::now() + kProgressInterval;
  for (;;) {
    co_await pause(kLook);
    host = node_->share(id);
    // It was left, or its index begins anew.
    const Verification* verification = host == nullptr ? nullptr : host->engine().verification();
    if (verification == nullptr || host->engine().failed() || stopping_) {
      co_return not_running(path);
    }
    if (verification->done()) break;
    if (Clock::now() < next_progress) continue;
    next_progress = Clock::now() + kProgressInterval;
    reply.progress(progress_of(*host, *verification));
  }
  const Verification& verification = *host->engine().verification();
  verified.files = verification.checked().files;
  verified.bytes = verification.checked().bytes;
  verified.unsettled = verification.unsettled();
  for (const PathIssue& finding : verification.findings()) {
    verified.findings.push_back({finding.path, finding.code, finding.message, finding.fix});
    if (finding.code != "index") continue;
    const std::string folder = index_file(parts_.paths.state_dir, id).parent_path().string();
    verified.findings.back().fix = "have it made anew: lansync stop; mv " + shell_quoted(folder) +
                                   " " + shell_quoted(folder + ".damaged") +
                                   "; then start lansync again";
  }
  if (!verified.findings.empty()) {
    log(LogLevel::warning, "verify: " + std::to_string(verified.findings.size()) +
                               " findings in share " + verified.share.id.substr(0, 8));
  }
  co_return verified;
}

// Each member that is connected. Whoever is not in sync gets some time for it.
asio::awaitable<std::vector<ComparedMember>> SyncNode::compare_members(ShareId id, Reply& reply) {
  std::vector<ComparedMember> members;
  ShareHost* host = node_->share(id);
  if (host == nullptr) co_return members;
  std::map<DeviceId, std::string> names;
  std::set<DeviceId> waiting;
  for (const MemberStatus& status : host->engine().status().members) {
    if (!status.online) continue;
    names[status.member.device] = status.member.name;
    waiting.insert(status.member.device);
  }
  host->ask_audits(waiting);
  const TimePoint in_sync_by = Clock::now() + kInSyncPatience;
  std::map<DeviceId, AuditResult> results;
  while (!waiting.empty() && !stopping_) {
    co_await pause(kLook);
    host = node_->share(id);
    if (host == nullptr || host->engine().failed()) break;
    results = host->engine().audits();
    std::erase_if(waiting, [&](const DeviceId& device) {
      const auto result = results.find(device);
      const bool again = result != results.end() &&
                         result->second.kind == AuditResult::Kind::moving &&
                         Clock::now() < in_sync_by;
      if (again) host->ask_audits({device});
      return result != results.end() && !again;
    });
    if (Clock::now() >= in_sync_by && !host->engine().auditing()) break;
    Progress progress;
    progress.phase = "comparing with other devices";
    progress.files_total = names.size();
    progress.files_done = names.size() - waiting.size();
    reply.progress(progress);
  }
  if (host != nullptr) host->engine().stop_asking_audits();
  for (const auto& [device, name] : names) {
    const auto known = results.find(device);
    const AuditResult result =
        known != results.end() ? known->second : AuditResult{AuditResult::Kind::moving, {}, false};
    ComparedMember member{short_name(device), name, result_name(result.kind), {}, result.more};
    for (const RelativePath& path : result.paths) member.paths.push_back(path.text());
    members.push_back(std::move(member));
  }
  co_return members;
}

}  // namespace lansync::cli
