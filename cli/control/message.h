// What client and daemon say to each other after the request: one JSON object a line
// (docs/control_socket.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/failure.h"
#include "cli/report.h"

namespace lansync::cli {

// The longest line either side reads. A status of a thousand shares fits; what is longer is not
// ours.
inline constexpr std::size_t kRequestLineBytesMax = std::size_t{64} << 10;
inline constexpr std::size_t kAnswerLineBytesMax = std::size_t{16} << 20;

// A question to the person at the client.
struct Prompt {
  enum class Kind {
    code,     // the invitation's code
    confirm,  // "yes" or "no"
    choice,   // one of `choices`, by its number from 1
  };

  Kind kind = Kind::code;
  std::string text;
  std::vector<std::string> choices;

  friend bool operator==(const Prompt&, const Prompt&) = default;
};

// From the daemon.
struct ProgressMessage {
  Progress progress;
};
struct NoteMessage {
  std::string text;
};
struct PromptMessage {
  std::uint64_t id = 0;
  Prompt prompt;
};
struct ResultMessage {
  ExitCode exit = ExitCode::ok;
  std::string data;  // The report as one line of JSON.
  Report report;
};
struct ErrorMessage {
  Failure failure;
};
using Message =
    std::variant<ProgressMessage, NoteMessage, PromptMessage, ResultMessage, ErrorMessage>;

// From the client, to a prompt.
struct PromptAnswer {
  std::uint64_t id = 0;
  std::string text;

  friend bool operator==(const PromptAnswer&, const PromptAnswer&) = default;
};

std::string progress_line(const Progress& progress);
std::string note_line(std::string_view text);
std::string prompt_line(std::uint64_t id, const Prompt& prompt);
std::string result_line(ExitCode exit, const Report& report);
std::string error_line(const Failure& failure);
std::string answer_line(const PromptAnswer& answer);

// Both fail if the line is no such message.
Outcome<Message> parse_message(std::string_view line);
Outcome<PromptAnswer> parse_answer(std::string_view line);

}  // namespace lansync::cli
