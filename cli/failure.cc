#include "cli/failure.h"

#include <cerrno>
#include <system_error>

#include "core/base/escape.h"

namespace lansync::cli {
namespace {

ExitCode exit_code_for_own(Errc errc) {
  switch (errc) {
    case Errc::not_found: return ExitCode::not_found;
    case Errc::refused:
    case Errc::expired: return ExitCode::refused;
    case Errc::peer_timed_out: return ExitCode::timeout;
    case Errc::mismatch:
    case Errc::not_authentic:
    case Errc::corrupt: return ExitCode::integrity;
    case Errc::busy: return ExitCode::locked;
    case Errc::cancelled: return ExitCode::interrupted;
    default: return ExitCode::failed;
  }
}

}  // namespace

std::string describe(const Failure& failure) {
  std::string text = escape_for_display(failure.message);
  if (!failure.path.empty()) text += ": " + escape_for_display(failure.path);
  if (!failure.fix.empty()) text += "; " + escape_for_display(failure.fix);
  return text;
}

ExitCode exit_code_for(const Error& error) {
  if (error.code.category() == lansync_category()) {
    return exit_code_for_own(static_cast<Errc>(error.code.value()));
  }
  if (error.code == std::errc::no_space_on_device) return ExitCode::no_space;
  if (error.code.category() == std::generic_category() && error.code.value() == EDQUOT) {
    return ExitCode::no_space;
  }
  if (error.code == std::errc::no_such_file_or_directory) return ExitCode::not_found;
  if (error.code == std::errc::permission_denied ||
      error.code == std::errc::operation_not_permitted) {
    return ExitCode::refused;
  }
  return ExitCode::failed;
}

Failure to_failure(const Error& error, std::string fix) {
  return {exit_code_for(error), error.code.message(), error.context, std::move(fix)};
}

Failure mistyped_code() {
  return {ExitCode::refused,
          "that is not a code: it has a typing error",
          {},
          "a code looks like K3QX-9MPK; type it as the other device shows it"};
}

Failure failure_from_errno(std::string message, std::string path, std::string fix) {
  const Error error = Error::from_errno({});
  return {exit_code_for(error), std::move(message) + " (" + error.code.message() + ")",
          std::move(path), std::move(fix)};
}

}  // namespace lansync::cli
