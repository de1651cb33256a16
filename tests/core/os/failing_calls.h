// System calls that fail when a test says so.
#pragma once

#include <cstdint>
#include <functional>

namespace lansync::test {

// While it lasts, one call of what `core/os` asks the system for fails with `error` instead of
// being made, and with `lasting` all after it; calls are counted from 1. Nothing is ever written
// through to a disk: fsync, sync_file_range and syncfs of this program do nothing.
//
// The linker puts this in the place of the calls (CMakeLists.txt has their names), so only code
// that is linked statically meets it. One at a time; one thread.
class FailingCall {
 public:
  FailingCall(std::uint64_t number, int error, bool lasting = false);
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;
  ~FailingCall();

  // False if there were not as many calls.
  [[nodiscard]] bool happened() const;
};

// While it lasts, somebody else acts once, just before that call; no call fails.
class InterruptedCall {
 public:
  InterruptedCall(std::uint64_t number, std::function<void()> act);
  InterruptedCall(const InterruptedCall&) = delete;
  InterruptedCall& operator=(const InterruptedCall&) = delete;
  ~InterruptedCall();

  [[nodiscard]] bool happened() const;
};

// While it lasts, folders do not tell the kinds of what is in them (some file systems never do).
class UntoldKinds {
 public:
  UntoldKinds();
  UntoldKinds(const UntoldKinds&) = delete;
  UntoldKinds& operator=(const UntoldKinds&) = delete;
  ~UntoldKinds();
};

}  // namespace lansync::test
