// What lansync calls its own files beneath `.lansync`.
#pragma once

#include <string>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/fs/relative_path.h"

namespace lansync {

// The staged file for this content at this path: the same after a restart, so that an interrupted
// assembly is taken up again. 48 hex digits.
std::string stage_name(const ContentId& content, const RelativePath& path);
// What the names of all staged files for this content begin with.
std::string stage_name_start(const ContentId& content);

// `20260314T150203Z-000012-report.docx`: when it went, and what it was called. Unique as long as
// `serial` is within a second of one device.
std::string trash_name(const RelativePath& path, WallTime now, std::uint64_t serial);

}  // namespace lansync
