#include "core/base/escape.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <utf8proc.h>

namespace lansync {
namespace {

constexpr std::size_t kDisplayBytesMax = 4096;
constexpr std::string_view kEllipsis = "…";

// One code point of the text, or one byte that is no part of any.
struct Unit {
  std::size_t bytes;
  std::int32_t code_point;  // Negative for a byte that is not UTF-8.
};

Unit first_unit(std::string_view text) {
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  if (length <= 0) return {1, -1};
  return {static_cast<std::size_t>(length), code_point};
}

bool is_harmless(std::int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

void append_hex(std::string& to, const char* format, std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  to += text.data();
}

void append_escaped(std::string& to, std::string_view source, std::int32_t code_point) {
  if (code_point < 0) {
    append_hex(to, "\\x%02X", static_cast<unsigned char>(source.front()));
  } else if (code_point == '\\') {
    to += "\\\\";
  } else if (is_harmless(code_point)) {
    to += source;
  } else {
    append_hex(to, "\\u{%X}", static_cast<std::uint32_t>(code_point));
  }
}

}  // namespace

std::string escape_for_display(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const auto [bytes, code_point] = first_unit(text);
    const std::size_t before = escaped.size();
    append_escaped(escaped, text.substr(0, bytes), code_point);
    if (escaped.size() + kEllipsis.size() > kDisplayBytesMax) {
      escaped.resize(before);
      return escaped.append(kEllipsis);
    }
    text.remove_prefix(bytes);
  }
  return escaped;
}

}  // namespace lansync
