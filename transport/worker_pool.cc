#include "transport/worker_pool.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {

WorkerPool::WorkerPool(asio::any_io_executor results, WorkerPoolOptions options)
    : results_(std::move(results)), options_(options), life_(std::make_shared<Life>(Life{this})) {
  LANSYNC_ASSERT(options_.threads_max > 0 && options_.jobs_max > 0);
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t count = std::min(processors, options_.threads_max);
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  if (stopped_) return;
  stopped_ = true;
  life_->pool = nullptr;
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
  }
  tasks_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::enqueue(Task task) {
  if (stopped_) return;
  LANSYNC_ASSERT(has_room());
  ++jobs_;
  // The guard travels with the task, and then with its report.
  Task guarded = [task = std::move(task), life = life_,
                  guard = asio::make_work_guard(results_)]() mutable -> Report {
    return [report = task(), life = std::move(life), guard = std::move(guard)]() mutable {
      if (life->pool == nullptr) return;
      --life->pool->jobs_;
      report();
    };
  };
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(guarded));
  }
  tasks_changed_.notify_one();
}

void WorkerPool::work() noexcept {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      tasks_changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    Report report = task();
    asio::post(results_, std::move(report));
  }
}

}  // namespace lansync
