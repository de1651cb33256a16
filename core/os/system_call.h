// What every system call of ours needs: patience with signals, and errno as an Error.
#pragma once

#include <cerrno>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/base/result.h"

namespace lansync {

// Calls again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// The last call's errno, about `name`, which may come from another device or program.
inline Error errno_about(std::string_view name) {
  // Kept before anything can allocate.
  const std::error_code code(errno, std::generic_category());
  return {code, escape_for_display(name)};
}

inline Error error_about(std::error_code code, std::string_view name) {
  return {code, escape_for_display(name)};
}

inline Error error_about(std::errc code, std::string_view name) {
  return {std::make_error_code(code), escape_for_display(name)};
}

inline Result<void> as_result(std::error_code error, std::string_view name) {
  if (error) return error_about(error, name);
  return {};
}

inline Result<void> sync_to_disk(int fd, std::string_view name) {
  if (uninterrupted([&] { return ::fsync(fd); }) != 0) return errno_about(name);
  return {};
}

}  // namespace lansync
