// Whether an index knows these bytes.
#pragma once

#include <string>

#include "core/chunk/content_hasher.h"
#include "core/index/index.h"

namespace lansync::test {

inline bool has_content(const DiskRow& row, const std::string& content) {
  ContentHasher hasher(row.chunk_class);
  hasher.update(as_bytes(content));
  return std::move(hasher).finish().content_id() == row.content;
}

}  // namespace lansync::test
