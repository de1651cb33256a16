#include "cli/client/join.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/client/conversation.h"
#include "cli/daemon/login_start.h"
#include "cli/daemon/start.h"
#include "cli/rfc3339.h"
#include "cli/text/qr_picture.h"
#include "cli/view.h"
#include "core/base/escape.h"
#include "core/crypto/pairing_code.h"

namespace lansync::cli {
namespace {

constexpr const char* kGoesOn = "detached; syncing goes on in the background";

// A folder that was made to be joined, and goes again if that comes to nothing: as long as it is
// empty.
class NewFolder {
 public:
  NewFolder() = default;
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() {
    std::error_code in_use;
    if (!path_.empty()) std::filesystem::remove(path_, in_use);
  }
  void made(std::filesystem::path path) { path_ = std::move(path); }
  void keep() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

// The folder is usable or made usable; its absolute path.
Outcome<std::string> prepare_folder(const CommandContext& context, const std::string& folder,
                                    NewFolder& fresh) {
  const auto facts = look_at_folder(folder);
  if (!facts) return facts.error();
  const auto verdict = check_folder(*facts, surroundings_of(context.environment, context.paths));
  if (!verdict) return verdict.error();
  if (*verdict == FolderVerdict::to_be_created) {
    context.terminal.message("Creating the folder " + escape_for_display(facts->path.string()) +
                             "\n");
    std::error_code error;
    std::filesystem::create_directories(facts->path, error);
    if (error) {
      return to_failure(Error(error, facts->path.string()), "choose another folder");
    }
    fresh.made(facts->path);
  }
  return facts->path.string();
}

Outcome<std::string> find_code(const CommandContext& context, const JoinArguments& arguments) {
  if (!arguments.code.empty() || arguments.create) return arguments.code;
  if (arguments.code_file.empty()) {
    return context.terminal.in_is_terminal() ? std::string() : read_piped_code(context.interrupts);
  }
  auto code = read_code_file(arguments.code_file, context.interrupts);
  if (code && code->empty()) {
    return Failure{ExitCode::usage, "there is no code in the file", arguments.code_file,
                   "put the invitation's code into it"};
  }
  return code;
}

// Before a folder is made for nothing.
Outcome<void> check_code(const std::string& code) {
  if (code.empty() || PairingCode::parse(code)) return {};
  return mistyped_code();
}

bool stays(const CommandContext& context) {
  return !context.json && context.terminal.out_is_terminal() && context.terminal.err_is_terminal();
}

void show_qr(const CommandContext& context, const InvitationReport& invitation) {
  if (context.json || !context.terminal.out_is_terminal() || invitation.link.empty()) return;
  const QrInk ink = context.terminal.colours() ? QrInk::black_on_white : QrInk::none;
  context.terminal.answer(qr_picture(invitation.link, ink));
}

// Until somebody has joined or nobody can any more.
ExitCode await_member(const CommandContext& context, const ShareName& share,
                      const InvitationReport& invitation) {
  context.terminal.message("Waiting for the next device. Ctrl-C ends only the waiting.\n");
  const auto result = converse(context, AwaitMemberRequest{share.id},
                               "the invitation stays open until " + local_time(invitation.expires) +
                                   "; syncing goes on in the background");
  if (!result) return report_failure(context, result.error());
  const auto* report = std::get_if<AwaitMemberReport>(&result->report);
  if (report == nullptr) return ExitCode::failed;
  context.terminal.answer(render_await_member(*report));
  return result->exit;
}

ExitCode follow_first_sync(const CommandContext& context, const ShareName& share) {
  const auto result = converse(context, FlushRequest{share.path, std::nullopt}, kGoesOn);
  if (!result) return report_failure(context, result.error());
  if (const auto* report = std::get_if<FlushReport>(&result->report)) {
    context.terminal.answer(render_flush(*report));
  }
  return result->exit;
}

ExitCode finish_join(const CommandContext& context, const JoinReport& report, ExitCode exit) {
  if (report.invitation) show_qr(context, *report.invitation);
  if (exit != ExitCode::ok || !stays(context) || report.already_joined) return exit;
  if (report.invitation) {
    exit = await_member(context, report.share, *report.invitation);
    if (exit != ExitCode::ok) return exit;
  }
  return follow_first_sync(context, report.share);
}

// The request, and a daemon to send it to.
Outcome<JoinRequest> prepare_join(const CommandContext& context, const JoinArguments& arguments,
                                  NewFolder& fresh, bool& started) {
  auto code = find_code(context, arguments);
  if (!code) return std::move(code).error();
  if (auto good = check_code(*code); !good) return std::move(good).error();
  auto folder = prepare_folder(context, arguments.folder, fresh);
  if (!folder) return std::move(folder).error();
  const auto running = ensure_daemon(context.paths, context.environment.uid);
  if (!running) return running.error();
  started = *running == DaemonStart::started_now;
  return JoinRequest{.folder = std::move(*folder),
                     .name = arguments.name,
                     .code = std::move(*code),
                     .create = arguments.create,
                     .role = arguments.role,
                     .yes = arguments.yes,
                     .interactive = context.terminal.can_ask()};
}

}  // namespace

ExitCode run_join(const CommandContext& context, const JoinArguments& arguments) {
  NewFolder fresh;
  bool started = false;
  auto request = prepare_join(context, arguments, fresh, started);
  if (!request) return report_failure(context, request.error());
  auto result = converse(context, std::move(*request), "interrupted before the folder was joined");
  if (!result) return report_failure(context, result.error());
  const auto* report = std::get_if<JoinReport>(&result->report);
  if (report == nullptr) return ExitCode::failed;
  fresh.keep();
  print_answer(context, result->data, render_join(*report));
  if (started) context.terminal.message(login_start_hint(find_login_facts(context.paths)));
  return finish_join(context, *report, result->exit);
}

ExitCode run_invite(const CommandContext& context, const InviteArguments& arguments) {
  auto folder = absolute_folder(arguments.folder);
  if (!folder) return report_failure(context, folder.error());
  const auto result = converse(
      context, InviteRequest{std::move(*folder), arguments.role, arguments.ttl}, "interrupted");
  if (!result) return report_failure(context, result.error());
  const auto* report = std::get_if<InviteReport>(&result->report);
  if (report == nullptr) return ExitCode::failed;
  print_answer(context, result->data, render_invite(*report));
  show_qr(context, report->invitation);
  if (!stays(context)) return result->exit;
  return await_member(context, report->share, report->invitation);
}

}  // namespace lansync::cli
