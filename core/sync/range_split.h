// A range of paths, cut into parts that can be compared one by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/fs/relative_path.h"
#include "core/index/change.h"
#include "core/sync/fingerprint.h"

namespace lansync {

// The paths after the part before and up to `through`, which is one of them; how many of them have
// heads, and the fingerprint of those.
struct PathsPart {
  RelativePath through;
  std::uint64_t paths = 0;
  Fingerprint fingerprint;

  friend bool operator==(const PathsPart&, const PathsPart&) = default;
};

// Cuts a range, path by path and in one pass, into at most kPartsMax parts of about as many paths
// each. Where there are two paths or more, there are two parts or more.
//
// Range-based set reconciliation: A. Meyer, "Range-Based Set Reconciliation", SRDS 2023.
class RangeSplit {
 public:
  static constexpr std::size_t kPartsMax = 16;

  // In order, each path once.
  void add(const RelativePath& path, std::span<const Change> heads);

  [[nodiscard]] const std::vector<PathsPart>& parts() const { return parts_; }
  // Of them all.
  [[nodiscard]] std::uint64_t paths() const { return paths_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }

 private:
  void merge_pairs();

  std::vector<PathsPart> parts_;
  std::uint64_t width_ = 1;  // Paths in each part but the last.
  std::uint64_t paths_ = 0;
  Fingerprint fingerprint_;
};

}  // namespace lansync
