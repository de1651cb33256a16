// Lines out of a stream of bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lansync::cli {

// Collects bytes and gives out the lines in them. A line longer than the limit makes it overflown
// for good: what follows could be read as something it is not.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void append(std::string_view bytes);
  // The next whole line without its line feed; nothing if there is none yet.
  std::optional<std::string> next_line();
  [[nodiscard]] bool overflown() const { return overflown_; }

 private:
  std::size_t line_bytes_max_;
  std::string bytes_;
  std::size_t searched_ = 0;  // Up to here there is no line feed.
  bool overflown_ = false;
};

}  // namespace lansync::cli
