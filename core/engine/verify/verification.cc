#include "core/engine/verify/verification.h"

#include <utility>

namespace lansync {

Verification::Verification(Index& index, const Membership& membership, const Replica& replica,
                           Scan& scan, RootIdentity root, TimePoint now)
    : scan_(scan),
      index_check_(index, membership, replica),
      disk_check_(index, std::move(root)),
      next_step_(now) {}

void Verification::handle_timeout(TimePoint now) {
  if (index_check_.done() || now < next_step_) return;
  index_check_.step();
  next_step_ = now + kPause;
}

std::optional<TimePoint> Verification::next_deadline() const {
  if (index_check_.done()) return std::nullopt;
  return next_step_;
}

std::optional<std::variant<ListJob, CheckJob>> Verification::poll_job() {
  if (done_ || !index_check_.done() || awaited_round_) return std::nullopt;
  return disk_check_.poll_job();
}

void Verification::handle_job(JobResult result) {
  if (auto* listing = std::get_if<Result<Listing>>(&result)) {
    note(disk_check_.handle_listing(std::move(*listing)));
  } else {
    note(disk_check_.handle_checked(std::get<Result<Checked>>(std::move(result))));
  }
}

// An index that cannot be read ends the look, and is what it found.
void Verification::note(const Result<void>& done) {
  if (done) return;
  index_error_ = done.error();
  done_ = true;
}

void Verification::advance(bool applying) {
  if (done_ || !index_check_.done()) return;
  if (awaited_round_) {
    if (scan_.finished_rounds() < *awaited_round_ || applying) return;
    awaited_round_.reset();
    disk_check_.look_again();
    return;
  }
  if (!disk_check_.pass_done()) return;
  const std::set<RelativePath> dirs = disk_check_.doubtful_dirs();
  done_ = dirs.empty();
  if (done_) return;
  for (const RelativePath& dir : dirs) scan_.request(dir, false);
  awaited_round_ = scan_.finished_rounds() + 1;
}

std::vector<PathIssue> Verification::findings() const {
  std::vector<PathIssue> findings;
  const auto damaged = [&findings](const std::string& what) {
    findings.push_back({"", "index", "the index is damaged: " + what,
                        "have it made anew: stop lansync, move the index away, start it again"});
  };
  for (const std::string& what : index_check_.findings()) damaged(what);
  if (index_error_) damaged(to_string(*index_error_));
  const auto& on_disk = disk_check_.findings();
  findings.insert(findings.end(), on_disk.begin(), on_disk.end());
  return findings;
}

}  // namespace lansync
