// Reports as text for people, to read at 80 columns.
#pragma once

#include <string>

#include "cli/report.h"

namespace lansync::cli {

// Every name in them goes through escape_for_display(). Whole lines, each ending in a line feed;
// the first one is the answer.
std::string render_status(const StatusReport& report, std::size_t columns);
std::string render_peers(const PeersReport& report, std::size_t columns);
std::string render_join(const JoinReport& report);
std::string render_invite(const InviteReport& report);
std::string render_await_member(const AwaitMemberReport& report);
std::string render_leave(const LeaveReport& report);
std::string render_connect(const ConnectReport& report);
std::string render_forget(const ForgetReport& report);
std::string render_flush(const FlushReport& report);
std::string render_verify(const VerifyReport& report);
std::string render_resume(const ResumeReport& report);

}  // namespace lansync::cli
