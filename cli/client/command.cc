#include "cli/client/command.h"

#include <nlohmann/json.hpp>

#include "cli/json.h"
#include "cli/report_json.h"

namespace lansync::cli {

void print_answer(const CommandContext& context, const std::string& document,
                  const std::string& text) {
  context.terminal.answer(context.json ? document : text);
}

ExitCode report_failure(const CommandContext& context, const Failure& failure) {
  if (context.json) context.terminal.answer(to_line(to_json(failure)));
  context.terminal.failure(failure);
  return failure.exit;
}

Outcome<std::string> absolute_folder(const std::string& folder) {
  if (folder.empty()) return std::string();
  const auto facts = look_at_folder(folder);
  if (!facts) return facts.error();
  return facts->path.string();
}

}  // namespace lansync::cli
