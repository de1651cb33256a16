#include "core/fs/relative_path.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include <utf8proc.h>

#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::string_view kReservedName = ".lansync";
constexpr std::string_view kReservedPrefix = ".lansync-tmp-";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(at, left, &code_point);
    if (length <= 0) return false;
    at += length;
    left -= length;
  }
  return true;
}

// `text` under utf8proc's `options`. Requires UTF-8.
std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &raw, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (length < 0) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(raw), static_cast<std::size_t>(length)};
}

// Without what some file system skips when it compares names: format characters (HFS+) and default
// ignorable code points (ext4 with casefold).
std::string without_ignorable(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto length = static_cast<std::size_t>(
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &code_point));
    const utf8proc_property_t* property = utf8proc_get_property(code_point);
    if (property->category != UTF8PROC_CATEGORY_CF && property->ignorable == 0) {
      kept += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return kept;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Whether some file system would take `name` for one of ours. Requires UTF-8.
bool is_reserved(std::string_view name) {
  const bool ascii = is_ascii(name);
  // Almost every name of a scan ends here.
  if (ascii && name.front() != '.') return false;

  std::string key = ascii ? lower_ascii(name)
                          : without_ignorable(mapped(
                                mapped(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT),
                                UTF8PROC_CASEFOLD));
  key.resize(std::min(key.find(':'), key.size()));
  key.resize(key.find_last_not_of(" .") + 1);
  return key == kReservedName || key.starts_with(kReservedPrefix);
}

std::size_t depth_of(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '/')) + 1;
}

Result<void> check_size(std::string_view path) {
  if (path.size() > limits::kPathBytesMax) return Error{Errc::limit_exceeded, "a path's length"};
  if (depth_of(path) > limits::kPathDepthMax) return Error{Errc::limit_exceeded, "a path's depth"};
  return {};
}

}  // namespace

Result<void> check_name(std::string_view name) {
  if (name.empty()) return Error{Errc::malformed, "an empty name"};
  if (name.size() > limits::kNameBytesMax) return Error{Errc::limit_exceeded, "a name's length"};
  if (name == "." || name == "..") return Error{Errc::malformed, "a name of dots"};
  if (name.find('\0') != name.npos) return Error{Errc::malformed, "NUL in a name"};
  if (name.find('/') != name.npos) return Error{Errc::malformed, "a slash in a name"};
  if (!is_utf8(name)) return Error{Errc::malformed, "a name that is not UTF-8"};
  if (is_reserved(name)) return Error{Errc::malformed, "a name reserved for lansync"};
  return {};
}

Result<RelativePath> RelativePath::parse(std::string_view text) {
  if (text.empty()) return Error{Errc::malformed, "an empty path"};
  if (const auto size = check_size(text); !size) return Error(size.error());
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    if (const auto name = check_name(text.substr(start, end - start)); !name) {
      return Error(name.error());
    }
    start = end + 1;
  }
  return RelativePath(std::string(text));
}

Result<RelativePath> RelativePath::child(std::string_view name) const {
  if (const auto checked = check_name(name); !checked) return Error(checked.error());
  std::string text;
  text.reserve(text_.size() + 1 + name.size());
  if (!is_root()) text.append(text_).push_back('/');
  text.append(name);
  if (const auto size = check_size(text); !size) return Error(size.error());
  return RelativePath(std::move(text));
}

RelativePath RelativePath::parent() const {
  const std::size_t slash = text_.rfind('/');
  return slash == text_.npos ? RelativePath() : RelativePath(text_.substr(0, slash));
}

std::string_view RelativePath::name() const {
  // npos + 1 is the start.
  return std::string_view(text_).substr(text_.rfind('/') + 1);
}

bool RelativePath::contains(const RelativePath& other) const {
  if (is_root()) return !other.is_root();
  return other.text_.size() > text_.size() && other.text_[text_.size()] == '/' &&
         other.text_.starts_with(text_);
}

}  // namespace lansync
