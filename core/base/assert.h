// Assertions that stay on in release builds.
#pragma once

namespace lansync {

// Prints what did not hold and where, then aborts: a violated invariant must not reach the disk.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace lansync

// For bugs of ours only; what the world can cause is a Result.
#define LANSYNC_ASSERT(condition) \
  ((condition) ? void(0) : ::lansync::assertion_failed(#condition, __FILE__, __LINE__))
