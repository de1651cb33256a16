// Assertions that stay on in release builds.
#pragma once

namespace lansync {

// Prints what did not hold and where, calls the hook if there is one, then aborts: a violated
// invariant must not reach the disk.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

// Called once by assertion_failed(), on whatever thread found the bug, with anything in any state:
// it may do what a signal handler may.
using AssertionHook = void (*)(const char* condition, const char* file, int line) noexcept;

// Replaces the hook; nullptr: none. Returns the one before. Not thread-safe: set it while there is
// one thread.
AssertionHook set_assertion_hook(AssertionHook hook) noexcept;

}  // namespace lansync

// For bugs of ours only; what the world can cause is a Result.
#define LANSYNC_ASSERT(condition) \
  ((condition) ? void(0) : ::lansync::assertion_failed(#condition, __FILE__, __LINE__))
