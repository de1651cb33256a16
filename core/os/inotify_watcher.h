// What changed in a share's folder, as Linux tells it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/fs/relative_path.h"
#include "core/os/share_root.h"
#include "core/os/unique_fd.h"

struct inotify_event;  // NOLINT(readability-identifier-naming): the kernel's

namespace lansync {

// "Look at this directory again", and, if recursive, at everything beneath it.
struct WatchEvent {
  RelativePath dir;
  bool recursive = false;
  // The files in it that somebody wrote to, or gave another time or mode. lansync does not, but for
  // times and modes that it sets.
  std::set<std::string> written{};

  friend bool operator==(const WatchEvent&, const WatchEvent&) = default;
};

struct InotifyWatcherOptions {
  // Directories watched at once. The system has a limit of its own for each user, which all
  // programs share (fs.inotify.max_user_watches); each watch costs the kernel about a kilobyte.
  std::size_t watches_max = std::size_t{1} << 20;
};

// Watches a share's directories with inotify(7): never through a link, and not `.lansync`.
//
// Call watch_tree({}) first. Then, whenever descriptor() is readable, handle_readable(), and look
// at the directories that it names. It tells where something happened, not what: events are merged,
// may be spurious, and come for lansync's own changes too.
//
// A directory that appears is watched before it is reported, and reported as recursive: whatever
// happens in it is either seen by the look that follows, or is an event of its own. If the kernel
// drops events, the whole share is reported.
//
// While state() is `incomplete` some directories are not watched (too many of them, or unreadable);
// the caller scans periodically instead. It becomes `complete` again by a watch_tree({}) that can
// watch everything.
//
// Blocking, as it walks directories that are new; used by one thread at a time. The share must
// outlive it.
class InotifyWatcher {
 public:
  enum class State { complete, incomplete };

  // Fails if the system gives no (more) inotify instances, or the root can't be watched.
  static Result<std::unique_ptr<InotifyWatcher>> create(const ShareRoot& share,
                                                        InotifyWatcherOptions options = {});

  [[nodiscard]] int descriptor() const { return inotify_.get(); }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::size_t watches() const { return paths_.size(); }

  // Watches `dir` and every directory beneath it. One that vanishes meanwhile is no matter.
  void watch_tree(const RelativePath& dir);

  // Never blocks on the descriptor; leaves it readable if there is very much to read.
  std::vector<WatchEvent> handle_readable();

 private:
  using Pending = std::map<RelativePath, WatchEvent>;

  InotifyWatcher(const ShareRoot& share, UniqueFd inotify, InotifyWatcherOptions options)
      : share_(share), inotify_(std::move(inotify)), options_(options) {}

  // Watches one directory and returns those in it.
  std::vector<RelativePath> watch(const RelativePath& dir);
  void remember(int watch, const RelativePath& dir);
  // Stops watching `dir` and everything beneath it.
  void forget_tree(const RelativePath& dir);
  void start_over(Pending& pending);

  void handle_events(std::span<const char> buffer, Pending& pending);
  void handle_event(const inotify_event& event, std::string_view name, Pending& pending);
  void handle_directory(const RelativePath& dir, const inotify_event& event, Pending& pending);

  const ShareRoot& share_;
  const UniqueFd inotify_;
  const InotifyWatcherOptions options_;
  State state_ = State::complete;
  // Inverse to each other. The kernel knows a watch by number, and numbers are not reused soon.
  std::unordered_map<int, RelativePath> paths_;
  std::map<RelativePath, int> watches_;
};

}  // namespace lansync
