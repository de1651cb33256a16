// For what cannot fail unless the test is wrong, outside of a test framework.
#pragma once

#include <stdexcept>

#include "core/base/result.h"

namespace lansync::test {

// The value. Throws where there is none.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}
inline void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

}  // namespace lansync::test
