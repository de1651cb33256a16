#include "core/engine/job_runner.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "core/base/limits.h"
#include "core/chunk/content_hasher.h"
#include "core/chunk/hash.h"
#include "core/engine/apply/apply.h"
#include "core/engine/apply/trash_policy.h"
#include "core/engine/file_reading.h"

namespace lansync {
namespace {

// The disk begins with what is at least so long when it has arrived, and not when the file is
// whole: the end waits for the last of it only.
constexpr std::size_t kWriteOnBytesMin = std::size_t{64} << 10;
// What one CheckJob reads at most.
constexpr std::size_t kCheckBytes = std::size_t{16} << 20;

bool holds(const Bytes& bytes, const Chunk& chunk) {
  return bytes.size() == chunk.bytes && chunk_hash(bytes) == chunk.hash;
}

// The files that pieces are copied from, each opened once.
class PieceSources {
 public:
  explicit PieceSources(FileSystem& fs) : fs_(fs) {}

  Result<Bytes> read(const LocalPiece& piece, std::size_t size) {
    auto& file = files_[piece.source];
    if (file == nullptr) {
      const auto* path = std::get_if<RelativePath>(&piece.source);
      auto opened = path != nullptr ? fs_.open_read(*path)
                                    : fs_.open_trash(std::get<std::string>(piece.source));
      if (!opened) return std::move(opened).error();
      file = *std::move(opened);
    }
    return read_piece(*file, piece.offset, size);
  }

