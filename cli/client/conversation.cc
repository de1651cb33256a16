#include "cli/client/conversation.h"

#include <chrono>

#include "cli/control/daemon_lock.h"
#include "cli/progress.h"
#include "core/base/escape.h"

namespace lansync::cli {
namespace {

// How often the bar is looked at when nothing comes; it draws itself less often.
constexpr std::chrono::milliseconds kRedrawInterval{100};

Failure interrupted(const std::string& text) { return {ExitCode::interrupted, text, {}, {}}; }

class Conversation {
 public:
  Conversation(const CommandContext& context, ControlClient client, const std::string& on_interrupt)
      : context_(context),
        client_(std::move(client)),
        on_interrupt_(on_interrupt),
        progress_(context.terminal.err_is_terminal() ? ProgressDisplay::Style::bar
                                                     : ProgressDisplay::Style::lines,
                  context.terminal.columns()) {}

  Outcome<ResultMessage> run(const Request& request) {
    if (auto sent = client_.send(request); !sent) return std::move(sent).error();
    auto result = listen();
    context_.terminal.message(progress_.clear());
    return result;
  }

 private:
  Outcome<ResultMessage> listen() {
    while (true) {
      auto event = client_.next(kRedrawInterval);
      if (!event) return std::move(event).error();
      if (std::holds_alternative<ControlClient::Interrupted>(*event)) {
        return interrupted(on_interrupt_);
      }
      if (auto* message = std::get_if<Message>(&*event)) {
        if (auto* result = std::get_if<ResultMessage>(message)) return std::move(*result);
        if (auto* error = std::get_if<ErrorMessage>(message)) return std::move(error->failure);
        if (auto shown = show(*message); !shown) return std::move(shown).error();
      }
      context_.terminal.message(progress_.poll(Clock::now()));
    }
  }

  Outcome<void> show(const Message& message) {
    if (const auto* progress = std::get_if<ProgressMessage>(&message)) {
      progress_.update(Clock::now(), progress->progress);
    } else if (const auto* note = std::get_if<NoteMessage>(&message)) {
      say(escape_for_display(note->text) + "\n");
    } else if (const auto* prompt = std::get_if<PromptMessage>(&message)) {
      return ask(*prompt);
    }
    return {};
  }

  void say(const std::string& text) { context_.terminal.message(progress_.clear() + text); }

  Outcome<void> ask(const PromptMessage& message) {
    if (!context_.terminal.can_ask()) {
      return Failure{ExitCode::refused, "the daemon has a question and there is nobody to ask",
                     message.prompt.text, "run it in a terminal"};
    }
    for (std::size_t i = 0; i < message.prompt.choices.size(); ++i) {
      say("  " + std::to_string(i + 1) + "  " + escape_for_display(message.prompt.choices[i]) +
          "\n");
    }
    say({});
    const std::string question = escape_for_display(message.prompt.text) +
                                 (message.prompt.kind == Prompt::Kind::confirm ? " [y/N] " : " ");
    auto answer = context_.terminal.ask(question, context_.interrupts);
    if (!answer) return interrupted(on_interrupt_);
    if (message.prompt.kind == Prompt::Kind::confirm) {
      answer = answer->starts_with('y') || answer->starts_with('Y') ? "yes" : "no";
    }
    return client_.send(PromptAnswer{message.id, std::move(*answer)});
  }

  const CommandContext& context_;
  ControlClient client_;
  const std::string& on_interrupt_;
  ProgressDisplay progress_;
};

// Tells a daemon that does not answer from one that is not there.
Failure explain(Failure failure, const Paths& paths) {
  if (failure.exit != ExitCode::no_daemon) return failure;
  const pid_t pid = DaemonLock::holder(paths.lock_file());
  if (pid == 0) return failure;
  return {ExitCode::no_daemon,
          "the daemon (pid " + std::to_string(pid) + ") starts or ends and does not answer",
          {},
          "try again in a moment"};
}

}  // namespace

Outcome<ResultMessage> converse(const CommandContext& context, const Request& request,
                                const std::string& on_interrupt) {
  auto client = ControlClient::connect(context.paths.socket(), context.interrupts);
  if (!client) return explain(std::move(client).error(), context.paths);
  return Conversation(context, std::move(*client), on_interrupt).run(request);
}

}  // namespace lansync::cli
