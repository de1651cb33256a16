#include "cli/arguments.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace lansync::cli;
using namespace std::chrono_literals;

namespace {

std::variant<Invocation, EarlyExit> parse(const std::vector<std::string>& words) {
  std::vector<const char*> argv = {"lansync"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  return parse_arguments(static_cast<int>(argv.size()), argv.data());
}

template <class Arguments>
Arguments parsed(const std::vector<std::string>& words) {
  auto result = parse(words);
  REQUIRE(std::holds_alternative<Invocation>(result));
  auto& command = std::get<Invocation>(result).command;
  REQUIRE(std::holds_alternative<Arguments>(command));
  return std::get<Arguments>(command);
}

}  // namespace

TEST_CASE("Command lines that cannot mean anything are usage errors with a hint") {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {""},
      {"jion", "folder"},
      {"join"},
      {"join", "a", "b"},
      {"join", "a", "--unknown"},
      {"join", "a", "--code"},
      {"join", "a", "--code", "X", "--new"},
      {"join", "a", "--code", "X", "--code-file", "f"},
      {"join", "a", "--code-file", "f", "--new"},
      {"join", "a", "--role", "owner"},
      {"join", "a", "--role", "Editor"},
      {"join", "a", "--ttl", "10m"},
      {"invite"},
      {"invite", "a", "--ttl",
       "10"
       "x"},
      {"invite", "a", "--ttl", "-1m"},
      {"invite", "a", "--ttl", "0"},
      {"invite", "a", "--ttl", "9s"},
      {"invite", "a", "--ttl", "25h"},
      {"invite", "a", "--ttl", "99999999999999999999s"},
      {"invite", "a", "--ttl", ""},
      {"invite", "a", "--role", "keeper"},
      {"leave"},
      {"leave", "a", "--force"},
      {"status", "a", "b"},
      {"peers", "a"},
      {"connect"},
      {"connect", ""},
      {"connect", "host:0"},
      {"connect", "host:65536"},
      {"connect", "host:port"},
      {"connect", "a b"},
      {"connect", "fe80::1:"},
      {"connect", "[fe80::1"},
      {"connect", "host", "22727"},
      {"connect", "--forget"},
      {"connect", "--forget", ""},
      {"connect", "--forget", "host:0"},
      {"connect", "--forget", "a b"},
      {"connect", "--forget", "a", "b"},
      {"connect", "host", "--forget=maybe"},
      {"flush", "--timeout", "soon"},
      {"flush", "--timeout", "-5"},
      {"flush", "--timeout", "2000d"},
      {"resume"},
      {"daemon", "--listen", "nowhere:99999"},
      {"daemon", "--listen", "1.2.3.4:"},
      {"daemon", "--json"},
      {"daemon", "x"},
      {"stop", "now"},
      {"version", "1"},
      {"join", "a", "stop", "b"},
      {"--home"},
  };
  for (const auto& line : lines) {
    std::string text;
    for (const std::string& word : line) text += " " + word;
    DYNAMIC_SECTION("lansync" << text) {
      const auto result = parse(line);
      REQUIRE(std::holds_alternative<EarlyExit>(result));
      const auto& exit = std::get<EarlyExit>(result);
      CHECK(exit.exit == ExitCode::usage);
      CHECK(exit.out.empty());
      CHECK(exit.err.starts_with("lansync: "));
      CHECK(exit.err.find("--help\n") == exit.err.size() - 7);
      CHECK(exit.err.find('\n') == exit.err.size() - 1);
    }
  }
}

TEST_CASE("A command that does not exist is named") {
  const auto error = [](const std::vector<std::string>& words) {
    return std::get<EarlyExit>(parse(words)).err;
  };
  CHECK(error({"jion", "x"}) == "lansync: there is no command 'jion'; see: lansync --help\n");
  CHECK(error({"--home", "/x", "jion"}) ==
        "lansync: there is no command 'jion'; see: lansync --help\n");
  CHECK(error({}).find("there is no command") == std::string::npos);
  CHECK(error({"--home"}).find("there is no command") == std::string::npos);
  CHECK(error({"join"}).find("there is no command") == std::string::npos);
}

