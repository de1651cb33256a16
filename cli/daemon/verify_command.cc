// `lansync verify`, the daemon's part.
#include <algorithm>

#include "cli/daemon/login_start.h"
#include "cli/daemon/sync_node.h"

namespace lansync::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 20ms;
constexpr auto kProgressInterval = 200ms;

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
  bool sound = true;
  for (const ShareId& id : ids) {
    if (!folders_.contains(id)) continue;  // It was left meanwhile.
    auto share = co_await verify_share(id, reply);
    if (!share) co_return std::move(share).error();
    sound = sound && share->findings.empty();
    report.shares.push_back(*std::move(share));
  }
  co_return Answer(std::move(report), sound ? ExitCode::ok : ExitCode::integrity);
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

}  // namespace lansync::cli
