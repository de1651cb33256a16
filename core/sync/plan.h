// What has to happen on disk so that a path shows its heads.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/index/index.h"
#include "core/sync/projection.h"

namespace lansync {

enum class StepKind : std::uint8_t {
  adopt,         // The disk shows it already: only the row's `shown` is behind.
  set_metadata,  // The content is there: mode or mtime is not.
  make_dir,
  install,     // A file or a link is to stand at the path: new, or in the place of the row's.
  remove,      // A file or a link goes to the trash.
  remove_dir,  // A directory goes, when it is empty.
};

// One thing to do at one path of the disk. Steps of one plan are independent of one another, except
// that what stands in the way of a different kind is removed by one plan and replaced by the next,
// and a copy of what comes then goes after that.
struct Step {
  StepKind kind = StepKind::adopt;
  RelativePath path;
  RelativePath source;         // The path whose heads it displays.
  ShownNode node;              // What is to stand there; not for removals.
  std::optional<DiskRow> row;  // What stands there now, as far as is known.

  friend bool operator==(const Step&, const Step&) = default;
};

inline bool is_removal(const Step& step) {
  return step.kind == StepKind::remove || step.kind == StepKind::remove_dir;
}

// What stands on disk for a live version.
NodeKind node_kind(ChangeKind kind);

// What the path's row will be when the step is done, as far as that is known before; not for
// removals.
DiskRow row_after(const Step& step);

// Whether nothing is to be done where the row stands to display the node for `source`.
bool displays(const DiskRow& row, const RelativePath& source, const ShownNode& node);

// The state of one path and everything it displays.
struct PathState {
  RelativePath path;
  std::vector<Change> heads;
  bool live_beneath = false;
  // The row at the path itself, if it displays this path (and is not another's conflict copy).
  std::optional<DiskRow> row;
  std::vector<DiskRow> copies;  // This path's conflict copies on disk.
};

// Names for conflict copies: who a version's author is, and whether a name is somebody else's.
class CopyNames {
 public:
  virtual ~CopyNames() = default;
  virtual std::string author_name(const DeviceId& device) const = 0;
  // Whether the name is, or was, an ordinary file's: there are heads at `path`. As those never go
  // all of them, all devices end with one answer, whatever they have met on the way.
  virtual Result<bool> taken(const RelativePath& path) const = 0;
};

// The steps that are left; empty if disk and heads agree. Pure but for `names`.
//
// A losing version is shown beside its path, under a name made from the version alone
// (fs/conflict_name.h), so that all devices choose the same one.
Result<std::vector<Step>> plan(const PathState& state, const CopyNames& names);

}  // namespace lansync
