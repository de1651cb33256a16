// A name from another device on its way to a terminal.
#include "cli/rfc3339.h"
#include "cli/text/width.h"
#include "core/base/assert.h"
#include "core/base/escape.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  FuzzInput input(data, size);
  const ByteView room = input.take(1);
  const std::size_t columns = room.empty() ? 0 : std::to_integer<std::size_t>(room[0]);
  const std::string text(as_text(input.take_rest()));
  const std::string shown = escape_for_display(text);
  LANSYNC_ASSERT(shown.size() <= 4096);
  for (const char c : shown) {
    LANSYNC_ASSERT(static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
  }
  LANSYNC_ASSERT(cli::display_width(cli::cut_to_width(shown, columns)) <= columns);
  LANSYNC_ASSERT(cli::display_width(cli::cut_middle(shown, columns)) <= columns);
  LANSYNC_ASSERT(cli::display_width(cli::padded(shown, columns)) >= columns);
  (void)cli::local_time(text);
  return 0;
}
