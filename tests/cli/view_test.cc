#include "cli/view.h"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>
#include <utf8proc.h>

#include "cli/failure.h"
#include "cli/rfc3339.h"
#include "cli/text/width.h"
#include "tests/cli/sample_reports.h"
#include "tests/support/bad_names.h"

using namespace lansync::cli;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);  // Whole lines only.
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Nothing that steers a terminal: no control, format, separator, private or unassigned code point,
// and valid UTF-8. The line feeds are ours.
bool steers_nothing(const std::string& text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, left, &point);
    if (used <= 0) return false;
    switch (utf8proc_category(point)) {
      case UTF8PROC_CATEGORY_CC:
        if (point != '\n') return false;
        break;
      case UTF8PROC_CATEGORY_CF:
      case UTF8PROC_CATEGORY_CS:
      case UTF8PROC_CATEGORY_CO:
      case UTF8PROC_CATEGORY_CN:
      case UTF8PROC_CATEGORY_ZL:
      case UTF8PROC_CATEGORY_ZP: return false;
      default: break;
    }
    bytes += used;
    left -= used;
  }
  return true;
}

}  // namespace

TEST_CASE("Status reads well at 80 columns") {
  CHECK(render_status(lansync::cli::test::sample_status(), 80) ==
        "Photos: syncing, 120 files (1.2 GB) to go\n"
        "  /people/anna/Photos  12,345 files, 20 GB, editor\n"
        "  bob-desktop  editor  in sync  192.168.1.7:22727  1.2 GB in, 34 B out\n"
        "  carol-nas    reader  offline                     0 B in, 5.0 MB out\n"
        "  ! 1 conflict: both versions are there, the other one as “… (conflict …)”\n"
        "  ! 2026/report.docx: another program has it open; close it there\n"
        "\n"
        "Music: in sync\n"
        "  /srv/music  1 file, 999 B, reader\n"
        "\n"
        "anna-laptop (this device): lansync 0.1.0 on [::]:22727\n");
}

TEST_CASE("Status without shares says what to do") {
  StatusReport status;
  status.device = {"id", "anna-laptop", "0.1.0", {}, {{"", "no_network", "no network", "plug in"}}};
  CHECK(render_status(status, 80) ==
        "no shares yet: lansync join <folder>\n"
        "\n"
        "anna-laptop (this device): lansync 0.1.0\n"
        "  ! no network; plug in\n");
}

TEST_CASE("Each state of a share has its words") {
  StatusReport status = lansync::cli::test::sample_status();
  status.shares.resize(1);
  ShareReport& share = status.shares.front();
  const auto first_line = [&] { return lines_of(render_status(status, 80)).front(); };
  share.state = ShareState::scanning;
  CHECK(first_line() == "Photos: scanning");
  share.state = ShareState::paused;
  CHECK(first_line() == "Photos: paused");
  share.state = ShareState::held;
  CHECK(first_line() == "Photos: held by a safety brake");
  share.issues = {{"/p", "no_space", "the disk is full", "make room"}};
  CHECK(first_line() == "Photos: held by a full disk, 120 files (1.2 GB) to go");
  share.issues.push_back({"/p", "held", "files are gone", "resume"});
  CHECK(first_line() == "Photos: held by a safety brake");
  share.state = ShareState::error;
  CHECK(first_line() == "Photos: stopped by an error");
  share.state = ShareState::idle;
  CHECK(first_line() == "Photos: waiting, 120 files (1.2 GB) to go");
  share.need_files = share.need_bytes = 0;
  CHECK(first_line() == "Photos: waiting for other devices");
  share.in_sync = true;
  CHECK(first_line() == "Photos: in sync");
}