 private:
  FileSystem& fs_;
  std::map<std::variant<RelativePath, std::string>, std::unique_ptr<ReadFile>> files_;
};

}  // namespace

JobResult JobRunner::run(const Job& job) const {
  struct Visitor {
    const JobRunner& runner;
    JobResult operator()(const ListJob& work) const { return runner.list(work); }
    JobResult operator()(const HashJob& work) const { return runner.hash(work); }
    JobResult operator()(const StageJob& work) const { return runner.stage(work); }
    JobResult operator()(const WriteJob& work) const { return runner.write(work); }
    JobResult operator()(const ReadJob& work) const { return runner.read(work); }
    JobResult operator()(const ApplyJob& work) const { return runner.apply(work); }
    JobResult operator()(const CleanStageJob& work) const { return runner.clean(work); }
    JobResult operator()(const EmptyTrashJob& work) const { return runner.empty(work); }
    JobResult operator()(const CheckJob& work) const { return runner.check(work); }
  };
  return std::visit(Visitor{*this}, job.work);
}

Result<void> JobRunner::check_root(const RootIdentity& root) const {
  const auto found = fs_.root_identity();
  if (!found) return Error{Errc::wrong_state, "the folder: " + to_string(found.error())};
  if (*found == root) return {};
  return Error{Errc::wrong_state, found->marker.empty()
                                      ? "the folder has lost its mark: is its disk mounted?"
                                      : "another folder stands in the share's place"};
}

Result<Hashed> JobRunner::hash(const HashJob& job) const {
  Hashed hashed;
  if (job.stat.kind == NodeKind::link) {
    auto target = fs_.read_link(job.path);
    if (!target) return std::move(target).error();
    if (target->empty() || target->size() > limits::kLinkTargetBytesMax) {
      return Error{Errc::limit_exceeded, "symbolic link's target"};
    }
    hashed.link_target = *std::move(target);
    // The one that was listed, so that what was read is its own.
    const auto stat = fs_.stat(job.path);
    if (!stat) return stat.error();
    const bool same =
        FileIdentity::of(*stat) == FileIdentity::of(job.stat) && stat->ctime == job.stat.ctime;
    if (!same) return Error{Errc::changed, "symbolic link"};
    hashed.stat = *stat;
    return hashed;
  }
  auto file = fs_.open_read(job.path);
  if (!file) return std::move(file).error();
  const auto before = (*file)->stat();
  if (!before) return before.error();
  if (before->size > limits::kFileBytesMax) return Error{Errc::limit_exceeded, "file"};
  if (job.piece) return hash_piece(job, **file, *before);
  auto list = read_through(**file, before->size, job.chunk_class);
  if (!list) return std::move(list).error();
  const auto after = (*file)->stat();
  if (!after) return after.error();
  const auto named = fs_.stat(job.path);
  if (!named) return named.error();
  const bool same = list->size() == before->size && before->ctime == named->ctime &&
                    FileIdentity::of(*before) == FileIdentity::of(*after) &&
                    FileIdentity::of(*after) == FileIdentity::of(*named);
  if (!same) return Error{Errc::changed, "file that is being read"};
  hashed.stat = *named;
  hashed.list = *std::move(list);
  return hashed;
}

// All pieces have to be of one file that stays what it was when it was listed.
Result<Hashed> JobRunner::hash_piece(const HashJob& job, ReadFile& file,
                                     const FileStat& before) const {
  auto piece = read_through(file, *job.piece, job.chunk_class);
  if (!piece) return std::move(piece).error();
  const auto after = file.stat();
  if (!after) return after.error();
  const auto named = fs_.stat(job.path);
  if (!named) return named.error();
  const FileIdentity listed = FileIdentity::of(job.stat);
  const bool same = FileIdentity::of(before) == listed && FileIdentity::of(*after) == listed &&
                    FileIdentity::of(*named) == listed && before.ctime == job.stat.ctime &&
                    named->ctime == job.stat.ctime;
  if (!same) return Error{Errc::changed, "file that is being read"};
  Hashed hashed;
  hashed.stat = *named;
  hashed.of = job.piece;
  hashed.piece = *std::move(piece);
  return hashed;
}

Result<Staged> JobRunner::stage(const StageJob& job) const {
  // Whether it can be had or not, what it holds is looked at below.
  if (!job.takes.empty()) (void)fs_.rename_stage(job.takes, job.stage);
  auto file = fs_.open_stage(job.stage);
  if (!file) return std::move(file).error();
  const auto stat = (*file)->stat();
  if (!stat) return stat.error();
  const auto free = fs_.free_bytes();
  if (!free) return free.error();
  if (auto cut = (*file)->truncate(job.list.size()); !cut) return std::move(cut).error();

  Staged staged;
  std::uint64_t missing_bytes = 0;
  std::uint64_t offset = 0;
  auto piece = job.pieces.begin();
  PieceSources sources(fs_);
  for (std::uint32_t i = 0; i < job.list.chunks.size(); ++i) {
    const Chunk& chunk = job.list.chunks[i];
    bool here = false;
    bool unread = false;
    if (offset < stat->size) {
      const auto bytes = read_piece(**file, offset, chunk.bytes);
      here = bytes && holds(*bytes, chunk);
    }
    for (; piece != job.pieces.end() && piece->index == i; ++piece) {
      if (here) continue;
      const auto bytes = sources.read(*piece, chunk.bytes);
      unread = unread || (!bytes && !is_not_there(bytes.error()));
      if (!bytes || !holds(*bytes, chunk)) continue;
      if (auto written = (*file)->write_at(offset, *bytes); !written) {
        return std::move(written).error();
      }
      here = true;
    }
    if (!here) {
      staged.missing.push_back(i);
      staged.unread = staged.unread || unread;
      missing_bytes += chunk.bytes;
    }
    offset += chunk.bytes;
  }
  if (missing_bytes > *free) {
    return Error{std::make_error_code(std::errc::no_space_on_device), "file that does not fit"};
  }
  return staged;
}

Result<Written> JobRunner::write(const WriteJob& job) const {
  if (!holds(job.bytes, job.chunk)) return Error{Errc::mismatch, "chunk that arrived"};
  auto file = fs_.open_stage(job.stage);
  if (!file) return std::move(file).error();
  if (job.whole) {
    const auto stat = (*file)->stat();
    if (!stat) return stat.error();
    auto cut = stat->size > 0 ? (*file)->truncate(0) : Result<void>();
    if (!cut) return std::move(cut).error();
  }
  auto written = (*file)->write_at(job.offset, job.bytes);
  if (!written) return std::move(written).error();
  if (job.bytes.size() >= kWriteOnBytesMin) (*file)->begin_sync(job.offset, job.bytes.size());
  return Written{};
}

Result<Bytes> JobRunner::read_staged(const ReadJob& job) const {
  if (const auto there = fs_.stat_stage(job.stage); !there) return there.error();
  const auto file = fs_.open_stage(job.stage);
  if (!file) return file.error();
  auto bytes = read_piece(**file, job.offset, job.chunk.bytes);
  if (bytes && !holds(*bytes, job.chunk)) return Error{Errc::mismatch, "chunk in a staged file"};
  return bytes;
}

Result<Bytes> JobRunner::read(const ReadJob& job) const {
  if (!job.stage.empty()) {
    if (auto staged = read_staged(job)) return staged;
  }
  auto file = fs_.open_read(job.path);
  if (!file) return std::move(file).error();
  auto bytes = read_piece(**file, job.offset, job.chunk.bytes);
  if (!bytes) return bytes;
  if (!holds(*bytes, job.chunk)) return Error{Errc::mismatch, "chunk on disk"};
  return bytes;
}

Result<Applied> JobRunner::apply(const ApplyJob& job) const {
  if (auto checked = check_root(job.root); !checked) return std::move(checked).error();
  return apply_steps(fs_, job.steps);
}

Result<Cleaned> JobRunner::clean(const CleanStageJob& job) const {
  if (auto checked = check_root(job.root); !checked) return std::move(checked).error();
  auto recovered = recover_claimed(fs_, job.rescue_prefix);
  if (!recovered) return std::move(recovered).error();
  if (!job.keep) {
    // A disk that cannot is not to keep the folder from being looked at.
    (void)fs_.sync_all();
    return Cleaned{*std::move(recovered)};
  }
  auto names = fs_.list_stage();
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    if (std::ranges::binary_search(*job.keep, name)) continue;
    if (auto removed = fs_.remove_stage(name); !removed) return std::move(removed).error();
  }
  return Cleaned{};
}

