#include "core/os/inotify_watcher.h"

#include <array>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/inotify.h>

#include "core/os/control_folder.h"
#include "core/os/directory_listing.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

// IN_MODIFY beside IN_CLOSE_WRITE, as some programs never close what they write to.
constexpr std::uint32_t kMask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
                                IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_EXCL_UNLINK | IN_ONLYDIR;

// One read takes some two thousand events.
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
// Reads before the caller gets its turn: the kernel's default queue of 16,384 events and more.
constexpr int kReadsMax = 32;

// What happens when a directory goes away while we look at it, or something is mounted there, which
// is not synced.
bool is_gone(std::error_code code) {
  return code == std::errc::cross_device_link || code == std::errc::no_such_file_or_directory ||
         code == std::errc::not_a_directory || code == std::errc::too_many_symbolic_link_levels;
}

// By way of a descriptor: the path that it came from may lead elsewhere by now.
int add_watch(int inotify, int dir) {
  const std::string path = "/proc/self/fd/" + std::to_string(dir);
  return ::inotify_add_watch(inotify, path.c_str(), kMask);
}

}  // namespace

Result<std::unique_ptr<InotifyWatcher>> InotifyWatcher::create(const ShareRoot& share,
                                                               InotifyWatcherOptions options) {
  UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify) return errno_about("inotify");
  auto root = share.open_dir({});
  if (!root) return std::move(root).error();
  // Fails also where /proc is missing, which would otherwise look like a directory that is gone.
  if (add_watch(inotify.get(), root->get()) < 0) return errno_about("inotify");
  return std::unique_ptr<InotifyWatcher>(new InotifyWatcher(share, std::move(inotify), options));
}

void InotifyWatcher::watch_tree(const RelativePath& dir) {
  if (dir.is_root()) state_ = State::complete;
  std::vector<RelativePath> waiting{dir};
  while (!waiting.empty()) {
    const RelativePath next = std::move(waiting.back());
    waiting.pop_back();
    // The watch comes before the look at what is there, so that nothing falls between them.
    for (RelativePath& inner : watch(next)) waiting.push_back(std::move(inner));
  }
}

std::vector<RelativePath> InotifyWatcher::watch(const RelativePath& dir) {
  const auto fd = share_.open_dir(dir);
  if (!fd) {
    if (!is_gone(fd.error().code)) state_ = State::incomplete;
    return {};
  }
  if (paths_.size() >= options_.watches_max && !watches_.contains(dir)) {
    state_ = State::incomplete;
    return {};
  }
  const int number = add_watch(inotify_.get(), fd->get());
  if (number < 0) {
    if (errno != ENOENT) state_ = State::incomplete;
    return {};
  }
  remember(number, dir);
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  UniqueFd readable(uninterrupted([&] { return ::openat(fd->get(), ".", kFlags); }));
  if (!readable) {
    if (errno != ENOENT) state_ = State::incomplete;
    return {};
  }
  const auto names = list_directories(std::move(readable), dir.text());
  if (!names) {
    state_ = State::incomplete;
    return {};
  }
  std::vector<RelativePath> inner;
  for (const std::string& name : *names) {
    // What has no name in a share is not synced, and so not watched; that goes for `.lansync` too.
    auto path = dir.child(name);
    if (path) inner.push_back(*std::move(path));
  }
  return inner;
}

void InotifyWatcher::remember(int watch, const RelativePath& dir) {
  const auto path = paths_.find(watch);
  if (path != paths_.end()) {
    if (path->second == dir) return;
    // The same directory under a new name, of which the event is still to come.
    watches_.erase(path->second);
  }
  const auto other = watches_.find(dir);
  if (other != watches_.end()) {
    (void)::inotify_rm_watch(inotify_.get(), other->second);
    paths_.erase(other->second);
  }
  paths_.insert_or_assign(watch, dir);
  watches_.insert_or_assign(dir, watch);
}

