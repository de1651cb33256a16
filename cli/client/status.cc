#include "cli/client/status.h"

#include <poll.h>

#include "cli/client/conversation.h"
#include "cli/view.h"

namespace lansync::cli {
namespace {

constexpr int kWatchIntervalMs = 1000;

bool interrupted_within(const Interrupts& interrupts, int ms) {
  pollfd ready = {interrupts.fd(), POLLIN, 0};
  return poll(&ready, 1, ms) > 0;
}

ExitCode show_once(const CommandContext& context, const StatusRequest& request, bool redraw) {
  const auto result = converse(context, request, "interrupted");
  if (!result) return report_failure(context, result.error());
  const auto* report = std::get_if<StatusReport>(&result->report);
  if (report == nullptr) return ExitCode::failed;
  // Home, then erase below: in one write with the text, so that nothing flickers.
  const std::string before = redraw ? "\x1b[H\x1b[J" : "";
  print_answer(context, result->data, before + render_status(*report, context.terminal.columns()));
  return result->exit;
}

}  // namespace

ExitCode run_status(const CommandContext& context, const StatusArguments& arguments) {
  auto folder = absolute_folder(arguments.folder);
  if (!folder) return report_failure(context, folder.error());
  const StatusRequest request{std::move(*folder)};
  const bool redraw = arguments.watch && context.terminal.out_is_terminal();
  while (true) {
    const ExitCode exit = show_once(context, request, redraw);
    const bool lost = context.terminal.answer_error() != 0;
    if (!arguments.watch || exit != ExitCode::ok || lost) return exit;
    if (interrupted_within(context.interrupts, kWatchIntervalMs)) return ExitCode::interrupted;
    if (!redraw && !context.json) context.terminal.answer("\n");
  }
}

}  // namespace lansync::cli