TEST_CASE("Of many issues the first are shown, and how many there are") {
  StatusReport status = lansync::cli::test::sample_status();
  status.shares.resize(1);
  std::vector<IssueReport>& issues = status.shares.front().issues;
  const auto count = [&](const std::string& words) {
    return std::ranges::count_if(lines_of(render_status(status, 80)), [&](const std::string& line) {
      return line.find(words) != line.npos;
    });
  };
  issues.assign(10, {"file", "code", "is wrong", ""});
  CHECK(count("is wrong") == 10);
  CHECK(count("more") == 0);
  issues.assign(1234, {"file", "code", "is wrong", ""});
  CHECK(count("is wrong") == 10);
  CHECK(count("! and 1,224 more: lansync status --json") == 1);
}

TEST_CASE("Peers are a table") {
  CHECK(render_peers(lansync::cli::test::sample_peers(), 80) ==
        "DEVICE       STATE    ADDRESS            TRAFFIC              SHARES\n"
        "bob-desktop  in sync  192.168.1.7:22727  1.2 GB in, 34 B out  Photos\n"
        "carol-nas    offline  -                  0 B in, 5.0 MB out   Photos, Music\n");
  CHECK(render_peers({}, 80) == "no other devices yet: lansync invite <folder>\n");
}

TEST_CASE("Long names do not make lines of a table wider than the terminal") {
  const std::string name(60, 'n');
  for (const std::string& line :
       lines_of(render_peers(lansync::cli::test::peers_named(name), 80))) {
    CHECK(display_width(line) <= 80);
  }
}

TEST_CASE("Join says what happened first") {
  JoinReport join = lansync::cli::test::sample_join();
  CHECK(render_join(join) ==
        "Created the share 'Photos' (/people/anna/Photos)\n"
        "Code:  K3QX-9MPD\n"
        "On the next device:  lansync join <folder>\n"
        "Good once, until " +
            local_time("2026-03-14T15:02:00Z") + ".\n");
  join.created = false;
  join.invitation.reset();
  CHECK(render_join(join) == "Joined the share 'Photos' (/people/anna/Photos) with bob-desktop\n");
  join.already_joined = true;
  CHECK(render_join(join) == "Already in the share 'Photos' (/people/anna/Photos)\n");
}

TEST_CASE("An invitation's first line has the code in front") {
  const InviteReport invite{{"aa11", "Photos", "/p"},
                            "reader",
                            {"K3QX-9MPD", "2026-03-14T15:02:00Z", "lansync join <folder>", ""}};
  CHECK(lines_of(render_invite(invite)).front() ==
        "K3QX-9MPD  lets one device join 'Photos' as reader");
}

TEST_CASE("An address that does not answer is said to be remembered, and how to forget it") {
  CHECK(render_connect({"nas:5", true, "abcd-efgh", "nas"}) == "Connected to nas at nas:5\n");
  CHECK(render_connect({"nas:5", false, "", ""}) ==
        "nas:5 is remembered; it does not answer yet (to forget it: lansync connect --forget "
        "nas:5)\n");
  CHECK(render_connect({"[fe80::1]:5", false, "", ""}).find("--forget '[fe80::1]:5')") !=
        std::string::npos);
  CHECK(render_forget({"nas:5"}) == "nas:5 is forgotten, and not dialled any more\n");
}

TEST_CASE("Flush says of each share whether it is in sync") {
  CHECK(render_flush({}) == "no shares, nothing to wait for\n");
  CHECK(render_flush({{{{"a", "A", "/a"}, true, "ff", 0, 0, 1},
                       {{"b", "B", "/b"}, true, "ff", 0, 0, 2},
                       {{"c", "C", "/c"}, true, "ff", 0, 0, 0},
                       {{"d", "D", "/d"}, false, "ff", 3, 4000, 1},
                       {{"e", "E", "/e"}, false, "ff", 0, 0, 1}}}) ==
        "A: in sync with 1 connected device\n"
        "B: in sync with 2 connected devices\n"
        "C: up to date, but no other device is connected\n"
        "D: not in sync, 3 files (4.0 kB) to go\n"
        "E: not in sync, waiting for other devices\n");
}

