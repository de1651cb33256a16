// A failure as a person at a terminal, or a script, gets it.
#pragma once

#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "cli/exit_code.h"
#include "core/base/error.h"

namespace lansync::cli {

// What happened, to what, and what to do about it. The strings may hold names from other devices
// as they are: describe() makes them safe to show.
struct Failure {
  ExitCode exit = ExitCode::failed;
  std::string message;  // "the folder is inside another share"
  std::string path;     // The thing; may be empty.
  std::string fix;      // "choose a folder outside it"; may be empty.

  friend bool operator==(const Failure&, const Failure&) = default;
};

// "message: path; fix" in one escaped line.
std::string describe(const Failure& failure);

// The exit status that fits an error of the core.
ExitCode exit_code_for(const Error& error);
Failure to_failure(const Error& error, std::string fix);
// An invitation's code has a typing error.
Failure mistyped_code();
// The last system call's, from errno.
Failure failure_from_errno(std::string message, std::string path, std::string fix);

// A value, or the reason why there is none in words for the user. As Result, with Failure in the
// place of Error.
template <class T>
class [[nodiscard]] Outcome : public std::expected<T, Failure> {
  using Base = std::expected<T, Failure>;

 public:
  Outcome()
    requires std::is_default_constructible_v<T> || std::is_void_v<T>
  = default;
  Outcome(Failure failure) : Base(std::unexpect, std::move(failure)) {}

  template <class U = T>
    requires(!std::is_void_v<T> && std::is_constructible_v<T, U> &&
             !std::is_same_v<std::remove_cvref_t<U>, Failure> &&
             !std::is_same_v<std::remove_cvref_t<U>, Outcome>)
  Outcome(U&& value) : Base(std::in_place, std::forward<U>(value)) {}
};

}  // namespace lansync::cli
