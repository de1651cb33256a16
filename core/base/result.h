// A value, or the reason there is none.
#pragma once

#include <expected>
#include <type_traits>
#include <utility>

#include "core/base/error.h"

namespace lansync {

// Returned by every function that can fail for reasons outside the program.
//
// std::expected with two additions: the class is [[nodiscard]], so a failure cannot be dropped
// unnoticed, and an Error converts to it, so that `return Error{...}` and
// `return std::move(other).error()` read plainly.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  using Base = std::expected<T, Error>;

 public:
  Result()
    requires std::is_default_constructible_v<T> || std::is_void_v<T>
  = default;
  Result(Error error) : Base(std::unexpect, std::move(error)) {}

  template <class U = T>
    requires(!std::is_void_v<T> && std::is_constructible_v<T, U> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : Base(std::in_place, std::forward<U>(value)) {}
};

}  // namespace lansync
