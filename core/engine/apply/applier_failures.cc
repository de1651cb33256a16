// What becomes of steps and fetches that fail, and what people are told of it.
#include <algorithm>
#include <cerrno>

#include "core/engine/apply/applier.h"

namespace lansync {

void Applier::record_failure(const InJob& done, const Error& error, TimePoint now) {
  const Step& step = done.step;
  // What a person did there first is found by looking, and is a change of its own.
  const bool overtaken =
      error.code == make_error_code(Errc::changed) || error.code == std::errc::file_exists ||
      error.code == std::errc::no_such_file_or_directory ||
      error.code == std::errc::not_a_directory || error.code == std::errc::is_a_directory ||
      error.code == std::errc::too_many_symbolic_link_levels;
  if (overtaken || error.code == make_error_code(Errc::busy)) {
    retry(step.source, now + kBusyDelay);
    if (overtaken) window_[step.source].overtaken = step.path;
  } else if (error.code == std::errc::directory_not_empty) {
    complain(step.source,
             {step.path.text(), "not_empty",
              "was deleted on another device, but holds something here that is not synced",
              "delete the folder, or move what is in it"});
    scan_.request(step.path, true);
    retry(step.source, now + kRetryDelay);
  } else if (error.code == make_error_code(Errc::mismatch)) {
    complain(step.source, {step.path.text(), "same_name",
                           "another name here is the same to this disk: upper and lower case, or "
                           "the way in which accents are written, make no difference to it",
                           "rename one of the two on a device that shows both"});
    retry(step.source, now + kRetryDelay);
  } else if (error.code == std::errc::cross_device_link) {
    // What was staged for it stays good.
    complain(step.source, mounted_there(step.path.text()));
    retry(step.source, now + kRetryDelay);
  } else if (error.code == make_error_code(Errc::corrupt)) {
    fetcher_.cancel(step.path);
    retry(step.source, now + kBusyDelay);
  } else if (error.code == make_error_code(Errc::refused) && step.kind == StepKind::set_metadata &&
             several_names_.insert(step.path).second) {
    // Its other names may be outside the share: the next attempt installs a copy.
  } else {
    // What was staged may be damaged by now: it is looked at again.
    fetcher_.cancel(step.path);
    handle_fetch_failed({step.path, step.source, error}, now);
  }
}

void Applier::record_rescue(const InJob& done, TimePoint now) {
  const Step& step = done.step;
  in_doubt(done);
  complain(step.source,
           {step.path.text(), "rescued",
            "kept changing while another version was installed; one of its versions is " +
                done.trash + " in .lansync/trash",
            "take from there what is missing"});
  fetcher_.cancel(step.path);
  retry(step.source, now + kBusyDelay);
}

void Applier::handle_fetch_failed(const Fetcher::Failed& failed, TimePoint now) {
  wake(Waits::room);
  if (failed.error.code == std::errc::no_space_on_device ||
      failed.error.code == std::error_code(EDQUOT, std::generic_category())) {
    const auto totals = index_.pending_totals();
    lacking_bytes_ = totals ? std::max<std::uint64_t>(totals->bytes, 1) : 1;
    complain(failed.source, {failed.path.text(), "no_space", "the disk is full",
                             "make room; syncing goes on by itself"});
    retry(failed.source, now + kNoSpaceDelay);
    return;
  }
  complain(failed.source, {failed.path.text(), "unwritable", to_string(failed.error),
                           "see that lansync may write there; it tries again by itself"});
  retry(failed.source, now + kRetryDelay);
}

void Applier::complain(const RelativePath& source, PathIssue issue) {
  complaints_[source][issue.path] = issue.code;
  issues_.raise(std::move(issue));
}

// What is not to be done any more is nobody's problem.
void Applier::end_complaints(const RelativePath& source, const std::vector<Step>& steps) {
  const auto complaints = complaints_.find(source);
  if (complaints == complaints_.end()) return;
  std::erase_if(complaints->second, [&](const auto& complaint) {
    const auto is_there = [&](const Step& step) { return step.path.text() == complaint.first; };
    if (std::ranges::any_of(steps, is_there)) return false;
    issues_.clear(complaint.first, complaint.second);
    return true;
  });
  if (complaints->second.empty()) complaints_.erase(complaints);
}

void Applier::retry(const RelativePath& source, TimePoint at) {
  parked_.erase(source);
  window_[source].retry_at = at;
  due_by(at);
}

}  // namespace lansync
