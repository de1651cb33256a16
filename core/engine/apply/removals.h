// What other devices removed, and is still here.
#pragma once

#include <optional>
#include <set>

#include "core/base/time.h"
#include "core/fs/relative_path.h"
#include "core/index/index.h"

namespace lansync {

// The paths of which nothing is left but to remove something, until they may go: after what is
// being created, which may be made of their bytes (but at most kDelay later), and not while they
// are more than a person is likely to have meant (sync/deletion_brake.h) and nobody has said that
// they are.
//
// Owned by one share's engine.
class Removals {
 public:
  static constexpr std::size_t kPathsMax = 100'000;
  static constexpr std::chrono::seconds kDelay{5};
  static constexpr std::chrono::seconds kCheckInterval{1};  // Counting them is work.

  explicit Removals(Index& index) : index_(index) {}

  [[nodiscard]] bool has_room() const { return paths_.size() < kPathsMax; }
  void add(const RelativePath& path, TimePoint now);
  void erase(const RelativePath& path) { paths_.erase(path); }
  [[nodiscard]] bool contains(const RelativePath& path) const { return paths_.contains(path); }
  [[nodiscard]] const std::set<RelativePath>& paths() const { return paths_; }
  // Nothing is pending any more: what comes next is judged by itself.
  void start_over();

  // `creating`: something is on its way to the disk. An error is the index's.
  Result<bool> may_go(bool creating, TimePoint now);
  // They are meant, however many.
  void release() { released_ = true; }
  // How many wait for that word.
  [[nodiscard]] std::uint64_t held() const { return held_; }
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

 private:
  Result<bool> too_many();

  Index& index_;
  std::set<RelativePath> paths_;
  TimePoint since_{};    // When the first of them came.
  TimePoint checked_{};  // When they were last found to be too many.
  bool cleared_ = false;
  std::uint64_t held_ = 0;
  bool released_ = false;
};

}  // namespace lansync
