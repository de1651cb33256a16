#include "cli/view.h"

#include <algorithm>

#include <fmt/core.h>

#include "cli/forget_command.h"
#include "cli/rfc3339.h"
#include "cli/text/table.h"
#include "cli/text/units.h"
#include "cli/text/width.h"
#include "core/base/escape.h"

namespace lansync::cli {
namespace {

constexpr std::string_view kIndent = "  ";
// The first ones are those of the whole share; a thousand files may have the same.
constexpr std::size_t kIssuesShown = 10;

std::string shown(const std::string& name) { return escape_for_display(name); }

// In quotes, for running text.
std::string quoted(const std::string& name) { return "'" + shown(name) + "'"; }

std::string indented(const std::string& lines) {
  std::string text;
  std::size_t begin = 0;
  while (begin < lines.size()) {
    const std::size_t end = lines.find('\n', begin);
    text.append(kIndent).append(lines, begin, end - begin + 1);
    begin = end + 1;
  }
  return text;
}

std::string to_go(std::uint64_t files, std::uint64_t bytes) {
  return format_files(files) + " (" + format_bytes(bytes) + ") to go";
}

bool has_issue(const ShareReport& report, std::string_view code) {
  return std::ranges::any_of(report.issues,
                             [code](const IssueReport& issue) { return issue.code == code; });
}

std::string held_text(const ShareReport& report) {
  if (has_issue(report, "held") || !has_issue(report, "no_space")) return "held by a safety brake";
  return "held by a full disk, " + to_go(report.need_files, report.need_bytes);
}

std::string state_text(const ShareReport& report) {
  const bool behind = report.need_files > 0 || report.need_bytes > 0;
  switch (report.state) {
    case ShareState::scanning: return "scanning";
    case ShareState::syncing: return "syncing, " + to_go(report.need_files, report.need_bytes);
    case ShareState::paused: return "paused";
    case ShareState::held: return held_text(report);
    case ShareState::error: return "stopped by an error";
    case ShareState::idle: break;
  }
  if (behind) return "waiting, " + to_go(report.need_files, report.need_bytes);
  return report.in_sync ? "in sync" : "waiting for other devices";
}

// `all`: the command that shows every one of them.
std::string render_issues(const std::vector<IssueReport>& issues,
                          std::string_view all = "lansync status --json") {
  std::string text;
  std::size_t shown_issues = 0;
  for (const IssueReport& issue : issues) {
    if (shown_issues++ == kIssuesShown) {
      text.append(kIndent).append("! and ").append(format_count(issues.size() - kIssuesShown));
      return text + " more: " + std::string(all) + "\n";
    }
    text.append(kIndent).append("! ");
    if (!issue.path.empty()) text += shown(issue.path) + ": ";
    text += shown(issue.message);
    if (!issue.fix.empty()) text += "; " + shown(issue.fix);
    text += "\n";
  }
  return text;
}

std::string member_state(const MemberReport& member) {
  if (!member.online) return "offline";
  return member.in_sync ? "in sync" : "syncing";
}

std::string traffic(std::uint64_t rx_bytes, std::uint64_t tx_bytes) {
  return format_bytes(rx_bytes) + " in, " + format_bytes(tx_bytes) + " out";
}

std::string render_members(const std::vector<MemberReport>& members, std::size_t columns) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(members.size());
  for (const MemberReport& member : members) {
    rows.push_back({shown(member.name), shown(member.role), member_state(member),
                    shown(member.address), traffic(member.rx_bytes, member.tx_bytes)});
  }
  return indented(render_table(rows, columns - kIndent.size()));
}

std::string render_share(const ShareReport& report, std::size_t columns) {
  std::string text = shown(report.share.name) + ": " + state_text(report) + "\n";
  const std::string sizes = fmt::format("{}, {}, {}", format_files(report.files),
                                        format_bytes(report.bytes), shown(report.role));
  const std::size_t used = kIndent.size() + 2 + sizes.size();
  const std::size_t room = columns > used + 20 ? columns - used : 20;
  text.append(kIndent).append(cut_middle(shown(report.share.path), room));
  text += "  " + sizes + "\n";
  text += render_members(report.members, columns);
  if (report.conflicts > 0) {
    text += fmt::format(
        "  ! {}: both versions are there, the other one as “… (conflict …)”\n",
        report.conflicts == 1 ? "1 conflict" : format_count(report.conflicts) + " conflicts");
  }
  return text + render_issues(report.issues);
}

std::string render_invitation(const InvitationReport& invitation) {
  return "On the next device:  " + shown(invitation.command) + "\n" + "Good once, until " +
         shown(local_time(invitation.expires)) + ".\n";
}

std::string names_of(const std::vector<MemberReport>& members) {
  std::string text;
  for (const MemberReport& member : members) {
    if (!text.empty()) text += ", ";
    text += shown(member.name);
  }
  return text;
}

}  // namespace

std::string render_status(const StatusReport& report, std::size_t columns) {
  std::string text;
  for (const ShareReport& share : report.shares) {
    if (!text.empty()) text += "\n";
    text += render_share(share, columns);
  }
  if (report.shares.empty()) text = "no shares yet: lansync join <folder>\n";
  std::string listen;
  for (const std::string& address : report.device.listen) {
    listen += (listen.empty() ? " on " : ", ") + shown(address);
  }
  text += "\n" + shown(report.device.name) + " (this device): lansync " +
          shown(report.device.version) + listen + "\n";
  return text + render_issues(report.device.issues);
}

