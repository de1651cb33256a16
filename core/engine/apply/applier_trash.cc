// What has to stay in the trash, as it is still to come to its place.
#include "core/engine/apply/applier.h"

namespace lansync {

// A version that was displaced, and cannot come to stand beside the other for want of room, may be
// nowhere else; whether it is, those who are connected could tell, but not those who are not.
Result<std::optional<std::set<std::string>>> Applier::trash_to_keep() {
  auto rows = index_.pending({}, kWindowPaths + 1);
  if (!rows) return std::move(rows).error();
  std::optional<std::set<std::string>> names;
  if (rows->size() > kWindowPaths) return names;
  names.emplace();
  for (const PendingRow& row : *rows) {
    const auto made = plan_for(row.path);
    if (!made) return made.error();
    for (const Step& step : made->steps) {
      if (step.kind != StepKind::install) continue;
      const auto trash = index_.trash_with_content(step.node.content, kEqualFilesLookedAt);
      if (!trash) return trash.error();
      for (const TrashRow& one : *trash) names->insert(one.name);
    }
  }
  return names;
}

}  // namespace lansync