TEST_CASE("Every command's help has an example") {
  for (const char* command : {"join", "invite", "leave", "status", "peers", "connect", "flush",
                              "resume", "verify", "daemon", "stop", "version"}) {
    DYNAMIC_SECTION(command) {
      const auto result = parse({command, "--help"});
      REQUIRE(std::holds_alternative<EarlyExit>(result));
      const auto& exit = std::get<EarlyExit>(result);
      CHECK(exit.exit == ExitCode::ok);
      CHECK(exit.out.find(std::string("  lansync ") + command) != std::string::npos);
      CHECK(exit.err.empty());
    }
  }
}

TEST_CASE("The program's help names the commands and the exit codes") {
  const auto result = parse({"--help"});
  REQUIRE(std::holds_alternative<EarlyExit>(result));
  const std::string& help = std::get<EarlyExit>(result).out;
  CHECK(help.find("join") != std::string::npos);
  CHECK(help.find("130 interrupted") != std::string::npos);
}

TEST_CASE("A usage error shows what was typed without its control characters") {
  const auto result = parse({"peers", "\x1b[31mred"});
  CHECK(std::get<EarlyExit>(result).err.find('\x1b') == std::string::npos);
}

TEST_CASE("The options of join are taken over") {
  const auto join = parsed<JoinArguments>(
      {"join", "~/x", "--name", "Photos", "--new", "--role", "reader", "--yes"});
  CHECK(join.folder == "~/x");
  CHECK(join.name == "Photos");
  CHECK(join.create);
  CHECK(join.role == "reader");
  CHECK(join.yes);
  CHECK(parsed<JoinArguments>({"join", "x", "--code=K3QX-9MPD"}).code == "K3QX-9MPD");
  CHECK(parsed<JoinArguments>({"join", "--code-file", "-", "x"}).code_file == "-");
}

TEST_CASE("A folder may look like an option after two dashes") {
  CHECK(parsed<JoinArguments>({"join", "--", "--new"}).folder == "--new");
}

TEST_CASE("Durations and addresses have their defaults") {
  CHECK(parsed<InviteArguments>({"invite", "x"}).ttl == 10min);
  CHECK(parsed<InviteArguments>({"invite", "x", "--ttl", "1h30m"}).ttl == 90min);
  CHECK(parsed<FlushArguments>({"flush"}).timeout == 60s);
  CHECK(parsed<FlushArguments>({"flush", "--timeout", "0"}).timeout == 0s);
  CHECK(parsed<ConnectArguments>({"connect", "nas"}).address == HostPort{"nas", kDefaultPort});
  CHECK(parsed<ConnectArguments>({"connect", "--forget", "nas"}).address ==
        HostPort{"nas", kDefaultPort});
  CHECK(parsed<DaemonArguments>({"daemon"}).listen == std::nullopt);
  CHECK(parsed<DaemonArguments>({"daemon", "--listen", "127.0.0.1:0"}).listen ==
        HostPort{"127.0.0.1", 0});
}

TEST_CASE("An address is remembered unless it is to be forgotten") {
  CHECK_FALSE(parsed<ConnectArguments>({"connect", "nas:5"}).forget);
  for (const auto& line : std::vector<std::vector<std::string>>{
           {"connect", "--forget", "[fe80::1]:5"}, {"connect", "[fe80::1]:5", "--forget"}}) {
    const auto connect = parsed<ConnectArguments>(line);
    CHECK(connect.forget);
    CHECK(connect.address == HostPort{"fe80::1", 5});
  }
}

TEST_CASE("The options --home and --json are known before and after the command's arguments") {
  const auto result = parse({"status", "--watch", "--json", "--home", "/x"});
  const auto& invocation = std::get<Invocation>(result);
  CHECK(invocation.home == "/x");
  CHECK(invocation.json);
  CHECK(std::get<Invocation>(parse({"--home", "/y", "peers"})).home == "/y");
}

TEST_CASE("The code is overwritten in the arguments and nothing else is") {
  std::vector<std::string> words = {"lansync",   "join",        "x",           "--code",
                                    "K3QX-9MPD", "--code=ABCD", "--code-file", "f",
                                    "--",        "--code",      "kept"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  hide_code(static_cast<int>(argv.size()), argv.data());
  CHECK(words == std::vector<std::string>{"lansync", "join", "x", "--code", "*********",
                                          "--code=****", "--code-file", "f", "--", "--code",
                                          "kept"});
}
