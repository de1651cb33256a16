#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/stat.h>

#include "cli/control/daemon_lock.h"
#include "cli/json.h"
#include "tests/cli/child_program.h"
#include "tests/support/temporary_folder.h"

using namespace lansync::cli;
using namespace lansync::cli::test;
namespace fs = std::filesystem;

namespace {

// A home directory of its own, whose daemon is gone when the test is.
class Home {
 public:
  Home() { fs::create_directories(path()); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  ~Home() {
    if (daemon_pid() != 0) CHECK(run({"stop"}).exit == 0);
    CHECK(log().find("Sanitizer") == std::string::npos);
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& arguments,
                             const std::string& input = {}) const {
    return run_program(path(), arguments, input);
  }
  [[nodiscard]] fs::path path() const { return fs::canonical(folder_.path()) / "home"; }
  [[nodiscard]] fs::path state() const { return path() / "lansync/state"; }
  [[nodiscard]] std::string folder(const std::string& name) const { return path() / name; }
  [[nodiscard]] pid_t daemon_pid() const { return DaemonLock::holder(state() / "daemon.lock"); }
  [[nodiscard]] std::string log() const {
    std::ostringstream text;
    text << std::ifstream(state() / "daemon.log").rdbuf();
    return text.str();
  }

 private:
  lansync::test::TemporaryFolder folder_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("version needs no daemon and starts none") {
  const Home home;
  const auto text = home.run({"version"});
  CHECK(text.exit == 0);
  CHECK(text.out.starts_with("lansync 0."));
  CHECK(text.err.empty());
  CHECK(parse_json(home.run({"version", "--json"}).out).at("type") == "version");
  CHECK(home.daemon_pid() == 0);
}

TEST_CASE("Without a daemon there is a hint and exit code 10") {
  const Home home;
  for (const char* command : {"status", "peers", "flush", "stop"}) {
    const auto result = home.run({command});
    INFO(command);
    CHECK(result.exit == 10);
    CHECK(result.out.empty());
    CHECK(has(result.err, "lansync: no lansync daemon is running; start it with"));
  }
  CHECK(home.run({"leave", home.folder("x")}).exit == 10);
  const auto json = home.run({"status", "--json"});
  CHECK(json.exit == 10);
  CHECK(parse_json(json.out).at("exit") == 10);
}

TEST_CASE("join starts the daemon, creates the folder and says so; stop ends it") {
  const Home home;
  const auto joined = home.run({"join", home.folder("Photos"), "--new"});
  CHECK(joined.exit == 0);
  CHECK(joined.out.starts_with("Created the share 'Photos' (" + home.folder("Photos") + ")\n"));
  CHECK(has(joined.out, "K3QX-9MPD"));
  CHECK(has(joined.err, "Creating the folder " + home.folder("Photos")));
  CHECK(has(joined.err, "The daemon now runs in the background"));
  CHECK(fs::is_directory(home.folder("Photos")));

  const pid_t pid = home.daemon_pid();
  REQUIRE(pid != 0);
  // Its own session: closing the terminal does not end it.
  CHECK(getsid(pid) == pid);
  CHECK(home.run({"join", home.folder("Music"), "--new"}).exit == 0);
  CHECK(home.daemon_pid() == pid);

  const auto stopped = home.run({"stop", "--json"});
  CHECK(stopped.exit == 0);
  CHECK(parse_json(stopped.out).at("pid") == pid);
  CHECK(home.daemon_pid() == 0);
  CHECK_FALSE(fs::exists(home.path() / "lansync/run/control.sock"));
  CHECK(home.run({"stop"}).exit == 10);
}

TEST_CASE("What the daemon keeps is for its user only") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  for (const char* path : {"config", "data", "state", "run"}) {
    struct stat status = {};
    REQUIRE(stat((home.path() / "lansync" / path).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
  }
  // Not dumpable: the kernel then gives its /proc files to root.
  std::ifstream limits("/proc/" + std::to_string(home.daemon_pid()) + "/limits");
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max core file size")) {
  }
  std::istringstream words(line.substr(sizeof("Max core file size") - 1));
  std::string soft;
  std::string hard;
  words >> soft >> hard;
  CHECK(soft == "0");
  CHECK(hard == "0");
}

TEST_CASE("A daemon that was killed leaves nothing in the way of the next") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  const pid_t first = home.daemon_pid();
  REQUIRE(kill(first, SIGKILL) == 0);
  while (home.daemon_pid() != 0) {
  }
  CHECK(fs::exists(home.path() / "lansync/run/control.sock"));
  CHECK(home.run({"status"}).exit == 10);
  CHECK(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  CHECK(home.daemon_pid() != first);
}

TEST_CASE("A second daemon is refused and names the first") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  const auto second = home.run({"daemon"});
  CHECK(second.exit == 11);
  CHECK(has(second.err, "pid " + std::to_string(home.daemon_pid())));
  CHECK(home.run({"status"}).exit == 0);
}

TEST_CASE("A daemon that cannot start says why, through the join that started it") {
  const Home home;
  fs::create_directories(home.path() / "lansync/config");
  std::ofstream(home.path() / "lansync/config/config.toml") << "\nnmae = 'x'\n";
  const auto joined = home.run({"join", home.folder("x"), "--new"});
  CHECK(joined.exit == 2);
  CHECK(has(joined.err, "the daemon did not start"));
  CHECK(has(joined.err, "nmae"));
  CHECK(has(joined.err, "line 2"));
}

TEST_CASE("A signal ends the daemon in order") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  REQUIRE(kill(home.daemon_pid(), SIGTERM) == 0);
  while (home.daemon_pid() != 0) {
  }
  CHECK(has(home.log(), "stopping: signal 15"));
  CHECK(has(home.log(), "info stopped"));
}

TEST_CASE("Folders that cannot be shared are refused before anything is started") {
  const Home home;
  std::ofstream(home.folder("file")) << "x";
  for (const std::string& folder :
       {std::string("/"), home.path().string(), home.path().parent_path().string(),
        home.folder("file"), home.folder("file") + "/x", home.folder("lansync"),
        home.folder("lansync") + "/state/x", std::string("/proc")}) {
    INFO(folder);
    const auto result = home.run({"join", folder, "--new"});
    CHECK(result.exit == 7);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("lansync: "));
    CHECK(has(result.err, "; "));
  }
  CHECK(home.daemon_pid() == 0);
}

