#include "cli/control/line_buffer.h"

namespace lansync::cli {

void LineBuffer::append(std::string_view bytes) {
  if (!overflown_) bytes_.append(bytes);
}

std::optional<std::string> LineBuffer::next_line() {
  if (overflown_) return std::nullopt;
  const std::size_t end = bytes_.find('\n', searched_);
  const std::size_t line_bytes = end == std::string::npos ? bytes_.size() : end;
  if (line_bytes > line_bytes_max_) {
    overflown_ = true;
    bytes_.clear();
    return std::nullopt;
  }
  if (end == std::string::npos) {
    searched_ = bytes_.size();
    return std::nullopt;
  }
  std::string line = bytes_.substr(0, end);
  bytes_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

}  // namespace lansync::cli
