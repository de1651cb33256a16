// Where something is inside a share, in the only form that the rest of the program accepts.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace lansync {

// A path beneath a share's root: UTF-8, '/'-separated, canonical; or the root itself.
//
// Made only by parse() and child(), which refuse everything of the name rule (docs/protocol.md,
// "Names"): empty or over-long paths and components, more than 64 components, invalid UTF-8, NUL,
// `.` and `..`, and every spelling under which a file system could reach `.lansync` or one of our
// temporary files (NFKC, case folding, ignorable characters, alternate streams, trailing dots).
// Bytes are kept as they are: no other renaming, ever. Windows' names are legal here.
//
// A value. Ordered bytewise, so that everything beneath `a` sorts between "a/" and "a0".
class RelativePath {
 public:
  // The share's root.
  RelativePath() = default;

  // A path from the wire, the index or a person. Errors: malformed, limit_exceeded; the context
  // says what is wrong and never repeats the path raw.
  static Result<RelativePath> parse(std::string_view text);

  // The entry `name` of this directory, under the same rule.
  [[nodiscard]] Result<RelativePath> child(std::string_view name) const;

  [[nodiscard]] bool is_root() const { return text_.empty(); }
  // The directory it is in; the root's parent is the root.
  [[nodiscard]] RelativePath parent() const;
  // The last component; empty for the root.
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] const std::string& text() const { return text_; }
  // Whether `other` is strictly beneath this directory.
  [[nodiscard]] bool contains(const RelativePath& other) const;

  friend auto operator<=>(const RelativePath&, const RelativePath&) = default;

 private:
  explicit RelativePath(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// Whether one component passes the name rule; for names that are not yet part of a path.
Result<void> check_name(std::string_view name);

}  // namespace lansync

template <>
struct std::hash<lansync::RelativePath> {
  std::size_t operator()(const lansync::RelativePath& path) const noexcept {
    return std::hash<std::string>()(path.text());
  }
};