std::string render_peers(const PeersReport& report, std::size_t columns) {
  if (report.peers.empty()) return "no other devices yet: lansync invite <folder>\n";
  std::vector<std::vector<std::string>> rows = {
      {"DEVICE", "STATE", "ADDRESS", "TRAFFIC", "SHARES"}};
  for (const PeerReport& peer : report.peers) {
    std::string shares;
    for (const PeerShare& share : peer.shares) {
      if (!shares.empty()) shares += ", ";
      shares += shown(share.share.name);
    }
    const bool behind =
        std::ranges::any_of(peer.shares, [](const PeerShare& share) { return !share.in_sync; });
    const std::string state = !peer.online ? "offline" : behind ? "syncing" : "in sync";
    rows.push_back({shown(peer.name), state, peer.address.empty() ? "-" : shown(peer.address),
                    traffic(peer.rx_bytes, peer.tx_bytes), shares});
  }
  return render_table(rows, columns);
}

std::string render_join(const JoinReport& report) {
  const std::string share = quoted(report.share.name) + " (" + shown(report.share.path) + ")";
  std::string text;
  if (report.already_joined) {
    text = "Already in the share " + share + "\n";
  } else if (report.created) {
    text = "Created the share " + share + "\n";
  } else {
    text = "Joined the share " + share;
    if (!report.members.empty()) text += " with " + names_of(report.members);
    text += "\n";
  }
  if (report.invitation) {
    text +=
        "Code:  " + shown(report.invitation->code) + "\n" + render_invitation(*report.invitation);
  }
  return text;
}

std::string render_invite(const InviteReport& report) {
  return shown(report.invitation.code) + "  lets one device join " + quoted(report.share.name) +
         " as " + shown(report.role) + "\n" + render_invitation(report.invitation);
}

std::string render_await_member(const AwaitMemberReport& report) {
  if (!report.joined) return "Nobody joined before the invitation ended.\n";
  return shown(report.joined->name) + " joined as " + shown(report.joined->role) + "\n";
}

std::string render_leave(const LeaveReport& report) {
  return "Left the share " + quoted(report.share.name) + "; the files stay in " +
         shown(report.share.path) + "\n";
}

std::string render_connect(const ConnectReport& report) {
  if (report.connected) {
    return "Connected to " + shown(report.device_name) + " at " + shown(report.address) + "\n";
  }
  return shown(report.address) + " is remembered; it does not answer yet (to forget it: " +
         shown(forget_command(report.address)) + ")\n";
}

std::string render_forget(const ForgetReport& report) {
  return shown(report.address) + " is forgotten, and not dialled any more\n";
}

std::string render_flush(const FlushReport& report) {
  std::string text;
  for (const FlushedShare& share : report.shares) {
    text += shown(share.share.name) + ": ";
    if (share.in_sync) {
      text += share.online_members == 0
                  ? "up to date, but no other device is connected\n"
                  : fmt::format("in sync with {} connected {}\n", share.online_members,
                                share.online_members == 1 ? "device" : "devices");
    } else {
      const bool behind = share.need_files > 0 || share.need_bytes > 0;
      text += "not in sync, " +
              (behind ? to_go(share.need_files, share.need_bytes) : "waiting for other devices") +
              "\n";
    }
  }
  return text.empty() ? "no shares, nothing to wait for\n" : text;
}

namespace {

std::string comparison(const ComparedMember& member) {
  if (member.result == "equal") return "knows the same";
  if (member.result == "different") {
    const std::string count = format_count(member.paths.size());
    return "knows something else at " + count + (member.more ? " paths or more" : " paths");
  }
  if (member.result == "moving") return "was not in sync for long enough; try again";
  if (member.result == "unsupported") return "has a lansync that is too old to be asked";
  return "did not answer";
}

std::string render_comparison(const std::vector<ComparedMember>& members) {
  std::string text;
  for (const ComparedMember& member : members) {
    text += std::string(kIndent) + shown(member.name) + " " + comparison(member) + "\n";
    for (const std::string& path : member.paths) {
      text += std::string(kIndent) + "! " + shown(path) + ": differs from " + shown(member.name) +
              "'s; report this as a bug, and edit it on the device where it is right\n";
    }
  }
  return text;
}

}  // namespace

std::string render_verify(const VerifyReport& report) {
  std::string text;
  for (const VerifiedShare& share : report.shares) {
    text += shown(share.share.name) + ": ";
    if (share.findings.empty()) {
      text += "sound";
    } else {
      text += share.findings.size() == 1
                  ? "1 thing is not as it should be"
                  : format_count(share.findings.size()) + " things are not as they should be";
    }
    text += ", " + format_files(share.files) + " (" + format_bytes(share.bytes) + ") read\n";
    if (share.unsettled > 0) {
      text += fmt::format("  {} changed all the time and could not be compared\n",
                          format_files(share.unsettled));
    }
    text += render_issues(share.findings, "lansync verify --json");
    text += render_comparison(share.members);
  }
  return text.empty() ? "no shares, nothing to verify\n" : text;
}

std::string render_resume(const ResumeReport& report) {
  if (report.released == 0) return shown(report.share.name) + ": nothing was held\n";
  return shown(report.share.name) + ": goes on, with " + format_count(report.released) +
         (report.released == 1 ? " deletion" : " deletions") + " that had been held\n";
}

}  // namespace lansync::cli
