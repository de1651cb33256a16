#include "cli/version.h"

namespace lansync::cli {

const char* const kVersion = LANSYNC_VERSION;

}  // namespace lansync::cli
