#include "cli/control/message.h"

#include <catch2/catch.hpp>

#include "tests/cli/sample_reports.h"

using namespace lansync::cli;

TEST_CASE("Messages are read as they were written") {
  const Progress progress{"receiving", 1, 2, 3, 4};
  const auto read = parse_message(progress_line(progress)).value();
  CHECK(std::get<ProgressMessage>(read).progress == progress);

  CHECK(std::get<NoteMessage>(parse_message(note_line("a\n\"b\"")).value()).text == "a\n\"b\"");

  const Prompt prompt{Prompt::Kind::choice, "which?", {"one", "two"}};
  const auto asked = std::get<PromptMessage>(parse_message(prompt_line(7, prompt)).value());
  CHECK(asked.id == 7);
  CHECK(asked.prompt == prompt);

  const Failure failure{ExitCode::held, "m", "p", "f"};
  CHECK(std::get<ErrorMessage>(parse_message(error_line(failure)).value()).failure == failure);

  const auto status = lansync::cli::test::sample_status();
  const auto result =
      std::get<ResultMessage>(parse_message(result_line(ExitCode::partly, status)).value());
  CHECK(result.exit == ExitCode::partly);
  CHECK(std::get<StatusReport>(result.report) == status);

  const PromptAnswer answer{7, "K3QX-9MPD"};
  CHECK(parse_answer(answer_line(answer)).value() == answer);
}

TEST_CASE("What is no message fails and does not throw") {
  for (const char* line :
       {"",
        "{}",
        "[]",
        "nul",
        "\xff",
        R"({"type":"bye"})",
        R"({"type":5})",
        R"({"type":"note"})",
        R"({"type":"note","text":1})",
        R"({"type":"prompt","id":-1,"what":"code","text":"","choices":[]})",
        R"({"type":"prompt","id":1,"what":"pin","text":"","choices":[]})",
        R"({"type":"result","exit":0})",
        R"({"type":"result","exit":0,"data":null})",
        R"({"type":"result","exit":0,"data":{"type":"weather"}})",
        R"({"type":"result","exit":"0","data":{"type":"stop"}})",
        R"({"type":"result","exit":1e300,"data":{"type":"stop"}})",
        R"({"type":"result","exit":4294967296,"data":{"type":"stop"}})",
        R"({"type":"result","exit":18446744073709551615,"data":{"type":"stop"}})",
        R"({"type":"result","exit":0,"data":{"type":"join"}})",
        R"({"type":"result","exit":0,"data":{"type":"status","shares":[1]}})"}) {
    INFO(line);
    CHECK_FALSE(parse_message(line).has_value());
  }
}

TEST_CASE("What is no answer fails and does not throw") {
  for (const char* line :
       {"", "{}", "[]", R"({"type":"answer"})", R"({"type":"answer","id":1})",
        R"({"type":"answer","id":"1","text":"x"})", R"({"type":"answer","id":1,"text":5})",
        R"({"type":"answer","id":-1,"text":"x"})", R"({"type":"note","id":1,"text":"x"})"}) {
    INFO(line);
    CHECK_FALSE(parse_answer(line).has_value());
  }
}