TEST_CASE("Verify says of each share whether it is sound, and what is not") {
  CHECK(render_verify({}) == "no shares, nothing to verify\n");
  CHECK(render_verify(
            {{{{"a", "A", "/a"}, 3, 4000, 0, {}, {}},
              {{"b", "B", "/b"}, 1, 5, 1, {{"p", "content", "is wrong", "mend it"}}, {}},
              {{"c", "C", "/c"}, 0, 0, 0, {{"", "index", "x", ""}, {"q", "k", "y", ""}}, {}}}}) ==
        "A: sound, 3 files (4.0 kB) read\n"
        "B: 1 thing is not as it should be, 1 file (5 B) read\n"
        "  1 file changed all the time and could not be compared\n"
        "  ! p: is wrong; mend it\n"
        "C: 2 things are not as they should be, 0 files (0 B) read\n"
        "  ! x\n"
        "  ! q: y\n");
  const VerifyReport many{{{{"a", "A", "/a"}, 0, 0, 0, std::vector<IssueReport>(11), {}}}};
  CHECK(render_verify(many).ends_with("! and 1 more: lansync verify --json\n"));
  CHECK(render_verify({{{{"a", "A", "/a"},
                         1,
                         5,
                         0,
                         {},
                         {{"i", "nas", "equal", {}, false},
                          {"i", "desk", "different", {"p", "q"}, true},
                          {"i", "old", "unsupported", {}, false},
                          {"i", "busy", "moving", {}, false},
                          {"i", "gone", "silent", {}, false}}}}}) ==
        "A: sound, 1 file (5 B) read\n"
        "  nas knows the same\n"
        "  desk knows something else at 2 paths or more\n"
        "  ! p: differs from desk's; report this as a bug, and edit it on the device where it is "
        "right\n"
        "  ! q: differs from desk's; report this as a bug, and edit it on the device where it is "
        "right\n"
        "  old has a lansync that is too old to be asked\n"
        "  busy was not in sync for long enough; try again\n"
        "  gone did not answer\n");
}

TEST_CASE("No name of the corpus steers a terminal, in whatever output it stands") {
  for (const auto& name : lansync::test::read_bad_names()) {
    INFO(name.id);
    const ShareName share{name.path, name.path, name.path};
    const InvitationReport invitation{name.path, name.path, name.path, ""};
    const MemberReport member{name.path, name.path, name.path, true, true, name.path, 0, 0};
    CHECK(steers_nothing(render_status(lansync::cli::test::status_named(name.path), 80)));
    CHECK(steers_nothing(render_status(lansync::cli::test::status_named(name.path), 20)));
    CHECK(steers_nothing(render_peers(lansync::cli::test::peers_named(name.path), 80)));
    CHECK(steers_nothing(render_join(lansync::cli::test::join_named(name.path))));
    CHECK(steers_nothing(render_invite({share, name.path, invitation})));
    CHECK(steers_nothing(render_await_member({member})));
    CHECK(steers_nothing(render_leave({share})));
    CHECK(steers_nothing(render_connect({name.path, true, name.path, name.path})));
    CHECK(steers_nothing(render_connect({name.path, false, "", ""})));
    CHECK(steers_nothing(render_forget({name.path})));
    CHECK(steers_nothing(render_flush({{{share, true, "", 0, 0, 1}}})));
    const IssueReport finding{name.path, name.path, name.path, name.path};
    CHECK(steers_nothing(
        render_verify({{{share,
                         1,
                         1,
                         1,
                         {finding},
                         {{name.path, name.path, "different", {name.path}, false}}}}})));
    CHECK(steers_nothing(render_resume({share, 1})));
    CHECK(steers_nothing(describe({ExitCode::failed, name.path, name.path, name.path})));
    // A name adds no line.
    CHECK(lines_of(render_leave({share})).size() == 1);
  }
}