TEST_CASE("A code comes from a file, from standard input, or from the arguments") {
  const Home home;
  const std::string file = home.folder("code");
  std::ofstream(file) << "\n  K3QX-9MPK\n";
  const auto code_used = [](const Finished& joined) {
    return parse_json(joined.out).at("share").at("id").get<std::string>();
  };
  const std::string folder = home.folder("x");
  CHECK(code_used(home.run({"join", folder, "--json", "--code", "AAAA-111A"})) == "AAAA-111A");
  CHECK(code_used(home.run({"join", folder, "--json", "--code-file", file})) == "K3QX-9MPK");
  CHECK(code_used(home.run({"join", folder, "--json", "--code-file", "-"}, "BBBB-1111\n")) ==
        "BBBB-1111");
  CHECK(code_used(home.run({"join", folder, "--json"}, "CCCC-111N\nmore\n")) == "CCCC-111N");
  CHECK(code_used(home.run({"join", folder, "--json"})) == "aa11");

  CHECK(home.run({"join", folder, "--code-file", home.folder("none")}).exit == 6);
  CHECK(home.run({"join", folder, "--code-file", "/dev/null"}).exit == 2);
  CHECK(home.run({"join", folder}, std::string(5000, 'x')).exit == 2);
}

TEST_CASE("A mistyped code makes no folder and starts nothing") {
  const Home home;
  for (const char* code : {"K3QX-9MPD", "K3QX-9MP", "K3QX-9MPK-1", "code"}) {
    const auto result = home.run({"join", home.folder("x"), "--code", code});
    CHECK(result.exit == 7);
    CHECK(has(result.err, "typing error"));
  }
  CHECK(home.run({"join", home.folder("x"), "--code-file", home.folder("none")}).exit == 6);
  CHECK_FALSE(fs::exists(home.folder("x")));
  CHECK(home.daemon_pid() == 0);
}

TEST_CASE("Without a terminal a question is refused") {
  const Home home;
  const auto joined = home.run({"join", home.folder("asks")});
  CHECK(joined.exit == 7);
  CHECK(has(joined.err, "nobody to ask"));
}

