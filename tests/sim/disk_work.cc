#include "tests/sim/disk_work.h"

#include <algorithm>
#include <utility>

#include "core/fs/installer.h"

namespace lansync::sim {
namespace {

using test::Area;
using test::DiskEffect;
using test::DiskOperation;

// A file that was written to so recently may have been written to again without showing it. Twice
// the grain of the coarsest disks.
constexpr std::chrono::seconds kUnsettledTime{5};
// What was read may have to wait for the rest of a look before it is written down, and another look
// may have begun.
constexpr std::chrono::seconds kWritingDownTime{1};

// A tenth more than is needed is no waste.
constexpr std::uint64_t kTolerance = 10;

}  // namespace

void DiskWork::note(const DiskEffect& effect) {
  written_ += effect.written;
  if (effect.kind != DiskEffect::Kind::name) return;
  if (effect.from == Area::folder || effect.to == Area::folder) known_.clear();
  const std::uint64_t inode = effect.stat.inode;
  if (effect.from == Area::nowhere && effect.to == Area::stage) staged_[inode] = effect.path;
  if (effect.from != Area::stage || effect.to == Area::stage) return;
  const auto staged = staged_.extract(inode);
  if (staged.empty()) return;
  // To give up the same twice is a waste.
  const bool first = effect.to != Area::nowhere || given_up_.insert(staged.mapped()).second;
  if (first) needed_ += effect.stat.size;
}

std::optional<Violation> DiskWork::end_job(const Job& job, const JobResult& result,
                                           const test::MemoryFileSystem& fs, WallTime now) {
  const Syncs after = syncs_of(fs);
  const Syncs most = syncs_for(job);
  const bool few = after.files - syncs_before_.files <= most.files &&
                   after.dirs - syncs_before_.dirs <= most.dirs &&
                   after.control - syncs_before_.control <= most.control &&
                   after.metadata - syncs_before_.metadata <= most.metadata &&
                   after.all - syncs_before_.all <= most.all;
  if (!few) return Violation{"R3", "a job waits for the disk more often than it has reasons"};
  const auto* hashed = std::get_if<Result<Hashed>>(&result);
  if (hashed == nullptr || !*hashed) return std::nullopt;
  return check_reading(std::get<HashJob>(job.work), now);
}

std::optional<Violation> DiskWork::check_reading(const HashJob& job, WallTime now) {
  const FileIdentity identity = FileIdentity::of(job.stat);
  const std::string& path = job.path.text();
  const auto known = known_.find(path);
  const auto longer_than = [](std::int64_t ns, std::chrono::seconds time) {
    return ns > std::chrono::nanoseconds(time).count();
  };
  const bool same = known != known_.end() && known->second.identity == identity &&
                    known->second.ctime == job.stat.ctime;
  if (same) {
    if (!longer_than(now.ns - known->second.since.ns, kWritingDownTime)) return std::nullopt;
    return Violation{"R3", path + " is read though it is known"};
  }
  const std::int64_t last = std::max(job.stat.mtime.ns, job.stat.ctime.ns);
  if (longer_than(now.ns - last, kUnsettledTime)) known_[path] = {identity, job.stat.ctime, now};
  return std::nullopt;
}

std::optional<Violation> DiskWork::rested() {
  const std::uint64_t written = std::exchange(written_, 0);
  const std::uint64_t needed = std::exchange(needed_, 0);
  given_up_.clear();
  if (written <= needed + needed / kTolerance) return std::nullopt;
  return Violation{"R3", std::to_string(written) + " bytes were written to the disk, and " +
                             std::to_string(needed) + " were of use"};
}

DiskWork::Syncs DiskWork::syncs_of(const test::MemoryFileSystem& fs) {
  return {fs.calls(DiskOperation::sync_file), fs.calls(DiskOperation::sync_dir),
          fs.calls(DiskOperation::sync_control), fs.calls(DiskOperation::sync_metadata),
          fs.calls(DiskOperation::sync_all)};
}

DiskWork::Syncs DiskWork::syncs_for(const Job& job) {
  Syncs most;
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    // After a start, what it is not known of.
    if (!list->doubtful.empty()) most = {0, 1, 1, list->doubtful.size()};
    // And above it, once each, where what is given back does not find it.
    for (RelativePath dir = list->dir; most.dirs > 0 && !dir.is_root(); dir = dir.parent()) {
      ++most.dirs;
    }
  }
  if (std::holds_alternative<CleanStageJob>(job.work)) most.all = 1;
  const auto* apply = std::get_if<ApplyJob>(&job.work);
  if (apply == nullptr) return most;
  std::set<RelativePath> dirs;
  std::size_t moved = 0;
  for (const ApplyStep& step : apply->steps) {
    dirs.insert(step.path.parent());
    if (step.kind == ApplyStep::Kind::install_file) ++most.files;
    if (step.kind == ApplyStep::Kind::set_metadata) ++most.metadata;
    if (step.kind != ApplyStep::Kind::move) continue;
    dirs.insert(step.from.parent());
    ++moved;
  }
  most.all = (most.files >= kSyncTogetherMin ? 1 : 0) + (moved >= kSyncTogetherMin ? 1 : 0);
  most.metadata += moved < kSyncTogetherMin ? moved : 0;
  most.dirs = dirs.size();
  most.control = 1;
  return most;
}

}  // namespace lansync::sim
