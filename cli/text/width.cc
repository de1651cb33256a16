#include "cli/text/width.h"

#include <algorithm>
#include <vector>

#include <utf8proc.h>

namespace lansync::cli {
namespace {

constexpr std::string_view kCut = "…";

struct Character {
  std::string_view bytes;
  std::size_t columns = 0;
};

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  while (!text.empty()) {
    utf8proc_int32_t point = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, size, &point);
    const std::size_t length = used > 0 ? static_cast<std::size_t>(used) : 1;
    const int columns = used > 0 ? utf8proc_charwidth(point) : 1;
    characters.push_back({text.substr(0, length), static_cast<std::size_t>(std::max(columns, 0))});
    text.remove_prefix(length);
  }
  return characters;
}

// As many whole characters as fit.
template <class Iterator>
std::size_t bytes_that_fit(const Iterator& begin, const Iterator& end, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t used = 0;
  for (Iterator at = begin; at != end && used + at->columns <= columns; ++at) {
    used += at->columns;
    bytes += at->bytes.size();
  }
  return bytes;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const Character& character : characters_of(text)) width += character.columns;
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const auto characters = characters_of(text);
  const std::size_t kept = bytes_that_fit(characters.begin(), characters.end(), columns - 1);
  return std::string(text.substr(0, kept)).append(kCut);
}

std::string cut_middle(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const auto characters = characters_of(text);
  const std::size_t after = (columns - 1) / 2;
  const std::size_t before = columns - 1 - after;
  const std::size_t head = bytes_that_fit(characters.begin(), characters.end(), before);
  const std::size_t tail = bytes_that_fit(characters.rbegin(), characters.rend(), after);
  return std::string(text.substr(0, head)).append(kCut).append(text.substr(text.size() - tail));
}

std::string padded(std::string_view text, std::size_t columns) {
  std::string result(text);
  const std::size_t width = display_width(text);
  if (width < columns) result.append(columns - width, ' ');
  return result;
}

}  // namespace lansync::cli
