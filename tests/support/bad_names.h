// The corpus of hostile names, tests/vectors/bad_names.txt.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/bytes.h"

namespace lansync::test {

struct BadName {
  std::string id;
  std::string path;       // As it would come over the wire.
  bool is_legal = false;  // Whether it is stored, byte for byte, or refused.
  std::string note;
};

inline BadName parse_bad_name(const std::string& line) {
  std::vector<std::string> columns;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t end = std::min(line.find('\t', start), line.size());
    columns.push_back(line.substr(start, end - start));
    start = end + 1;
  }
  INFO(line);
  REQUIRE(columns.size() == 6);
  const auto path = from_hex(columns[1]);
  REQUIRE(path.has_value());
  REQUIRE((columns[3] == "STORE" || columns[3] == "REJECT"));
  return {columns[0], std::string(as_text(*path)), columns[3] == "STORE", columns[5]};
}

// Every row of the corpus, in order.
inline std::vector<BadName> read_bad_names() {
  std::ifstream file(LANSYNC_SOURCE_DIR "/tests/vectors/bad_names.txt");
  std::vector<BadName> names;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) names.push_back(parse_bad_name(line));
  }
  REQUIRE(names.size() == 175);
  return names;
}

}  // namespace lansync::test
