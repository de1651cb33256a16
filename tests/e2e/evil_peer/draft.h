// A change as somebody could sign it, whether or not it may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/index/clock.h"
#include "core/index/segment.h"

namespace lansync::evil {

// The fields of a change (docs/protocol.md, "Changes"), without any of its rules. A value.
struct Draft {
  std::string path;
  std::uint64_t kind = 1;
  std::int64_t edited_at = 0;
  std::optional<ContentId> base;

  std::uint64_t size = 0;
  ContentId content;
  std::uint64_t chunk_class = 0;
  bool one_chunk = true;
  std::string link_target;

  std::uint64_t mode = 0644;
  std::int64_t mode_at = 0;
  std::int64_t mtime = 0;
  std::int64_t mtime_at = 0;

  std::vector<Dot> supersedes;
};

SegmentEntry encode_entry(const SegmentHeader& header, const Draft& draft);

}  // namespace lansync::evil
