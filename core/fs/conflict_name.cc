#include "core/fs/conflict_name.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include <utf8proc.h>

#include "core/base/limits.h"

namespace lansync {
namespace {

// Of the author's name, and of what still counts as an extension: together with 64 digits they
// leave the stem more than a third of the name.
constexpr std::size_t kAuthorBytesMax = 32;
constexpr std::size_t kExtensionBytesMax = 24;

constexpr std::string_view kMark = " (conflict ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

struct CodePointRange {
  std::int32_t first;
  std::int32_t last;
};

// What an author's name loses beyond ASCII: controls, spaces, format and other invisible
// characters, private use. A list of our own and not the Unicode library's categories: two devices
// with different versions of Unicode must still choose the same name.
constexpr std::array kInvisible = {
    CodePointRange{0x80, 0xa0},        CodePointRange{0xad, 0xad},
    CodePointRange{0x34f, 0x34f},      CodePointRange{0x61c, 0x61c},
    CodePointRange{0x115f, 0x1160},    CodePointRange{0x1680, 0x1680},
    CodePointRange{0x17b4, 0x17b5},    CodePointRange{0x180b, 0x180f},
    CodePointRange{0x2000, 0x200f},    CodePointRange{0x2028, 0x202f},
    CodePointRange{0x205f, 0x206f},    CodePointRange{0x3000, 0x3000},
    CodePointRange{0x3164, 0x3164},    CodePointRange{0xe000, 0xf8ff},
    CodePointRange{0xfe00, 0xfe0f},    CodePointRange{0xfeff, 0xfeff},
    CodePointRange{0xffa0, 0xffa0},    CodePointRange{0xfff0, 0xffff},
    CodePointRange{0xe0000, 0x10ffff},
};

bool keeps(std::int32_t code_point) {
  if (code_point < 0x80) {
    return (code_point >= '0' && code_point <= '9') || (code_point >= 'A' && code_point <= 'Z') ||
           (code_point >= 'a' && code_point <= 'z') || code_point == '_';
  }
  return std::none_of(kInvisible.begin(), kInvisible.end(), [=](const CodePointRange& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

// The longest start of `text` of at most `bytes_max` bytes that ends between two code points.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// One word for any file system: runs of everything else become one '-'. Without '.', so that a dot
// in a conflict copy's name is never the author's.
std::string author_word(std::string_view name) {
  std::string word;
  bool gap = false;
  while (!name.empty()) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(name.data()),
                         static_cast<utf8proc_ssize_t>(name.size()), &code_point);
    const std::size_t used = length > 0 ? static_cast<std::size_t>(length) : 1;
    const bool kept = length > 0 && keeps(code_point);
    if (kept) {
      const std::size_t needed = used + (gap && !word.empty() ? 1 : 0);
      if (word.size() + needed > kAuthorBytesMax) break;
      if (gap && !word.empty()) word += '-';
      word += name.substr(0, used);
    }
    gap = !kept;
    name.remove_prefix(used);
  }
  return word.empty() ? "unknown" : word;
}

// "2026-03-14 1502", in UTC.
std::string minute_of(WallTime time) {
  using std::chrono::minutes;
  // Minutes first: the start of the first day that 64 bits of nanoseconds reach is beyond them.
  const std::chrono::sys_time<minutes> since{
      std::chrono::floor<minutes>(std::chrono::nanoseconds(time.ns))};
  const auto day = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(since - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
  return text.data();
}

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == text.npos;
}

// Whether `text` is what follows kMark in a name of ours: "2026-03-14 1502 Anna-Laptop 7f3a1c)".
bool is_stamp(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd dddd ";
  if (text.size() < kShape.size() || text.back() != ')') return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? kDigits.find(text[i]) == kDigits.npos : text[i] != kShape[i])
      return false;
  }
  text = text.substr(kShape.size(), text.size() - kShape.size() - 1);
  const std::size_t space = text.find(' ');
  if (space == 0 || space == text.npos) return false;
  const std::string_view hash = text.substr(space + 1);
  return hash.size() >= 6 && hash.size() <= 64 && only(hash, kHexDigits);
}

// `stem` without the marks of earlier conflicts; never empty.
std::string_view base_of(std::string_view stem) {
  while (true) {
    const std::size_t mark = stem.rfind(kMark);
    if (mark == stem.npos || mark == 0 || !is_stamp(stem.substr(mark + kMark.size()))) return stem;
    stem = stem.substr(0, mark);
  }
}

bool ends_with_tar(std::string_view stem) {
  return stem.ends_with(".tar") || stem.ends_with(".TAR") || stem.ends_with(".Tar");
}

// The extension with its dot, or nothing. What follows the last dot is none if it is long or has a
// space ("v1.2 of the plan"), or if there is nothing but dots before it (".bashrc").
std::string_view extension_of(std::string_view name) {
  std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot + 1 == name.size()) return {};
  if (only(name.substr(0, dot), ".")) return {};
  if (name.substr(dot).find(' ') != name.npos) return {};
  if (const std::string_view stem = name.substr(0, dot);
      ends_with_tar(stem) && !only(stem.substr(0, dot - 4), ".")) {
    dot -= 4;
  }
  return name.size() - dot <= kExtensionBytesMax ? name.substr(dot) : std::string_view();
}

}  // namespace

std::string conflict_name(std::string_view name, const ConflictStamp& stamp,
                          std::size_t hash_digits) {
  const std::string_view extension = extension_of(name);
  const std::string_view stem = base_of(name.substr(0, name.size() - extension.size()));

  std::string mark(kMark);
  mark.append(minute_of(stamp.time)).append(" ").append(author_word(stamp.author_name));
  mark.append(" ").append(stamp.content.hex().substr(0, std::max<std::size_t>(hash_digits, 6)));
  mark.append(")").append(extension);

  // Again the base: the cut may end the stem at a mark that it had further back.
  std::string result(base_of(cut(stem, limits::kNameBytesMax - mark.size())));
  return result.append(mark);
}

}  // namespace lansync
