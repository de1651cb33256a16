#include "cli/client/queries.h"

#include "cli/client/conversation.h"
#include "cli/forget_command.h"
#include "cli/view.h"

namespace lansync::cli {
namespace {

// `render` makes text of the report that this request is answered with.
template <class ReportType, class Render>
ExitCode query(const CommandContext& context, const Request& request, Render render,
               const std::string& on_interrupt = "interrupted") {
  const auto result = converse(context, request, on_interrupt);
  if (!result) return report_failure(context, result.error());
  const auto* report = std::get_if<ReportType>(&result->report);
  if (report == nullptr) return ExitCode::failed;
  print_answer(context, result->data, render(*report));
  return result->exit;
}

template <class RequestType, class ReportType, class Render>
ExitCode query_folder(const CommandContext& context, RequestType request, Render render) {
  auto folder = absolute_folder(request.folder);
  if (!folder) return report_failure(context, folder.error());
  request.folder = std::move(*folder);
  return query<ReportType>(context, request, render);
}

}  // namespace

ExitCode run_leave(const CommandContext& context, const LeaveArguments& arguments) {
  return query_folder<LeaveRequest, LeaveReport>(context, {arguments.folder}, render_leave);
}

ExitCode run_peers(const CommandContext& context) {
  return query<PeersReport>(context, PeersRequest(), [&context](const PeersReport& report) {
    return render_peers(report, context.terminal.columns());
  });
}

ExitCode run_connect(const CommandContext& context, const ConnectArguments& arguments) {
  if (arguments.forget) {
    return query<ForgetReport>(context, ForgetRequest{arguments.address}, render_forget);
  }
  const std::string address = to_string(arguments.address);
  return query<ConnectReport>(context, ConnectRequest{arguments.address}, render_connect,
                              "interrupted; " + address + " stays remembered (to forget it: " +
                                  forget_command(address) + ")");
}

ExitCode run_flush(const CommandContext& context, const FlushArguments& arguments) {
  return query_folder<FlushRequest, FlushReport>(context, {arguments.folder, arguments.timeout},
                                                 render_flush);
}

ExitCode run_verify(const CommandContext& context, const VerifyArguments& arguments) {
  return query_folder<VerifyRequest, VerifyReport>(context, {arguments.folder, arguments.peers},
                                                   render_verify);
}

ExitCode run_resume(const CommandContext& context, const ResumeArguments& arguments) {
  return query_folder<ResumeRequest, ResumeReport>(context, {arguments.folder}, render_resume);
}

}  // namespace lansync::cli