Result<Checked> JobRunner::check(const CheckJob& job) const {
  Checked checked{job.stat, job.offset, std::nullopt};
  if (job.stat.kind == NodeKind::link) {
    const auto target = fs_.read_link(job.path);
    if (!target) return target.error();
    checked.content = ContentId{hash_of(as_bytes(*target))};
  } else {
    auto file = fs_.open_read(job.path);
    if (!file) return std::move(file).error();
    const std::uint64_t end = std::min(job.stat.size, job.offset + kCheckBytes);
    Bytes buffer(std::min<std::uint64_t>(kReadBytes, end - job.offset));
    while (checked.offset < end) {
      const auto got = (*file)->read_at(checked.offset, buffer);
      if (!got) return got.error();
      if (*got == 0) return Error{Errc::changed, "file that is being read"};
      const auto wanted = std::min<std::uint64_t>(*got, end - checked.offset);
      job.hasher->update(ByteView(buffer).first(wanted));
      checked.offset += wanted;
    }
    const auto after = (*file)->stat();
    if (!after) return after.error();
    if (FileIdentity::of(*after) != FileIdentity::of(job.stat)) {
      return Error{Errc::changed, "file that is being read"};
    }
    if (checked.offset == job.stat.size) {
      checked.content = std::move(*job.hasher).finish().content_id();
    }
  }
  const auto named = fs_.stat(job.path);
  if (!named) return named.error();
  if (FileIdentity::of(*named) != FileIdentity::of(job.stat)) {
    return Error{Errc::changed, "file that is being read"};
  }
  checked.stat = *named;
  return checked;
}

Result<Emptied> JobRunner::empty(const EmptyTrashJob& job) const {
  if (auto checked = check_root(job.root); !checked) return std::move(checked).error();
  const auto trash = fs_.list_trash();
  if (!trash) return trash.error();
  const auto free = fs_.free_bytes();
  if (!free) return free.error();
  Emptied emptied;
  for (std::string& name : overdue_trash(*trash, *free, job.now)) {
    if (job.keep.contains(name)) continue;
    // What cannot be removed now is tried again with the next job.
    if (fs_.remove_trash(name)) emptied.names.push_back(std::move(name));
  }
  return emptied;
}

}  // namespace lansync
