// Whether an index agrees with itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/index/index.h"
#include "core/sync/membership.h"
#include "core/sync/replica.h"

namespace lansync {

// Looks through an index without writing to it: the store's own structure; every log, signature by
// signature and link by link; the heads against the logs, the clock and the fingerprint; the disk
// rows against clock, chunk lists and totals.
//
// Drive it: step() until done(), with other inputs in between: one step looks at a bounded part.
// What is summed up over the whole only counts if nothing was written meanwhile: call
// handle_change() when something was, and the sums are made anew, a few times at most.
//
// What cannot be read is a finding as well. References outlive it; owned by a Verification.
class IndexCheck {
 public:
  static constexpr std::size_t kFindingsMax = 100;

  IndexCheck(Index& index, const Membership& membership, const Replica& replica)
      : index_(index), membership_(membership), replica_(replica) {}

  void step();
  void handle_change() { ++changes_; }

  [[nodiscard]] bool done() const { return part_ == Part::done; }
  // What is wrong, in words for a person. At most kFindingsMax.
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }

 private:
  enum class Part : std::uint8_t { store, logs, heads, rows, done };

  void begin(Part part);
  void find(std::string what);
  Result<void> check_store();
  Result<void> check_logs();
  Result<void> check_segment(const SegmentPlace& place);
  Result<void> check_entry(const SegmentHeader& header, std::uint64_t counter,
                           const SegmentEntry& entry);
  Result<void> end_logs();
  Result<void> check_heads();
  Result<void> check_path(const RelativePath& path);
  Result<void> check_rows();
  Result<void> check_row(const DiskRow& row);
  Result<void> end_rows();
  [[nodiscard]] bool again();

  Index& index_;
  const Membership& membership_;
  const Replica& replica_;
  Part part_ = Part::store;
  std::vector<std::string> findings_;

  // Of the part under way.
  std::uint64_t arrival_ = 0;
  RelativePath after_;
  std::map<Author, LogEnd> logs_;
  Fingerprint fingerprint_;
  Totals totals_;
  std::uint64_t changes_ = 0;
  std::uint64_t changes_at_begin_ = 0;
  int repeats_ = 0;
};

}  // namespace lansync
