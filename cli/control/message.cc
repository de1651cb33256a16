#include "cli/control/message.h"

#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/json.h"
#include "cli/report_json.h"

namespace lansync::cli {
namespace {

constexpr std::array<std::pair<Prompt::Kind, std::string_view>, 3> kKinds = {{
    {Prompt::Kind::code, "code"},
    {Prompt::Kind::confirm, "confirm"},
    {Prompt::Kind::choice, "choice"},
}};

std::string_view kind_name(Prompt::Kind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  return "code";
}

std::optional<Prompt::Kind> kind_named(std::string_view name) {
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

Failure not_a_message() {
  return {ExitCode::failed,
          "something that is no message came over the control socket",
          {},
          "client and daemon may be of different versions: lansync stop, and start it again"};
}

Outcome<Message> parse_prompt(const Json& json) {
  if (!json.at("id").is_number_unsigned()) return not_a_message();
  PromptMessage message;
  message.id = json.at("id").get<std::uint64_t>();
  const auto kind = kind_named(json.at("what").get<std::string>());
  if (!kind) return not_a_message();
  message.prompt.kind = *kind;
  message.prompt.text = json.at("text").get<std::string>();
  message.prompt.choices = json.at("choices").get<std::vector<std::string>>();
  return message;
}

Outcome<Message> parse_result(const Json& json) {
  const Json& data = json.at("data");
  auto report = report_from_json(data);
  if (!report) return std::move(report).error();
  ResultMessage message;
  message.exit = static_cast<ExitCode>(whole_number(json.at("exit"), 0, 255));
  message.data = to_line(data);
  message.report = std::move(*report);
  return message;
}

Outcome<Message> parse_typed(const Json& json) {
  const auto type = json.at("type").get<std::string>();
  if (type == "progress") return ProgressMessage{progress_from_json(json)};
  if (type == "note") return NoteMessage{json.at("text").get<std::string>()};
  if (type == "prompt") return parse_prompt(json);
  if (type == "result") return parse_result(json);
  if (type == "error") return ErrorMessage{failure_from_json(json)};
  return not_a_message();
}

}  // namespace

std::string progress_line(const Progress& progress) { return to_line(to_json(progress)); }

std::string note_line(std::string_view text) {
  return to_line(Json{{"type", "note"}, {"text", text}});
}

std::string prompt_line(std::uint64_t id, const Prompt& prompt) {
  return to_line(Json{{"type", "prompt"},
                      {"id", id},
                      {"what", kind_name(prompt.kind)},
                      {"text", prompt.text},
                      {"choices", prompt.choices}});
}

std::string result_line(ExitCode exit, const Report& report) {
  return to_line(
      Json{{"type", "result"}, {"exit", static_cast<int>(exit)}, {"data", to_json(report)}});
}

std::string error_line(const Failure& failure) { return to_line(to_json(failure)); }

std::string answer_line(const PromptAnswer& answer) {
  return to_line(Json{{"type", "answer"}, {"id", answer.id}, {"text", answer.text}});
}

Outcome<Message> parse_message(std::string_view line) {
  const Json json = parse_json(line);
  try {
    return parse_typed(json);
  } catch (const Json::exception&) {
    return not_a_message();
  }
}

Outcome<PromptAnswer> parse_answer(std::string_view line) {
  const Json json = parse_json(line);
  try {
    if (json.at("type").get<std::string>() != "answer") return not_a_message();
    if (!json.at("id").is_number_unsigned()) return not_a_message();
    return PromptAnswer{json.at("id").get<std::uint64_t>(), json.at("text").get<std::string>()};
  } catch (const Json::exception&) {
    return not_a_message();
  }
}

}  // namespace lansync::cli
