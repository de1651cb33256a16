#include "cli/daemon/folder_watch.h"

#include <utility>

#include <fcntl.h>

namespace lansync::cli {
namespace {

// While the pool has no room for a look at the events.
constexpr std::chrono::milliseconds kPoolRetry{20};

}  // namespace

// Outlives the FolderWatch while a job is under way on the pool: the watcher and the root that it
// walks must stay. Whatever waits or works holds it.
struct FolderWatch::Shared {
  using Held = std::shared_ptr<Shared>;

  Shared(const asio::any_io_executor& executor, WorkerPool& worker_pool,
         std::shared_ptr<ShareRoot> share_root, Callbacks calls)
      : pool(worker_pool),
        lane(worker_pool.add_lane()),
        root(std::move(share_root)),
        callbacks(std::move(calls)),
        descriptor(executor),
        retry(executor) {}

  WorkerPool& pool;
  const Lane lane;
  std::shared_ptr<ShareRoot> root;
  std::unique_ptr<InotifyWatcher> watcher;
  Callbacks callbacks;
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer retry;
  bool ended = false;

  static void run(const Held& held, bool watch_everything);
  static void report(const Held& held, const std::vector<WatchEvent>& events);
  static void wait(const Held& held);
  static void later(const Held& held, bool watch_everything);
};

// One job at a time uses the watcher; the wait begins anew when it is done.
void FolderWatch::Shared::run(const Held& held, bool watch_everything) {
  if (held->ended) return;
  if (!held->pool.has_room(held->lane)) return later(held, watch_everything);
  auto work = [held, watch_everything]() -> std::vector<WatchEvent> {
    if (watch_everything) held->watcher->watch_tree({});
    return held->watcher->handle_readable();
  };
  auto done = [held](const std::vector<WatchEvent>& events) { report(held, events); };
  held->pool.submit(std::move(work), std::move(done), held->lane);
}

void FolderWatch::Shared::report(const Held& held, const std::vector<WatchEvent>& events) {
  if (held->ended) return;
  for (const WatchEvent& event : events) held->callbacks.on_event(event);
  const bool complete = held->watcher->state() == InotifyWatcher::State::complete;
  held->callbacks.on_state(
      complete ? "" : "not every folder can be watched: the system's limit is reached");
  if (!held->ended) wait(held);
}

void FolderWatch::Shared::wait(const Held& held) {
  held->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [held](const asio::error_code& failure) {
                                if (!failure) run(held, false);
                              });
}

void FolderWatch::Shared::later(const Held& held, bool watch_everything) {
  held->retry.expires_after(kPoolRetry);
  held->retry.async_wait([held, watch_everything](const asio::error_code& failure) {
    if (!failure) run(held, watch_everything);
  });
}

FolderWatch::FolderWatch(const asio::any_io_executor& executor, WorkerPool& pool,
                         std::shared_ptr<ShareRoot> root, Callbacks callbacks)
    : shared_(std::make_shared<Shared>(executor, pool, std::move(root), std::move(callbacks))) {}

FolderWatch::~FolderWatch() {
  shared_->ended = true;
  asio::error_code ignored;
  shared_->descriptor.close(ignored);
  shared_->retry.cancel();
}

void FolderWatch::start() {
  auto watcher = InotifyWatcher::create(*shared_->root);
  if (!watcher) {
    return shared_->callbacks.on_state("the folder cannot be watched: " +
                                       to_string(watcher.error()));
  }
  // Asio owns and closes what it waits on; the watcher's own descriptor is the watcher's.
  const int copy = ::fcntl((*watcher)->descriptor(), F_DUPFD_CLOEXEC, 3);
  asio::error_code failure;
  shared_->descriptor.assign(copy, failure);
  if (failure) {
    return shared_->callbacks.on_state("the folder cannot be watched: " + failure.message());
  }
  shared_->watcher = *std::move(watcher);
  Shared::run(shared_, true);
}

}  // namespace lansync::cli
