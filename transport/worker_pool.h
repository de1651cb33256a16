// Threads for what would keep the network waiting: hashing and the disk.
#pragma once

#include <compare>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "transport/asio.h"

namespace lansync {

struct WorkerPoolOptions {
  // For each lane as many as there are processors, at most this many.
  std::size_t threads_max = 8;
  // Jobs of one lane that have been taken on and not yet reported, running ones included.
  std::size_t jobs_max = 256;
};

// Whose jobs they are. One who lets jobs hang does not keep the others waiting.
struct Lane {
  std::uint64_t number = 0;

  friend auto operator<=>(const Lane&, const Lane&) = default;
};

// Runs jobs on a few threads and reports their results on the network thread.
//
// There are as many threads as one lane may have, and one more whenever a lane has a job and no
// thread, while all are taken: a disk that hangs takes the threads of its lane, which is then given
// no more of them. Threads stay until the end.
//
// A job is a closure over values: it shares nothing with the network thread while it runs. What is
// done with its result is a second closure, which runs on the network thread and may use what lives
// there. Jobs of a lane start in the order they were submitted, and of several lanes that of the
// lane with the fewest threads; results come in any order.
//
// The number of jobs is bounded: submit only while has_room(), and try again when a result comes
// in; each gives its lane room for one more. While jobs are under way, the network thread's
// io_context has work.
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

  // While one is alive, jobs are taken on and no thread is woken; that is done at its end. Waking a
  // thread for each of many short jobs costs more than the jobs. Confined to the network thread, as
  // the pool is, and ends before it.
  class Burst {
   public:
    explicit Burst(WorkerPool& pool) : pool_(pool) { ++pool_.bursts_; }
    Burst(const Burst&) = delete;
    Burst& operator=(const Burst&) = delete;
    ~Burst() { pool_.end_burst(); }

   private:
    WorkerPool& pool_;
  };

  // For jobs that are to wait for nobody else's; before that, all are in one lane.
  [[nodiscard]] Lane add_lane() { return {++lanes_added_}; }
  [[nodiscard]] bool has_room(Lane lane = {}) const { return jobs(lane) < options_.jobs_max; }
  [[nodiscard]] std::size_t jobs(Lane lane = {}) const;

  // Requires has_room(). Calls done(job()), or job() and then done() if it returns nothing. Neither
  // may throw. After stop(), neither is called.
  template <class Job, class Done>
  void submit(Job job, Done done, Lane lane = {}) {
    enqueue(lane, [job = std::move(job), done = std::move(done)]() mutable -> Report {
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

  // What waits and what runs; neither is empty or zero for long.
  struct Waiting {
    std::deque<Task> tasks;
    std::size_t running = 0;
  };

  void enqueue(Lane lane, Task task);
  void end_burst();
  void tell_threads();
  void add_threads();
  void post_reports();
  void report();
  void work() noexcept;
  std::map<Lane, Waiting>::iterator next_lane();

  const asio::any_io_executor results_;
  const WorkerPoolOptions options_;
  const std::size_t threads_per_lane_;

  // Confined to the network thread.
  std::map<Lane, std::size_t> jobs_;
  std::uint64_t lanes_added_ = 0;
  std::size_t bursts_ = 0;
  std::size_t not_told_ = 0;  // Tasks that no thread was woken for.
  bool stopped_ = false;
  std::shared_ptr<Life> life_;

  // Shared with the workers.
  std::mutex mutex_;
  std::condition_variable tasks_changed_;
  std::map<Lane, Waiting> lanes_;
  std::size_t idle_ = 0;  // Threads without a task.
  bool stopping_ = false;
  std::vector<Report> reports_;  // Of jobs that have ended.
  bool reporting_ = false;       // They are about to be taken.

  // Last: they use what is above. No more come when stopping_ is set.
  std::vector<std::thread> threads_;
};

}  // namespace lansync
