#include "core/os/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/os/file_stat.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

// A stream over a directory's names. Owns the descriptor.
class NameStream {
 public:
  explicit NameStream(UniqueFd dir) : stream_(::fdopendir(dir.get())) {
    if (stream_ != nullptr) fd_ = dir.release();
  }
  NameStream(const NameStream&) = delete;
  NameStream& operator=(const NameStream&) = delete;
  ~NameStream() {
    if (stream_ != nullptr) ::closedir(stream_);
  }

  explicit operator bool() const { return stream_ != nullptr; }
  [[nodiscard]] int fd() const { return fd_; }

  // The next entry but `.` and `..`; null at the end (errno 0) and on an error.
  const dirent* next() {
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream_);
      if (entry == nullptr) return nullptr;
      const std::string_view name(entry->d_name);
      if (name != "." && name != "..") return entry;
    }
  }

 private:
  DIR* stream_;
  int fd_ = -1;
};

}  // namespace

Result<UniqueFd> reopen_to_read(int dir, std::string_view name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(uninterrupted([&] { return ::openat(dir, ".", kFlags); }));
  if (!fd) return errno_about(name);
  return fd;
}

Result<std::vector<DirEntry>> list_entries(UniqueFd dir, std::string_view hidden,
                                           std::string_view name) {
  NameStream names(std::move(dir));
  if (!names) return errno_about(name);
  const auto itself = stat_at(names.fd(), {});
  if (!itself) return errno_about(name);
  std::vector<DirEntry> entries;
  while (const dirent* entry = names.next()) {
    if (entry->d_name == hidden) continue;
    const auto seen = stat_at(names.fd(), entry->d_name);
    if (!seen) {
      if (errno == ENOENT) continue;
      return errno_about(name);
    }
    entries.push_back({entry->d_name, seen->stat, !seen->is_within(itself->mount)});
  }
  if (errno != 0) return errno_about(name);
  return entries;
}

Result<std::vector<std::string>> list_names(UniqueFd dir, std::string_view name) {
  NameStream names(std::move(dir));
  if (!names) return errno_about(name);
  std::vector<std::string> result;
  while (const dirent* entry = names.next()) result.emplace_back(entry->d_name);
  if (errno != 0) return errno_about(name);
  return result;
}

Result<std::vector<std::string>> list_directories(UniqueFd dir, std::string_view name) {
  NameStream names(std::move(dir));
  if (!names) return errno_about(name);
  std::vector<std::string> result;
  while (const dirent* entry = names.next()) {
    bool is_dir = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat raw{};
      if (::fstatat(names.fd(), entry->d_name, &raw, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;
        return errno_about(name);
      }
      is_dir = S_ISDIR(raw.st_mode);
    }
    if (is_dir) result.emplace_back(entry->d_name);
  }
  if (errno != 0) return errno_about(name);
  return result;
}

}  // namespace lansync
