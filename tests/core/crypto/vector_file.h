// Public test vectors, read from tests/vectors (see the README there).
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace lansync::test {

inline nlohmann::json load_vectors(const std::string& name) {
  std::ifstream file(std::string(LANSYNC_SOURCE_DIR) + "/tests/vectors/" + name);
  if (!file) throw std::runtime_error("cannot read the vectors in " + name);
  return nlohmann::json::parse(file);
}

inline Bytes unhex(const std::string& text) {
  auto bytes = from_hex(text);
  if (!bytes) throw std::runtime_error("not hexadecimal: " + text);
  return *std::move(bytes);
}

}  // namespace lansync::test
