#include "core/engine/verify/disk_check.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "core/chunk/content_hasher.h"

namespace lansync {
namespace {

constexpr const char* kSeeStatus = "see `lansync status`: it may say what stands in the way";

bool is_gone(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory ||
         error.code == std::errc::not_a_directory ||
         error.code == std::errc::too_many_symbolic_link_levels;
}

std::string_view noun(NodeKind kind) {
  switch (kind) {
    case NodeKind::file: return "file";
    case NodeKind::dir: return "folder";
    case NodeKind::link: return "link";
    case NodeKind::other: break;
  }
  return "special file";
}

std::string octal(std::uint32_t mode) {
  std::string text = "0";
  for (const int shift : {6, 3, 0}) text += static_cast<char>('0' + ((mode >> shift) & 7));
  return text;
}

PathIssue missing(const RelativePath& path) {
  return {path.text(), "missing", "it is not there, and its deletion has not been published",
          kSeeStatus};
}

PathIssue unreadable(const RelativePath& path, const Error& error) {
  return {path.text(), "unreadable", to_string(error),
          "make it readable for the user that lansync runs as; if the disk reports errors, copy it "
          "from another device"};
}

PathIssue wrong_content(const RelativePath& path) {
  return {path.text(), "content",
          "its bytes are not what they were, although its size and time are",
          "disk or memory may be failing; put the file back from a device where `lansync verify` "
          "finds it whole, or from a backup"};
}

PathIssue differs(const RelativePath& path) {
  return {path.text(), "changed", "it was changed, and the change has not been published",
          kSeeStatus};
}

PathIssue wrong_kind(const RelativePath& path, NodeKind is, NodeKind should_be) {
  return {path.text(), "kind",
          "it is a " + std::string(noun(is)) + " and was a " + std::string(noun(should_be)),
          kSeeStatus};
}

PathIssue wrong_mode(const RelativePath& path, std::uint32_t is, std::uint32_t should_be) {
  return {path.text(), "mode",
          "its mode is " + octal(is) + " and was " + octal(should_be) +
              ", and the change has not been published",
          kSeeStatus};
}

PathIssue unknown(const RelativePath& path) {
  return {path.text(), "unknown", "it is not in the share", kSeeStatus};
}

}  // namespace

DiskCheck::DiskCheck(Index& index, RootIdentity root) : index_(index), root_(std::move(root)) {
  to_list_.insert(RelativePath());
}

std::optional<std::variant<ListJob, CheckJob>> DiskCheck::poll_job() {
  if (busy_) return std::nullopt;
  if (!reading_ && !to_check_.empty()) {
    reading_ = std::move(to_check_.front());
    to_check_.pop_front();
  }
  if (reading_) {
    busy_ = true;
    return reading_->next;
  }
  if (to_list_.empty()) return std::nullopt;
  busy_ = true;
  listing_ = std::move(to_list_.extract(to_list_.begin()).value());
  return ListJob{listing_, root_, {}};
}

bool DiskCheck::wanted(const RelativePath& path) const {
  return pass_ == 1 || earlier_.contains(path);
}

void DiskCheck::find(PathIssue issue) {
  if (findings_.size() < kFindingsMax) findings_.push_back(std::move(issue));
}

void DiskCheck::suspect(const RelativePath& path, Suspicion suspicion) {
  const auto before = earlier_.find(path);
  if (before != earlier_.end() && suspicion.settled && before->second == suspicion) {
    return find(std::move(suspicion.issue));
  }
  if (pass_ == kPassesMax || suspects_.size() == kSuspectsMax) {
    ++unsettled_;
    return;
  }
  suspects_.insert_or_assign(path, std::move(suspicion));
}

Result<void> DiskCheck::handle_listing(Result<Listing> listing) {
  busy_ = false;
  return listing ? compare(listing->entries) : handle_no_listing(listing.error());
}

Result<void> DiskCheck::handle_no_listing(const Error& error) {
  const RelativePath dir = listing_;
  if (!is_gone(error) || dir.is_root()) {
    suspect(dir, {unreadable(dir, error), dir, {}, {}});
    return {};
  }
  const auto row = index_.disk(dir);
  if (!row) return row.error();
  if (*row) suspect(dir, {missing(dir), dir.parent(), {}, *row});
  return {};
}

Result<void> DiskCheck::compare(const std::vector<DirEntry>& listing) {
  const auto rows = index_.disk_children(listing_);
  if (!rows) return rows.error();
  std::map<std::string_view, const DiskRow*> not_seen;
  for (const DiskRow& row : *rows) not_seen.emplace(row.path.name(), &row);
  for (const DirEntry& entry : listing) {
    const auto path = listing_.child(entry.name);
    // What cannot be in a share is none of its business; the scan complains of it.
    if (!path || entry.stat.kind == NodeKind::other) continue;
    const auto known = not_seen.extract(entry.name);
    if (!wanted(*path) || entry.elsewhere) continue;
    if (known.empty()) {
      suspect(*path, {unknown(*path), listing_, entry.stat, {}});
    } else {
      compare_entry(*path, entry.stat, *known.mapped());
    }
  }
  for (const auto& [name, row] : not_seen) {
    if (wanted(row->path)) suspect(row->path, {missing(row->path), listing_, {}, *row});
  }
  return {};
}

void DiskCheck::compare_entry(const RelativePath& path, const FileStat& stat, const DiskRow& row) {
  if (stat.kind != row.stat.kind) {
    return suspect(path, {wrong_kind(path, stat.kind, row.stat.kind), listing_, stat, row});
  }
  if (FileIdentity::of(stat) != FileIdentity::of(row.stat)) {
    // A directory that took another's place is looked into all the same.
    suspect(path, {differs(path), listing_, stat, row});
  } else if (stat.kind != NodeKind::link && stat.mode != row.stat.mode) {
    suspect(path, {wrong_mode(path, stat.mode, row.stat.mode), listing_, stat, row});
  }
  if (stat.kind == NodeKind::dir) {
    if (pass_ == 1) to_list_.insert(path);
  } else if (FileIdentity::of(stat) == FileIdentity::of(row.stat)) {
    CheckJob job{path, stat, 0, std::make_shared<ContentHasher>(row.chunk_class)};
    to_check_.push_back({path, stat, std::move(job)});
  }
}

Result<void> DiskCheck::handle_checked(Result<Checked> checked) {
  busy_ = false;
  if (checked && !checked->content) {
    reading_->next.offset = checked->offset;
    return {};
  }
  if (checked) {
    auto compared = compare_content(*checked);
    reading_.reset();
    return compared;
  }
  const Reading read = *std::exchange(reading_, std::nullopt);
  const Error& error = checked.error();
  const bool moved_on = is_gone(error) || error.code == make_error_code(Errc::changed);
  suspect(read.path, {moved_on ? differs(read.path) : unreadable(read.path, error),
                      read.path.parent(),
                      read.stat,
                      {},
                      !moved_on});
  return {};
}

Result<void> DiskCheck::compare_content(const Checked& checked) {
  const RelativePath& path = reading_->path;
  const auto row = index_.disk(path);
  if (!row) return row.error();
  if (!*row || FileIdentity::of((*row)->stat) != FileIdentity::of(checked.stat)) {
    suspect(path, {differs(path), path.parent(), checked.stat, *row, false});
    return {};
  }
  ++checked_.files;
  checked_.bytes += checked.stat.size;
  if (*checked.content == (*row)->content) return {};
  // Somebody may have written in the moment in which the scan read it, or have put its time back:
  // the scan looks once more.
  if ((*row)->racy || (*row)->stat.ctime != checked.stat.ctime)
    suspect(path, {wrong_content(path), path.parent(), checked.stat, *row});
  else
    find(wrong_content(path));
  return {};
}

std::set<RelativePath> DiskCheck::doubtful_dirs() const {
  std::set<RelativePath> dirs;
  for (const auto& [path, suspicion] : suspects_) dirs.insert(suspicion.dir);
  return dirs;
}

void DiskCheck::look_again() {
  ++pass_;
  to_list_ = doubtful_dirs();
  earlier_ = std::exchange(suspects_, {});
}

}  // namespace lansync
