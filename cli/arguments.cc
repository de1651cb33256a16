#include "cli/arguments.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli/text/units.h"
#include "cli/version.h"
#include "core/base/escape.h"

namespace lansync::cli {
namespace {

// Longer than a code should lie about; shorter than anybody types.
constexpr std::chrono::hours kInvitationTtlMax{24};
constexpr std::chrono::seconds kInvitationTtlMin{10};

constexpr const char* kFooter = R"(A first session:
  laptop$  lansync join ~/Photos          creates the share, prints a code
  desktop$ lansync join ~/Photos          asks for that code; the folders are now one
  desktop$ lansync status

Exit codes: 0 ok, 1 failed, 2 usage, 3 partly done, 4 conflicts, 5 timeout or not in sync,
6 not found, 7 refused, 8 integrity, 9 no space, 10 no daemon, 11 locked, 12 held, 130 interrupted.)";

// The parser's own words about a value that cannot be.
[[noreturn]] void refuse_value(const std::string& option, const std::string& what) {
  throw CLI::ValidationError(option, what);
}

std::chrono::seconds duration_of(const std::string& option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) refuse_value(option, "'" + text + "' is no duration such as 90s, 10m or 1h30m");
  return *duration;
}

HostPort address_of(const std::string& option, const std::string& text, bool any_port) {
  const auto address = parse_host_port(text);
  if (!address || (address->port == 0 && !any_port)) {
    refuse_value(option,
                 "'" + text + "' is no address such as 192.168.1.5:22727 or [fe80::1]:22727");
  }
  return *address;
}

// One parser for one command line: CLI11 writes into the members, the command's callback makes the
// Invocation out of them.
class Parser {
 public:
  Parser() : app_("One folder, the same on all your devices in the local network.", "lansync") {
    app_.footer(kFooter);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", std::string("lansync ") + kVersion);
    app_.add_option("--home", invocation_.home,
                    "Keep lansync's own files beneath DIR (LANSYNC_HOME)")
        ->type_name("DIR");
    add_join();
    add_invite();
    add_leave();
    add_status();
    add_peers();
    add_connect();
    add_flush();
    add_resume();
    add_verify();
    add_daemon();
    add_stop();
    add_version();
  }

