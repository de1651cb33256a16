#include "core/base/assert.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace lansync {
namespace {

AssertionHook installed_hook = nullptr;

}  // namespace

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "lansync: bug: %s does not hold at %s:%d\n", condition, file, line);
  if (const AssertionHook hook = std::exchange(installed_hook, nullptr)) {
    hook(condition, file, line);
  }
  std::abort();
}

AssertionHook set_assertion_hook(AssertionHook hook) noexcept {
  return std::exchange(installed_hook, hook);
}

}  // namespace lansync
