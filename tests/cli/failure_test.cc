#include "cli/failure.h"

#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace lansync;
using namespace lansync::cli;

TEST_CASE("Errors have the exit code that scripts expect") {
  const std::vector<std::pair<std::error_code, ExitCode>> rows = {
      {make_error_code(Errc::not_found), ExitCode::not_found},
      {make_error_code(Errc::refused), ExitCode::refused},
      {make_error_code(Errc::expired), ExitCode::refused},
      {make_error_code(Errc::corrupt), ExitCode::integrity},
      {make_error_code(Errc::not_authentic), ExitCode::integrity},
      {make_error_code(Errc::peer_timed_out), ExitCode::timeout},
      {make_error_code(Errc::malformed), ExitCode::failed},
      {std::make_error_code(std::errc::no_space_on_device), ExitCode::no_space},
      {std::error_code(EDQUOT, std::generic_category()), ExitCode::no_space},
      {std::make_error_code(std::errc::permission_denied), ExitCode::refused},
      {std::make_error_code(std::errc::no_such_file_or_directory), ExitCode::not_found},
      {std::make_error_code(std::errc::io_error), ExitCode::failed},
  };
  for (const auto& [code, exit] : rows) {
    INFO(code.message());
    CHECK(exit_code_for(Error(code, "x")) == exit);
  }
}

TEST_CASE("A failure is one line that says what, to what, and what to do") {
  CHECK(describe({ExitCode::refused, "no", "/a", "try b"}) == "no: /a; try b");
  CHECK(describe({ExitCode::refused, "no", "", "try b"}) == "no; try b");
  CHECK(describe({ExitCode::refused, "no", "/a", ""}) == "no: /a");
  const std::string hostile = describe({ExitCode::refused, "no", "/a\n\x1b[2J%s", "\r"});
  CHECK(hostile.find_first_of("\n\x1b\r") == std::string::npos);
  CHECK(hostile.find("%s") != std::string::npos);
}
