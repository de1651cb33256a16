// Where the person is: standard input, output and error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cli/control/interrupts.h"
#include "cli/environment.h"
#include "cli/failure.h"

namespace lansync::cli {

// Answers go to standard output, everything else to standard error. Text must be safe to show
// before it comes here. What cannot be written is dropped; of an answer that is known afterwards.
class Terminal {
 public:
  static Terminal standard(const Environment& environment);

  [[nodiscard]] bool can_ask() const { return in_is_terminal_ && err_is_terminal_; }
  [[nodiscard]] bool out_is_terminal() const { return out_is_terminal_; }
  [[nodiscard]] bool err_is_terminal() const { return err_is_terminal_; }
  [[nodiscard]] bool in_is_terminal() const { return in_is_terminal_; }
  [[nodiscard]] bool colours() const { return colours_; }
  // Of the terminal now; 80 where there is none.
  [[nodiscard]] std::size_t columns() const;

  void answer(std::string_view text) const;
  // The number of the error that kept an answer from being written, or 0.
  [[nodiscard]] int answer_error() const { return answer_error_; }
  void message(std::string_view text) const;
  // "lansync: …" with its line feed.
  void failure(const Failure& failure) const;

  // Asks on standard error and waits for a line; nothing at the end of the input or when the person
  // interrupts. Requires can_ask().
  std::optional<std::string> ask(std::string_view question, const Interrupts& interrupts) const;

 private:
  bool in_is_terminal_ = false;
  bool out_is_terminal_ = false;
  bool err_is_terminal_ = false;
  bool colours_ = false;
  // The one thing that happens to a terminal and not through it.
  mutable int answer_error_ = 0;
};

// The first line of a file that is not empty ("-" is standard input), without the white space
// around it; for codes. Empty if there is none. At most 4 kB are read.
Outcome<std::string> read_code_file(const std::string& file, const Interrupts& interrupts);

// The same of standard input where it is a file or a pipe, if the line comes within two seconds: a
// pipe that nobody writes to must not stop a script. Empty otherwise.
Outcome<std::string> read_piped_code(const Interrupts& interrupts);

}  // namespace lansync::cli
