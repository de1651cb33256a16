// Notices that more is disappearing than a person is likely to have meant.
#pragma once

#include <cstdint>
#include <map>

#include "core/base/ids.h"

namespace lansync {

// Counts the files that a batch deletes, without those whose content appears elsewhere in the same
// batch: a moved directory is not a mass deletion. More than max(200, 20 %) of the files is
// (docs/sync.md, "Brakes").
//
// A value; make one for each batch.
class DeletionBrake {
 public:
  static constexpr std::uint64_t kFilesMin = 200;
  static constexpr std::uint64_t kPercent = 20;
  // Of the files of one content, to find one that stays.
  static constexpr std::size_t kEqualFilesLookedAt = 8;

  // Whether `deletions` are too many of `files`.
  static bool too_many(std::uint64_t deletions, std::uint64_t files) {
    return deletions > kFilesMin && deletions * 100 > files * kPercent;
  }

  void created(const ContentId& content) { ++balance_[content]; }
  void deleted(const ContentId& content) { --balance_[content]; }

  [[nodiscard]] std::uint64_t deletions() const {
    std::uint64_t count = 0;
    for (const auto& [content, balance] : balance_) {
      if (balance < 0) count += static_cast<std::uint64_t>(-balance);
    }
    return count;
  }
  // `files` is how many there were before.
  [[nodiscard]] bool holds(std::uint64_t files) const { return too_many(deletions(), files); }

 private:
  std::map<ContentId, std::int64_t> balance_;
};

}  // namespace lansync