TEST_CASE("What the daemon says is made safe, and its failures keep their exit code") {
  const Home home;
  const auto talked = home.run({"join", home.folder("talks")});
  CHECK(talked.exit == 0);
  CHECK(has(talked.err, "looking around \\u{1B}[31m\n"));
  const auto failed = home.run({"join", home.folder("fails"), "--json"});
  CHECK(failed.exit == 12);
  CHECK(parse_json(failed.out).at("message") == "too much would be deleted");
  CHECK(failed.err.find('\x1b') == std::string::npos);
  CHECK(has(failed.err, "; lansync resume /p\n"));
}

TEST_CASE("The commands' answers are text, or JSON if it is asked for") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  CHECK(home.run({"status"}).out.starts_with("Photos: syncing"));
  CHECK(parse_json(home.run({"status", "--json"}).out).at("shares").size() == 2);
  CHECK(home.run({"peers"}).out.starts_with("DEVICE"));
  CHECK(home.run({"resume", home.folder("x")}).out.starts_with("Photos: goes on"));
  CHECK(home.run({"flush"}).out == "Photos: in sync with 1 connected device\n");
  CHECK(home.run({"verify"}).out == "Photos: sound, 2 files (30 B) read\n");
  const auto rotten = home.run({"verify", home.folder("rotten"), "--json"});
  CHECK(rotten.exit == 8);
  CHECK(parse_json(rotten.out).at("shares").at(0).at("findings").at(0).at("path") == "a");
  CHECK(home.run({"connect", "nas"}).out.starts_with("nas:22727 is remembered"));
  CHECK(home.run({"connect", "--forget", "nas"}).out.starts_with("nas:22727 is forgotten"));
  CHECK(parse_json(home.run({"connect", "--forget", "nas", "--json"}).out).at("type") == "forget");
  CHECK(home.run({"leave", home.folder("x")}).exit == 6);
}

TEST_CASE("On a terminal the code is asked for, and the first synchronisation followed") {
  const Home home;
  TerminalProgram program(home.path(), {"join", home.folder("asks")});
  REQUIRE(program.wait_for("The code that the other device shows: "));
  program.type("K3QX-9MPD\n");
  REQUIRE(program.wait_for("Joined the share 'asks'"));
  // The fake asks again when it is told to flush this folder.
  program.type("K3QX-9MPD\n");
  CHECK(program.finish() == 0);
  CHECK(has(program.shown(), "Photos: in sync with 1 connected device"));
}

TEST_CASE("A wrong code ends with the reason") {
  const Home home;
  TerminalProgram program(home.path(), {"join", home.folder("asks")});
  REQUIRE(program.wait_for("The code that the other device shows: "));
  program.type("AAAA-AAAA\n");
  CHECK(program.finish() == 7);
  CHECK(has(program.shown(), "lansync: the code is wrong: AAAA-AAAA; look at the other device"));
}

TEST_CASE("Ctrl-C on the terminal detaches and leaves the daemon at work") {
  const Home home;
  TerminalProgram program(home.path(), {"join", home.folder("waits")});
  REQUIRE(program.wait_for("Creating the folder"));
  program.type("\x03");
  CHECK(program.finish() == 130);
  // Interrupted while the daemon was being started, or while it worked.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (home.daemon_pid() == 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  CHECK(home.daemon_pid() != 0);
}

TEST_CASE("Ctrl-C while an address is dialled says that it stays remembered") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  TerminalProgram program(home.path(), {"connect", "waits"});
  REQUIRE(program.wait_for("dialling"));
  program.type("\x03");
  CHECK(program.finish() == 130);
  CHECK(has(program.shown(), "waits:22727 stays remembered"));
  CHECK(has(program.shown(), "lansync connect --forget waits:22727"));
}

TEST_CASE("An invitation is drawn on a terminal") {
  const Home home;
  TerminalProgram program(home.path(), {"join", home.folder("x"), "--new"});
  REQUIRE(program.wait_for("\x1b[30;107m"));
  REQUIRE(program.wait_for("Waiting for the next device"));
  // The fake knows nobody to wait for.
  CHECK(program.finish() == 6);
}

TEST_CASE("status --watch goes on until it is interrupted") {
  const Home home;
  REQUIRE(home.run({"join", home.folder("x"), "--new"}).exit == 0);
  TerminalProgram program(home.path(), {"status", "--watch"});
  REQUIRE(program.wait_for("\x1b[H\x1b[JPhotos"));
  program.type("\x03");
  CHECK(program.finish() == 130);
}
