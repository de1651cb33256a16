// What a conflict copy is called, out of names that came from other devices: a length, a file's
// name, a length, a device's name, a time, a content id.
#include "core/fs/conflict_name.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/fs/relative_path.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  FuzzInput input(data, size);
  const std::string name(as_text(input.take_sized()));
  if (!check_name(name)) return 0;
  ConflictStamp stamp;
  stamp.author_name = as_text(input.take_sized());
  const ByteView time = input.take(8);
  if (time.size() == 8) stamp.time.ns = static_cast<std::int64_t>(load_be<std::uint64_t>(time));
  const ByteView content = input.take(ContentId::kBytes);
  std::ranges::copy(content, stamp.content.bytes.begin());
  for (const std::size_t digits : {std::size_t{6}, std::size_t{12}, std::size_t{64}}) {
    const std::string copy = conflict_name(name, stamp, digits);
    LANSYNC_ASSERT(copy != name && copy.size() <= limits::kNameBytesMax);
    LANSYNC_ASSERT(check_name(copy).has_value());
    // Not nested: a copy's copy has one mark as well.
    LANSYNC_ASSERT(conflict_name(copy, stamp, digits) == copy);
  }
  return 0;
}
