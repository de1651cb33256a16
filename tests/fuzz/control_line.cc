// What client and daemon say to each other after the request: bytes in pieces, cut into lines.
#include "cli/control/line_buffer.h"
#include "cli/control/message.h"
#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync::cli {
namespace {

constexpr std::size_t kLineBytesMax = 2000;

std::string line_of(const Message& message) {
  struct Writer {
    std::string operator()(const ProgressMessage& m) const { return progress_line(m.progress); }
    std::string operator()(const NoteMessage& m) const { return note_line(m.text); }
    std::string operator()(const PromptMessage& m) const { return prompt_line(m.id, m.prompt); }
    std::string operator()(const ResultMessage& m) const { return result_line(m.exit, m.report); }
    std::string operator()(const ErrorMessage& m) const { return error_line(m.failure); }
  };
  return std::visit(Writer(), message);
}

// What was understood is said again, and understood alike.
void check_line(const std::string& line) {
  if (const auto message = parse_message(line)) {
    const std::string said = line_of(*message);
    LANSYNC_ASSERT(said.ends_with('\n') && said.find('\n') == said.size() - 1);
    const auto again = parse_message(said);
    LANSYNC_ASSERT(again.has_value() && line_of(*again) == said);
  }
  if (const auto answer = parse_answer(line)) {
    const auto again = parse_answer(answer_line(*answer));
    LANSYNC_ASSERT(again.has_value() && again->id == answer->id);
  }
}

void check(FuzzInput input) {
  LineBuffer buffer(kLineBytesMax);
  std::string sent;
  std::string seen;
  while (!input.empty()) {
    const ByteView length = input.take(1);
    const std::string_view piece = as_text(input.take(std::to_integer<std::size_t>(length[0])));
    sent += piece;
    buffer.append(piece);
    while (const auto line = buffer.next_line()) {
      LANSYNC_ASSERT(line->size() <= kLineBytesMax);
      seen += *line + "\n";
      check_line(*line);
    }
    if (buffer.overflown()) return;
  }
  LANSYNC_ASSERT(sent.starts_with(seen));
  LANSYNC_ASSERT(sent.find('\n', seen.size()) == std::string::npos);
}

}  // namespace
}  // namespace lansync::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::cli::check(lansync::FuzzInput(data, size));
  return 0;
}
