#include "core/engine/scan/doubtful_entry.h"

namespace lansync {
namespace {

// An index that cannot be asked now fails wherever it is asked next.
DoubtfulEntry doubtful_entry(const Intents& intents, const RelativePath& path) {
  DoubtfulEntry entry{path, intents.trash_of(path)};
  if (const auto displaces = intents.displaces(path)) entry.displaces = *displaces;
  entry.installs = intents.installs(path);
  entry.content = intents.content_of(path);
  const auto written_to = intents.written_to(path);
  if (written_to && *written_to) {
    entry.holds = KnownContent{(*written_to)->content, (*written_to)->chunk_class};
  }
  entry.lost_power = intents.lost_power(path);
  entry.stays = intents.stays(path);
  return entry;
}

}  // namespace

std::vector<DoubtfulEntry> doubtful_entries(const Intents& intents, const RelativePath& dir) {
  std::vector<DoubtfulEntry> entries;
  for (const RelativePath& path : intents.in_doubt_within(dir)) {
    entries.push_back(doubtful_entry(intents, path));
  }
  return entries;
}

}  // namespace lansync
