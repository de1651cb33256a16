#include "transport/worker_pool.h"

#include <algorithm>
#include <iterator>

#include "core/base/assert.h"

namespace lansync {
namespace {

// Beyond that, who has no thread waits for somebody else's: more disks do not hang at a time.
constexpr std::size_t kThreadsMax = 256;

}  // namespace

WorkerPool::WorkerPool(asio::any_io_executor results, WorkerPoolOptions options)
    : results_(std::move(results)),
      options_(options),
      threads_per_lane_(std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()),
                                              options.threads_max)),
      life_(std::make_shared<Life>(Life{this})) {
  LANSYNC_ASSERT(options_.threads_max > 0 && options_.jobs_max > 0);
  const std::lock_guard lock(mutex_);
  for (; idle_ < threads_per_lane_; ++idle_) threads_.emplace_back([this] { work(); });
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
    for (auto& [lane, waiting] : lanes_) {
      std::ranges::move(waiting.tasks, std::back_inserter(dropped));
      waiting.tasks.clear();
    }
  }
  tasks_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  reports_.clear();
}

std::size_t WorkerPool::jobs(Lane lane) const {
  const auto known = jobs_.find(lane);
  return known == jobs_.end() ? 0 : known->second;
}

void WorkerPool::enqueue(Lane lane, Task task) {
  if (stopped_) return;
  LANSYNC_ASSERT(has_room(lane));
  ++jobs_[lane];
  // The guard travels with the task, and then with its report.
  Task guarded = [task = std::move(task), life = life_, lane,
                  guard = asio::make_work_guard(results_)]() mutable -> Report {
    return [report = task(), life = std::move(life), lane, guard = std::move(guard)]() mutable {
      if (life->pool == nullptr) return;
      const auto jobs = life->pool->jobs_.find(lane);
      if (--jobs->second == 0) life->pool->jobs_.erase(jobs);
      report();
    };
  };
  {
    const std::lock_guard lock(mutex_);
    lanes_[lane].tasks.push_back(std::move(guarded));
    add_threads();
  }
  ++not_told_;
  if (bursts_ == 0) tell_threads();
}

void WorkerPool::end_burst() {
  if (--bursts_ == 0) tell_threads();
}

void WorkerPool::tell_threads() {
  const std::size_t count = std::exchange(not_told_, 0);
  if (count == 1) tasks_changed_.notify_one();
  if (count > 1) tasks_changed_.notify_all();
}

// One for each lane that has none and would have to wait for another lane's to end.
void WorkerPool::add_threads() {
  const auto without = static_cast<std::size_t>(std::ranges::count_if(lanes_, [](const auto& lane) {
    return lane.second.running == 0 && !lane.second.tasks.empty();
  }));
  for (; idle_ < without && threads_.size() < kThreadsMax; ++idle_) {
    threads_.emplace_back([this] { work(); });
  }
}

// Of those with something to do that have not got all that is due to them.
std::map<Lane, WorkerPool::Waiting>::iterator WorkerPool::next_lane() {
  auto best = lanes_.end();
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    const Waiting& waiting = lane->second;
    if (waiting.tasks.empty() || waiting.running >= threads_per_lane_) continue;
    if (best == lanes_.end() || waiting.running < best->second.running) best = lane;
  }
  return best;
}

// Whoever ends a job while a report is on its way adds to it: waking the network thread costs more
// than many a job.
void WorkerPool::post_reports() {
  asio::post(results_, [life = life_] {
    if (life->pool != nullptr) life->pool->report();
  });
}

// A report may stop the pool, and even end it.
void WorkerPool::report() {
  std::vector<Report> reports;
  {
    const std::lock_guard lock(mutex_);
    reports.swap(reports_);
    reporting_ = false;
  }
  for (Report& report : reports) report();
}

void WorkerPool::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    tasks_changed_.wait(lock, [this] { return stopping_ || next_lane() != lanes_.end(); });
    if (stopping_) return;
    --idle_;
    const auto lane = next_lane();
    Task task = std::move(lane->second.tasks.front());
    lane->second.tasks.pop_front();
    ++lane->second.running;
    add_threads();
    lock.unlock();
    Report report = task();
    task = nullptr;
    lock.lock();
    reports_.push_back(std::move(report));
    if (!std::exchange(reporting_, true)) post_reports();
    ++idle_;
    if (--lane->second.running == 0 && lane->second.tasks.empty()) lanes_.erase(lane);
  }
}

}  // namespace lansync
