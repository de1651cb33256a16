// Threads for what would keep the network waiting: hashing and the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "transport/asio.h"

namespace lansync {

struct WorkerPoolOptions {
  // As many as there are processors, at most this many.
  std::size_t threads_max = 8;
  // Jobs that have been taken on and not yet reported, running ones included.
  std::size_t jobs_max = 256;
};

// Runs jobs on a fixed number of threads and reports their results on the network thread.
//
// A job is a closure over values: it shares nothing with the network thread while it runs. What is
// done with its result is a second closure, which runs on the network thread and may use what lives
// there. Jobs start in the order they were submitted; results come in any order.
//
// The number of jobs is bounded: submit only while has_room(), and try again when a result comes
// in; each gives room for one more. While jobs are under way, the network thread's io_context has
// work.
//
// Confined to the network thread; only the jobs run elsewhere.
class WorkerPool {
 public:
  // Results are posted to `results`, whose io_context must outlive the pool.
  explicit WorkerPool(asio::any_io_executor results, WorkerPoolOptions options = {});
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // As stop().
  ~WorkerPool();

  [[nodiscard]] bool has_room() const { return jobs_ < options_.jobs_max; }
  [[nodiscard]] std::size_t jobs() const { return jobs_; }

  // Requires has_room(). Calls done(job()), or job() and then done() if it returns nothing. Neither
  // may throw. After stop(), neither is called.
  template <class Job, class Done>
  void submit(Job job, Done done) {
    enqueue([job = std::move(job), done = std::move(done)]() mutable -> Report {
      if constexpr (std::is_void_v<std::invoke_result_t<Job&>>) {
        job();
        return [done = std::move(done)]() mutable { done(); };
      } else {
        return [done = std::move(done), result = job()]() mutable { done(std::move(result)); };
      }
    });
  }

  // Drops the jobs that have not started, waits for those that have, and reports none of them.
  // submit() is ignored afterwards.
  void stop();

 private:
  using Report = std::move_only_function<void()>;
  using Task = std::move_only_function<Report()>;

  // Tells reports that arrive late whether the pool is still there.
  struct Life {
    WorkerPool* pool = nullptr;
  };

  void enqueue(Task task);
  void work() noexcept;

  const asio::any_io_executor results_;
  const WorkerPoolOptions options_;

  // Confined to the network thread.
  std::size_t jobs_ = 0;
  bool stopped_ = false;
  std::shared_ptr<Life> life_;

  // Shared with the workers.
  std::mutex mutex_;
  std::condition_variable tasks_changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;

  // Last: they use what is above.
  std::vector<std::thread> threads_;
};

}  // namespace lansync