void InotifyWatcher::forget_tree(const RelativePath& dir) {
  const auto forget = [this](std::map<RelativePath, int>::iterator at) {
    // Fails if the directory is gone, and the watch with it.
    (void)::inotify_rm_watch(inotify_.get(), at->second);
    paths_.erase(at->second);
    return watches_.erase(at);
  };
  const auto itself = watches_.find(dir);
  if (itself != watches_.end()) forget(itself);
  // Between `dir` and what is beneath it there may be siblings such as "dir-2".
  for (auto at = watches_.upper_bound(dir); at != watches_.end();) {
    if (dir.contains(at->first)) {
      at = forget(at);
    } else if (at->first.text().starts_with(dir.text())) {
      ++at;
    } else {
      break;
    }
  }
}

void InotifyWatcher::start_over(Pending& pending) {
  const std::map<RelativePath, int> before = std::exchange(watches_, {});
  paths_.clear();
  watch_tree({});
  for (const auto& [dir, number] : before) {
    if (!paths_.contains(number)) (void)::inotify_rm_watch(inotify_.get(), number);
  }
  pending[RelativePath()].recursive = true;
}

std::vector<WatchEvent> InotifyWatcher::handle_readable() {
  Pending pending;
  alignas(inotify_event) std::array<char, kBufferBytes> buffer;
  for (int read = 0; read < kReadsMax; ++read) {
    const ssize_t count =
        uninterrupted([&] { return ::read(inotify_.get(), buffer.data(), buffer.size()); });
    if (count <= 0) {
      // Nothing more to read, or something is wrong that only a look at everything can mend.
      if (count < 0 && errno != EAGAIN) pending[RelativePath()].recursive = true;
      break;
    }
    handle_events(std::span(buffer).first(static_cast<std::size_t>(count)), pending);
  }
  std::vector<WatchEvent> events;
  events.reserve(pending.size());
  for (auto& [dir, event] : pending) {
    event.dir = dir;
    events.push_back(std::move(event));
  }
  return events;
}

void InotifyWatcher::handle_events(std::span<const char> buffer, Pending& pending) {
  while (buffer.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::memcpy(&event, buffer.data(), sizeof(event));
    const std::size_t total = sizeof(event) + event.len;
    if (total > buffer.size()) break;
    const std::span<const char> padded = buffer.subspan(sizeof(event), event.len);
    // Padded with zeros.
    const std::string_view name(padded.data(), ::strnlen(padded.data(), padded.size()));
    handle_event(event, name, pending);
    buffer = buffer.subspan(total);
  }
}

void InotifyWatcher::handle_event(const inotify_event& event, std::string_view name,
                                  Pending& pending) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    start_over(pending);
    return;
  }
  const auto watched = paths_.find(event.wd);
  if (watched == paths_.end()) return;  // Forgotten since.
  const RelativePath dir = watched->second;
  if ((event.mask & IN_IGNORED) != 0) {
    watches_.erase(dir);
    paths_.erase(watched);
    return;
  }
  if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0) {
    // Otherwise the directory that it is in says so; what was mounted there does not.
    if (dir.is_root() || (event.mask & IN_UNMOUNT) != 0) pending[dir.parent()].recursive = true;
    return;
  }
  if (name.empty() || (dir.is_root() && name == kControlFolderName)) return;
  WatchEvent& told = pending[dir];
  if ((event.mask & IN_ISDIR) == 0) {
    if ((event.mask & (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)) != 0) told.written.emplace(name);
    return;
  }
  const auto inner = dir.child(name);
  if (inner) handle_directory(*inner, event, pending);
}

void InotifyWatcher::handle_directory(const RelativePath& dir, const inotify_event& event,
                                      Pending& pending) {
  if ((event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) forget_tree(dir);
  if ((event.mask & (IN_MOVED_TO | IN_CREATE)) != 0) {
    watch_tree(dir);
    pending[dir].recursive = true;
  }
}

}  // namespace lansync
