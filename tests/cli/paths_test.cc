#include "cli/paths.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

using namespace lansync::cli;
namespace fs = std::filesystem;

namespace {

Environment of_home(const fs::path& home) {
  Environment environment;
  environment.home = home.string();
  environment.uid = geteuid();
  return environment;
}

unsigned mode_of(const fs::path& path) {
  struct stat status = {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("Without variables everything is beneath the home directory") {
  const auto paths = choose_paths(of_home("/people/anna"), "/").value();
  CHECK(paths.config_file() == "/people/anna/.config/lansync/config.toml");
  CHECK(paths.device_key() == "/people/anna/.local/share/lansync/device.key");
  CHECK(paths.daemon_log() == "/people/anna/.local/state/lansync/daemon.log");
  CHECK(paths.socket() == "/people/anna/.local/state/lansync/run/control.sock");
  CHECK(paths.home.empty());
}

TEST_CASE("The XDG variables count if they are absolute") {
  Environment environment = of_home("/people/anna");
  environment.xdg_config_home = "/c";
  environment.xdg_data_home = "relative";
  environment.xdg_state_home = "/s";
  environment.xdg_runtime_dir = "/run/user/1000";
  const auto paths = choose_paths(environment, "/").value();
  CHECK(paths.config_dir == "/c/lansync");
  CHECK(paths.data_dir == "/people/anna/.local/share/lansync");
  CHECK(paths.state_dir == "/s/lansync");
  CHECK(paths.socket() == "/run/user/1000/lansync/control.sock");
}

TEST_CASE("LANSYNC_HOME puts everything beneath one directory") {
  Environment environment = of_home("/people/anna");
  environment.xdg_config_home = "/c";
  environment.lansync_home = "nodes/a";
  const auto paths = choose_paths(environment, "/some/dir").value();
  CHECK(paths.home == "/some/dir/nodes/a");
  CHECK(paths.config_file() == "/some/dir/nodes/a/config/config.toml");
  CHECK(paths.socket() == "/some/dir/nodes/a/run/control.sock");
}

TEST_CASE("No home, or one too deep for a socket, is a usage error") {
  CHECK(choose_paths(of_home(""), "/").error().exit == ExitCode::usage);
  CHECK(choose_paths(of_home("relative"), "/").error().exit == ExitCode::usage);
  Environment deep = of_home("/people/anna");
  deep.lansync_home = "/" + std::string(120, 'd');
  CHECK(choose_paths(deep, "/").error().exit == ExitCode::usage);
}

TEST_CASE("The directories are made private and stay so") {
  const lansync::test::TemporaryFolder folder;
  Environment environment = of_home("/nowhere");
  environment.lansync_home = (folder.path() / "a/b").string();
  const auto paths = choose_paths(environment, "/").value();
  REQUIRE(prepare_directories(paths, geteuid()).has_value());
  for (const fs::path& dir :
       {paths.config_dir, paths.data_dir, paths.state_dir, paths.runtime_dir}) {
    CHECK(mode_of(dir) == 0700);
  }
  fs::permissions(paths.data_dir, fs::perms(0755));
  REQUIRE(prepare_directories(paths, geteuid()).has_value());
  CHECK(mode_of(paths.data_dir) == 0700);
}

TEST_CASE("A file in the place of a directory is an error that names it") {
  const lansync::test::TemporaryFolder folder;
  Environment environment = of_home("/nowhere");
  environment.lansync_home = folder.path().string();
  std::ofstream(folder.path() / "state") << "x";
  const auto prepared = prepare_directories(choose_paths(environment, "/").value(), geteuid());
  REQUIRE_FALSE(prepared.has_value());
  CHECK(prepared.error().path == (folder.path() / "state").string());
}

TEST_CASE("A directory of somebody else is refused, and so is a link of theirs") {
  if (geteuid() != 0) {
    WARN("needs root to make files of another user");
    return;
  }
  const lansync::test::TemporaryFolder folder;
  Environment environment = of_home("/nowhere");
  const fs::path home = folder.path() / "home";
  environment.lansync_home = home.string();
  const auto paths = choose_paths(environment, "/").value();
  constexpr uid_t kSomebody = 65534;

  SECTION("the directory itself") {
    fs::create_directories(paths.data_dir);
    REQUIRE(chown(paths.data_dir.c_str(), kSomebody, kSomebody) == 0);
  }
  SECTION("one above it") {
    fs::create_directories(home);
    REQUIRE(chown(home.c_str(), kSomebody, kSomebody) == 0);
  }
  SECTION("a link on the way") {
    fs::create_directories(folder.path() / "real");
    fs::create_symlink(folder.path() / "real", home);
    REQUIRE(lchown(home.c_str(), kSomebody, kSomebody) == 0);
  }
  SECTION("where a link leads to") {
    fs::create_directories(folder.path() / "real");
    REQUIRE(chown((folder.path() / "real").c_str(), kSomebody, kSomebody) == 0);
    fs::create_symlink(folder.path() / "real", home);
  }
  const auto prepared = prepare_directories(paths, geteuid());
  REQUIRE_FALSE(prepared.has_value());
  CHECK(prepared.error().exit == ExitCode::refused);
}
