#include "core/sync/range_split.h"

namespace lansync {

void RangeSplit::add(const RelativePath& path, std::span<const Change> heads) {
  if (parts_.empty() || parts_.back().paths == width_) {
    if (parts_.size() == kPartsMax) merge_pairs();
    parts_.emplace_back();
  }
  PathsPart& part = parts_.back();
  part.through = path;
  ++part.paths;
  ++paths_;
  for (const Change& head : heads) {
    part.fingerprint.add(head.dot, path);
    fingerprint_.add(head.dot, path);
  }
}

void RangeSplit::merge_pairs() {
  for (std::size_t i = 0; i < kPartsMax / 2; ++i) {
    PathsPart merged = parts_[2 * i + 1];
    merged.paths += parts_[2 * i].paths;
    merged.fingerprint.add(parts_[2 * i].fingerprint);
    parts_[i] = merged;
  }
  parts_.resize(kPartsMax / 2);
  width_ *= 2;
}

}  // namespace lansync
