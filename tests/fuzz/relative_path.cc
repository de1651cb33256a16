// A path from a peer, as text: what parse() accepts is canonical, beneath the root and within
// limits.
#include "core/fs/relative_path.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

void check_accepted(const RelativePath& path, std::string_view text) {
  LANSYNC_ASSERT(path.text() == text);
  LANSYNC_ASSERT(text.size() <= limits::kPathBytesMax);
  LANSYNC_ASSERT(text.find('\0') == std::string_view::npos);

  // Taken apart and put together again, component by component.
  std::size_t depth = 0;
  RelativePath walked;
  for (std::size_t start = 0; start < text.size(); ++depth) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view name = text.substr(start, end - start);
    LANSYNC_ASSERT(!name.empty() && name != "." && name != "..");
    LANSYNC_ASSERT(name.size() <= limits::kNameBytesMax);
    LANSYNC_ASSERT(check_name(name).has_value());
    auto child = walked.child(name);
    LANSYNC_ASSERT(child.has_value());
    LANSYNC_ASSERT(child->parent() == walked && child->name() == name);
    LANSYNC_ASSERT(walked.contains(*child));
    walked = *std::move(child);
    start = end + 1;
  }
  LANSYNC_ASSERT(walked == path);
  LANSYNC_ASSERT(depth <= limits::kPathDepthMax);
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = lansync::as_text(lansync::FuzzInput(data, size).take_rest());
  const auto path = lansync::RelativePath::parse(text);
  if (path) lansync::check_accepted(*path, text);
  return 0;
}
