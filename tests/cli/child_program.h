// The program as a process, without a terminal or on one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/os/unique_fd.h"

namespace lansync::cli::test {

struct Finished {
  int exit = -1;  // -1: ended by a signal.
  std::string out;
  std::string err;
};

// Runs LANSYNC_PROGRAM to its end with HOME and LANSYNC_HOME beneath `home`, and `input` as a pipe
// on its standard input.
Finished run_program(const std::filesystem::path& home, const std::vector<std::string>& arguments,
                     const std::string& input = {});

// The program on a pseudo-terminal, 80 columns wide.
class TerminalProgram {
 public:
  TerminalProgram(const std::filesystem::path& home, const std::vector<std::string>& arguments);
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;
  ~TerminalProgram();

  // Reads until `text` has been shown; false if the program ended before.
  bool wait_for(const std::string& text);
  void type(const std::string& text) const;
  // Reads what is left; the exit status, -1 if a signal ended it.
  int finish();

  // Everything shown so far.
  [[nodiscard]] const std::string& shown() const { return shown_; }

 private:
  bool read_more();

  UniqueFd terminal_;
  pid_t child_ = -1;
  std::string shown_;
};

}  // namespace lansync::cli::test
