// Performs an engine's jobs on a file system.
#pragma once

#include <set>

#include "core/engine/job.h"
#include "core/fs/file_system.h"

namespace lansync {

// Blocking, on whatever thread the shell has for it; several jobs may run at once. Knows no index:
// it does what it is told and says what came of it.
//
// A value that borrows the file system.
class JobRunner {
 public:
  explicit JobRunner(FileSystem& fs) : fs_(fs) {}

  JobResult run(const Job& job) const;

 private:
  // Errors: wrong_state if the root is not the share's.
  Result<Listing> list(const ListJob& job) const;
  Result<void> give_back(const DoubtfulEntry& entry, std::set<RelativePath>& above) const;
  [[nodiscard]] Result<void> give_back_over(const DoubtfulEntry& entry,
                                            const FileStat& taken) const;
  [[nodiscard]] Result<void> put_into(const RelativePath& dir, const DoubtfulEntry& entry,
                                      const FileStat& taken) const;
  [[nodiscard]] Result<RelativePath> put_above(const DoubtfulEntry& entry,
                                               const FileStat& taken) const;
  // Whether what is in the trash is what the step was to displace, or to install.
  [[nodiscard]] bool is_as_expected(const DoubtfulEntry& entry, const FileStat& taken) const;
  [[nodiscard]] bool was_undone(const DoubtfulEntry& entry, const FileStat& taken) const;
  [[nodiscard]] bool has_installed_link(const DoubtfulEntry& entry) const;
  Result<void> make_durable(const ListJob& job) const;
  // Errors: changed if it did not stay what it was while it was read.
  Result<Hashed> hash(const HashJob& job) const;
  Result<Hashed> hash_piece(const HashJob& job, ReadFile& file, const FileStat& before) const;
  Result<Staged> stage(const StageJob& job) const;
  Result<Written> write(const WriteJob& job) const;
  Result<Bytes> read(const ReadJob& job) const;
  Result<Bytes> read_staged(const ReadJob& job) const;
  Result<Applied> apply(const ApplyJob& job) const;
  Result<Cleaned> clean(const CleanStageJob& job) const;
  Result<Emptied> empty(const EmptyTrashJob& job) const;

  // Errors: changed, as hash().
  Result<Checked> check(const CheckJob& job) const;

  Result<void> check_root(const RootIdentity& root) const;

  FileSystem& fs_;
};

}  // namespace lansync
