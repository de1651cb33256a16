// Which lansync this is.
#pragma once

namespace lansync::cli {

extern const char* const kVersion;

}  // namespace lansync::cli
