#include "core/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace lansync {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "lansync: bug: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace lansync
