// Tells a share's host what happens in its folder.
#pragma once

#include <functional>
#include <memory>

#include "core/os/inotify_watcher.h"
#include "core/os/share_root.h"
#include "transport/asio.h"
#include "transport/worker_pool.h"

namespace lansync::cli {

// Runs an InotifyWatcher: waits for its descriptor on the network thread, walks directories on the
// pool, and reports on the network thread again.
//
// Where watching is not possible, or not everywhere, on_state says so, and the share is scanned
// periodically instead; a watch of everything is tried again then.
class FolderWatch {
 public:
  struct Callbacks {
    std::function<void(const WatchEvent& event)> on_event;
    // `problem` is empty while everything is watched.
    std::function<void(const std::string& problem)> on_state;
  };

  // The pool outlives it.
  FolderWatch(const asio::any_io_executor& executor, WorkerPool& pool,
              std::shared_ptr<ShareRoot> root, Callbacks callbacks);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  void start();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace lansync::cli
