#include "cli/daemon/login_start.h"

#include <catch2/catch.hpp>

using namespace lansync::cli;

TEST_CASE("Text is quoted for a shell") {
  CHECK(shell_quoted("/usr/bin/lansync") == "/usr/bin/lansync");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("$(rm)") == "'$(rm)'");
  CHECK(shell_quoted("-") == "-");
}

TEST_CASE("The way to start at login is one that this machine has") {
  LoginFacts facts{.program = "/usr/bin/lansync", .home = "", .systemd = true, .crontab = true};
  CHECK(login_start_hint(facts).find("systemctl --user enable lansync") != std::string::npos);
  CHECK(login_start_hint(facts).find("\"/usr/bin/lansync\" daemon") != std::string::npos);
  facts.systemd = false;
  CHECK(login_start_hint(facts).find("@reboot /usr/bin/lansync daemon") != std::string::npos);
  facts.crontab = false;
  facts.home = "/srv/my home";
  CHECK(login_start_hint(facts).find(".profile") != std::string::npos);
  CHECK(login_start_hint(facts).find("--home") != std::string::npos);
}

TEST_CASE("A percent sign does not end a crontab line early") {
  const LoginFacts facts{.program = "/a%b", .home = "", .systemd = false, .crontab = true};
  CHECK(login_start_hint(facts).find("crontab") == std::string::npos);
}