  std::variant<Invocation, EarlyExit> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      return std::move(invocation_);
    } catch (const CLI::Success& help) {
      std::ostringstream out;
      std::ostringstream err;
      app_.exit(help, out, err);
      return EarlyExit{ExitCode::ok, out.str(), {}};
    } catch (const CLI::ParseError& error) {
      const std::string unknown = first_word(argc, argv);
      if (app_.get_subcommands().empty() && !unknown.empty()) {
        return usage_error("there is no command '" + unknown + "'");
      }
      return usage_error(error.what());
    }
  }

 private:
  // What stands where the command belongs, if it is not an option or an option's value.
  static std::string first_word(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (!word.starts_with('-')) return word;
      if (word == "--home") ++i;
    }
    return {};
  }

  EarlyExit usage_error(std::string what) {
    // CLI11 puts a line feed after some of its messages and into others.
    std::ranges::replace(what, '\n', ' ');
    while (what.ends_with(' ')) what.pop_back();
    std::string help = "lansync --help";
    for (const CLI::App* chosen : app_.get_subcommands()) {
      help = "lansync " + chosen->get_name() + " --help";
    }
    return {ExitCode::usage, {}, "lansync: " + escape_for_display(what) + "; see: " + help + "\n"};
  }

  CLI::App* add(const std::string& name, const std::string& what, const std::string& example) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->footer("Example:\n" + example);
    return command;
  }
  void add_json(CLI::App* command) {
    command->add_flag("--json", invocation_.json, "Answer in JSON (docs/cli.md)");
  }

  void add_join() {
    CLI::App* command = add(
        "join",
        "Make a folder the same on all devices that join it; creates the share if there is none",
        "  lansync join ~/Photos\n  lansync join ~/Photos --code-file code.txt --json");
    auto& join = join_;
    command->add_option("folder", join.folder, "The folder; created if it does not exist")
        ->required();
    command->add_option("--name", join.name, "Name of a new share (default: the folder's)");
    auto* code =
        command->add_option("--code", join.code, "The invitation's code, such as K3QX-9MPK");
    auto* file = command
                     ->add_option("--code-file", join.code_file,
                                  "Read the code from FILE, or from standard input with -")
                     ->type_name("FILE");
    auto* create =
        command->add_flag("--new", join.create, "Create a share, look for no invitation");
    code->excludes(file);
    create->excludes(code)->excludes(file);
    command->add_option("--role", join.role, "What those may do whom a new share invites")
        ->check(CLI::IsMember({"editor", "reader"}));
    command->add_flag("--yes,-y", join.yes, "Answer questions of consent with yes");
    add_json(command);
    command->callback([this] { invocation_.command = join_; });
  }

  void add_invite() {
    CLI::App* command = add("invite", "Let one more device join: prints a one-time code",
                            "  lansync invite ~/Photos --role reader --ttl 30m");
    command->add_option("folder", invite_.folder, "A folder that is in a share")->required();
    command->add_option("--role", invite_.role, "What the device may do (default: editor)")
        ->check(CLI::IsMember({"editor", "reader"}));
    command->add_option("--ttl", ttl_, "How long the code lives, 10s to 24h")
        ->type_name("TIME")
        ->capture_default_str();
    add_json(command);
    command->callback([this] {
      invite_.ttl = duration_of("--ttl", ttl_);
      if (invite_.ttl < kInvitationTtlMin || invite_.ttl > kInvitationTtlMax) {
        refuse_value("--ttl", "must be between 10s and 24h");
      }
      invocation_.command = invite_;
    });
  }

  void add_leave() {
    CLI::App* command = add("leave", "Stop syncing a folder; its files stay where they are",
                            "  lansync leave ~/Photos");
    command->add_option("folder", leave_.folder, "A folder that is in a share")->required();
    add_json(command);
    command->callback([this] { invocation_.command = leave_; });
  }

  void add_status() {
    CLI::App* command =
        add("status", "How the shares and their members are", "  lansync status ~/Photos --watch");
    command->add_option("folder", status_.folder, "Only the share of this folder");
    command->add_flag("--watch", status_.watch, "Again every second, until Ctrl-C");
    add_json(command);
    command->callback([this] { invocation_.command = status_; });
  }

  void add_peers() {
    CLI::App* command =
        add("peers", "The other devices, and what is shared with them", "  lansync peers --json");
    add_json(command);
    command->callback([this] { invocation_.command = PeersArguments(); });
  }

  void add_connect() {
    CLI::App* command =
        add("connect", "Remember the address of a device that is not found by itself",
            "  lansync connect nas.example.org:22727\n"
            "  lansync connect --forget nas.example.org:22727");
    command->add_option("address", address_, "HOST[:PORT]")->required()->type_name("HOST[:PORT]");
    command->add_flag("--forget", forget_, "Forget this address, and dial it no more");
    add_json(command);
    command->callback([this] {
      invocation_.command = ConnectArguments{address_of("address", address_, false), forget_};
    });
  }

  void add_flush() {
    CLI::App* command =
        add("flush", "Wait until this device and every connected member hold the same state",
            "  lansync flush ~/Photos --timeout 5m && echo identical");
    command->add_option("folder", flush_.folder, "Only the share of this folder");
    command->add_option("--timeout", timeout_, "Give up after this long (exit code 5)")
        ->type_name("TIME")
        ->capture_default_str();
    add_json(command);
    command->callback([this] {
      flush_.timeout = duration_of("--timeout", timeout_);
      invocation_.command = flush_;
    });
  }

  void add_resume() {
    CLI::App* command =
        add("resume", "Go on with a share that a safety brake holds", "  lansync resume ~/Photos");
    command->add_option("folder", resume_.folder, "A folder that is in a share")->required();
    add_json(command);
    command->callback([this] { invocation_.command = resume_; });
  }

  void add_verify() {
    CLI::App* command = add("verify", "Read every file again and compare it with the index",
                            "  lansync verify ~/Photos && echo sound\n"
                            "  lansync verify ~/Photos --peers");
    command->add_option("folder", verify_.folder, "Only the share of this folder");
    command->add_flag("--peers", verify_.peers,
                      "Compare with every connected member too, whether both know the same");
    add_json(command);
    command->callback([this] { invocation_.command = verify_; });
  }

  void add_daemon() {
    CLI::App* command = add("daemon", "Run the node in the foreground",
                            "  lansync daemon --listen 192.168.1.5:22727");
    command->add_option("--listen", listen_, "Listen here only")->type_name("ADDR:PORT");
    command->callback([this] {
      DaemonArguments daemon;
      if (!listen_.empty()) daemon.listen = address_of("--listen", listen_, true);
      invocation_.command = daemon;
    });
  }

  void add_stop() {
    CLI::App* command = add("stop", "End the daemon, and wait until it is gone", "  lansync stop");
    add_json(command);
    command->callback([this] { invocation_.command = StopArguments(); });
  }

  void add_version() {
    CLI::App* command = add("version", "Which lansync this is", "  lansync version --json");
    add_json(command);
    command->callback([this] { invocation_.command = VersionArguments(); });
  }

  CLI::App app_;
  Invocation invocation_;
  JoinArguments join_;
  InviteArguments invite_;
  LeaveArguments leave_;
  StatusArguments status_;
  FlushArguments flush_;
  ResumeArguments resume_;
  VerifyArguments verify_;
  std::string ttl_ = "10m";
  std::string timeout_ = "60s";
  std::string address_;
  bool forget_ = false;
  std::string listen_;
};

}  // namespace

std::variant<Invocation, EarlyExit> parse_arguments(int argc, const char* const* argv) {
  return Parser().parse(argc, argv);
}

void hide_code(int argc, char** argv) {
  constexpr std::string_view kOption = "--code";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") return;
    if (argument == kOption && i + 1 < argc) {
      std::memset(argv[i + 1], '*', std::strlen(argv[i + 1]));
    } else if (argument.starts_with("--code=")) {
      std::memset(argv[i] + kOption.size() + 1, '*', argument.size() - kOption.size() - 1);
    }
  }
}

}  // namespace lansync::cli
