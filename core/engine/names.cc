#include "core/engine/names.h"

#include <chrono>
#include <cstdio>

#include "core/chunk/hash.h"

namespace lansync {
namespace {

// Of each hash so much.
constexpr std::size_t kStageContentBytes = 16;
constexpr std::size_t kStagePathBytes = 8;
constexpr std::size_t kTrashNameBytesMax = 200;

// At most `max` bytes of `text`, ending between two UTF-8 sequences.
std::string_view cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xc0) == 0x80) --max;
  return text.substr(0, max);
}

}  // namespace

std::string stage_name(const ContentId& content, const RelativePath& path) {
  const auto path_hash = hash_of(as_bytes(path.text()), "lansync/v1/stage-name");
  return stage_name_start(content) + to_hex(ByteView(path_hash).first(kStagePathBytes));
}

std::string stage_name_start(const ContentId& content) {
  return to_hex(content.view().first(kStageContentBytes));
}

std::string trash_name(const RelativePath& path, WallTime now, std::uint64_t serial) {
  using namespace std::chrono;
  const auto at = floor<seconds>(sys_time<nanoseconds>(nanoseconds(now.ns)));
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  char stamp[64];
  const nanoseconds rest = sys_time<nanoseconds>(nanoseconds(now.ns)) - at;
  std::snprintf(stamp, sizeof(stamp), "%04d%02u%02uT%02d%02d%02dZ-%09lld-%llu-", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()),
                static_cast<long long>(rest.count()), static_cast<unsigned long long>(serial));
  return stamp + std::string(cut(path.name(), kTrashNameBytesMax));
}

}  // namespace lansync
