#include "cli/daemon/folder_watch.h"

#include <utility>

#include <asio/posix/stream_descriptor.hpp>
#include <fcntl.h>

namespace lansync::cli {

// Outlives the FolderWatch while a job is under way on the pool: the watcher and the root that it
// walks must stay.
struct FolderWatch::Shared : std::enable_shared_from_this<FolderWatch::Shared> {
  Shared(const asio::any_io_executor& executor, WorkerPool& worker_pool,
         std::shared_ptr<ShareRoot> share_root, Callbacks calls)
      : pool(worker_pool),
        root(std::move(share_root)),
        callbacks(std::move(calls)),
        descriptor(executor),
        retry(executor) {}

  // One job at a time uses the watcher; the wait begins anew when it is done.
  void run(bool watch_everything) {
    if (ended) return;
    if (!pool.has_room()) return later(watch_everything);
    auto work = [self = shared_from_this(), watch_everything]() -> std::vector<WatchEvent> {
      if (watch_everything) self->watcher->watch_tree({});
      return self->watcher->handle_readable();
    };
    auto done = [self = shared_from_this()](std::vector<WatchEvent> events) {
      self->report(std::move(events));
    };
    pool.submit(std::move(work), std::move(done));
  }

  void report(std::vector<WatchEvent> events) {
    if (ended) return;
    for (const WatchEvent& event : events) callbacks.on_event(event);
    const bool complete = watcher->state() == InotifyWatcher::State::complete;
    callbacks.on_state(complete ? ""
                                : "not every folder can be watched: the system's limit is reached");
    if (ended) return;
    wait();
  }

  void wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const asio::error_code& failure) {
                            if (!failure) self->run(false);
                          });
  }

  void later(bool watch_everything) {
    retry.expires_after(std::chrono::milliseconds(20));
    retry.async_wait(
        [self = shared_from_this(), watch_everything](const asio::error_code& failure) {
          if (!failure) self->run(watch_everything);
        });
  }

  WorkerPool& pool;
  std::shared_ptr<ShareRoot> root;
  std::unique_ptr<InotifyWatcher> watcher;
  Callbacks callbacks;
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer retry;
  bool ended = false;
};

FolderWatch::FolderWatch(asio::any_io_executor executor, WorkerPool& pool,
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
  if (failure)
    return shared_->callbacks.on_state("the folder cannot be watched: " + failure.message());
  shared_->watcher = *std::move(watcher);
  shared_->run(true);
}

}  // namespace lansync::cli
