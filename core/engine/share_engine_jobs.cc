// The jobs that a share asks for, and where their results go.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/engine/names.h"
#include "core/engine/share_engine.h"
#include "core/fs/file_time.h"

namespace lansync {
namespace {

// The staging folder, after something in it could not be removed.
constexpr std::chrono::seconds kCleanAgainAfter{10};
// How often the trash is looked through; with the first input after that.
constexpr std::chrono::hours kEmptyingInterval{1};
// A file whose times are this close to its hashing may change without them.
bool is_racy(const Hashed& hashed, Now begun, Now ended) {
  const FileStat& stat = hashed.stat;
  return stat.kind == NodeKind::file &&
         may_change_unseen(stat.mtime, stat.ctime, begun.wall, ended.wall);
}

template <class Result>
Result take(JobResult& result) {
  return std::move(std::get<Result>(result));
}

}  // namespace

Result<void> ShareEngine::dispatch_job(const OutstandingJob& job, JobResult result, Now now) {
  if (const auto* check = std::get_if<VerificationJob>(&job.source)) {
    const bool wanted = verification_ && check->verification == verifications_;
    if (wanted) verification_->handle_job(std::move(result));
    return {};
  }
  if (verification_) verification_->handle_change();
  if (std::holds_alternative<Result<Listing>>(result)) {
    applier_.handle_scan_progress();
    const auto& dir = std::get<RelativePath>(job.source);
    auto listing = take<Result<Listing>>(result);
    if (listing) hints_.looked(dir, listing->entries.size(), now.steady);
    return scan_.handle_listing(dir, std::move(listing));
  }
  if (std::holds_alternative<Result<Hashed>>(result)) {
    applier_.handle_scan_progress();
    auto hashed = take<Result<Hashed>>(result);
    const bool racy = hashed && is_racy(*hashed, job.issued, now);
    scan_.handle_hashed(std::get<RelativePath>(job.source), std::move(hashed), racy, now.wall);
    return {};
  }
  if (std::holds_alternative<Result<Staged>>(result)) {
    fetcher_.handle_staged(std::get<Fetcher::FetchJob>(job.source).fetch,
                           take<Result<Staged>>(result));
    return {};
  }
  if (std::holds_alternative<Result<Written>>(result)) {
    fetcher_.handle_written(std::get<Fetcher::FetchJob>(job.source), take<Result<Written>>(result));
    return {};
  }
  if (std::holds_alternative<Result<Bytes>>(result)) {
    const auto& serve = std::get<Server::ServeJob>(job.source);
    // If it was installed meanwhile, the look at where it was may have made an empty file.
    if (!serve.read.stage.empty() && !fetcher_.under_way(serve.read.path)) {
      fetcher_.expect_garbage();
    }
    const auto other = server_.handle_read(serve, take<Result<Bytes>>(result));
    if (other) scan_.request(other->parent(), false);
    return {};
  }
  if (std::holds_alternative<Result<Applied>>(result)) {
    return applier_.handle_applied(take<Result<Applied>>(result), now);
  }
  if (auto* emptied = std::get_if<Result<Emptied>>(&result)) {
    next_emptying_ = now.steady + kEmptyingInterval;
    if (!*emptied) return {};  // The next one will do.
    for (const std::string& name : (*emptied)->names) {
      if (auto removed = index_.remove_trash(name); !removed) return removed;
    }
    return {};
  }
  return handle_cleaned(take<Result<Cleaned>>(result), now);
}

Result<void> ShareEngine::handle_cleaned(const Result<Cleaned>& cleaned, Now now) {
  cleaning_ = false;
  if (!cleaned) {
    next_cleaning_ = now.steady + kCleanAgainAfter;
    fetcher_.expect_garbage();
    return {};
  }
  if (cleanings_ > 1) return {};
  fetcher_.find_staged(cleaned->staged);
  return intents_.learn_staged(cleaned->staged);
}

std::vector<std::string> ShareEngine::wanted_stages() {
  std::vector<std::string> doubtful = intents_.stages();
  keeps_doubtful_stages_ = !doubtful.empty();
  std::vector<std::string> names = fetcher_.stages();
  std::ranges::move(doubtful, std::back_inserter(names));
  std::ranges::sort(names);
  return names;
}

// What was kept for the sake of a doubt that has ended is of no use.
void ShareEngine::release_stages() {
  if (!keeps_doubtful_stages_ || !intents_.stages().empty()) return;
  keeps_doubtful_stages_ = false;
  fetcher_.expect_garbage();
}

CleanStageJob ShareEngine::clean_job(std::optional<std::vector<std::string>> keep) {
  return {config_.root, trash_name(RelativePath(), now_.wall, ++cleanings_), std::move(keep)};
}

// What a step has displaced tells what became of it: not while one is in doubt or under way.
Result<std::optional<EmptyTrashJob>> ShareEngine::emptying_job() {
  const bool may_empty = scanned_once_ && !intents_.any_in_doubt() && !applier_.job_under_way();
  if (!may_empty || next_emptying_ > now_.steady) return std::optional<EmptyTrashJob>();
  auto keep = applier_.trash_to_keep();
  if (!keep) return std::move(keep).error();
  next_emptying_ = *keep ? TimePoint::max() : now_.steady + kEmptyingInterval;  // Or its end.
  if (!*keep) return std::optional<EmptyTrashJob>();
  return std::optional(EmptyTrashJob{config_.root, now_.wall, **std::move(keep)});
}

std::optional<Job> ShareEngine::poll_job() {
  settle_gathered();
  if (failed_) return std::nullopt;
  const auto issue = [this](auto work, JobSource source) {
    const JobId id{next_job_++};
    jobs_.emplace(id, OutstandingJob{std::move(source), now_});
    return Job{id, std::move(work)};
  };
  if (!recovered_ && !cleaning_) {
    cleaning_ = recovered_ = true;
    return issue(clean_job(std::nullopt), std::monostate());
  }
  // Whatever uses the staging folder waits while it is cleaned.
  if (!cleaning_) {
    auto job = applier_.poll_job();
    Result<void> written = job ? index_.commit() : Result<void>(job.error());
    if (!written) {
      fail(std::move(written).error());
      return std::nullopt;
    }
    if (*job) return issue(**std::move(job), std::monostate());
  }
  asks_ = true;  // What needs no job is asked for at once.
  if (auto job = cleaning_ ? std::nullopt : fetcher_.poll_job()) {
    if (auto* write = std::get_if<WriteJob>(&job->work)) {
      Bytes bytes = std::exchange(write->bytes, {});  // Only the job itself needs them.
      JobSource source = *job;
      write->bytes = std::move(bytes);
      return issue(std::move(*write), std::move(source));
    }
    JobSource source = *job;
    auto& stage = std::get<StageJob>(job->work);
    const bool relied_on = !stage.takes.empty() && intents_.rely_on(stage.takes);
    if (relied_on) stage.takes.clear();
    return issue(std::move(stage), std::move(source));
  }
  auto serve = server_.poll_job();
  if (!serve) {
    fail(std::move(serve).error());
    return std::nullopt;
  }
  if (*serve) return issue((*serve)->read, **serve);
  // What a crash left half exchanged is in the trash when the first look is taken; and what is
  // found waits for as long as nothing may be published.
  const bool recovering = cleaning_ && cleanings_ == 1;
  if (auto job = recovering || claims_.waiting() ? std::nullopt : scan_.poll_job()) {
    if (auto* list = std::get_if<ListJob>(&*job)) {
      const RelativePath dir = list->dir;
      for (DoubtfulEntry& entry : list->doubtful) {
        entry.author = names_.author_name(config_.self.device);
      }
      return issue(std::move(*list), dir);
    }
    auto& hash = std::get<HashJob>(*job);
    const RelativePath path = hash.path;
    return issue(std::move(hash), path);
  }
  auto emptying = emptying_job();
  if (!emptying) {
    fail(std::move(emptying).error());
    return std::nullopt;
  }
  if (*emptying) return issue(**std::move(emptying), std::monostate());
  // While files are to come, what is left of others may be of use; not where it takes their room.
  const bool of_no_use = need_.files == 0 || applier_.lacking_bytes() > 0;
  const bool may_clean = scanned_once_ && !cleaning_ && of_no_use && !applier_.job_under_way() &&
                         next_cleaning_ <= now_.steady;
  if (may_clean && fetcher_.take_garbage()) {
    cleaning_ = true;
    return issue(clean_job(wanted_stages()), std::monostate());
  }
  if (auto job = verification_ ? verification_->poll_job() : std::nullopt) {
    const VerificationJob source{verifications_};
    if (auto* list = std::get_if<ListJob>(&*job)) return issue(std::move(*list), source);
    return issue(std::get<CheckJob>(std::move(*job)), source);
  }
  return std::nullopt;
}

}  // namespace lansync
