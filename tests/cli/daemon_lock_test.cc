#include "cli/control/daemon_lock.h"

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/control/local_socket.h"
#include "tests/support/temporary_folder.h"

using namespace lansync::cli;

TEST_CASE("A second daemon is refused with the first one's pid") {
  const lansync::test::TemporaryFolder folder;
  const auto file = folder.path() / "daemon.lock";
  CHECK(DaemonLock::holder(file) == 0);
  {
    const auto first = DaemonLock::take(file);
    REQUIRE(first.has_value());
    CHECK(DaemonLock::holder(file) == getpid());
    const auto second = DaemonLock::take(file);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().exit == ExitCode::locked);
    CHECK(second.error().message.find(std::to_string(getpid())) != std::string::npos);
  }
  CHECK(DaemonLock::holder(file) == 0);
  CHECK(DaemonLock::take(file).has_value());
}

TEST_CASE("Who asks whether there is a daemon keeps none from starting") {
  const lansync::test::TemporaryFolder folder;
  const auto file = folder.path() / "daemon.lock";
  REQUIRE(DaemonLock::take(file).has_value());
  std::atomic<bool> asking = true;
  std::thread others([&] {
    while (asking) (void)DaemonLock::holder(file);
  });
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) refused += DaemonLock::take(file).has_value() ? 0 : 1;
  asking = false;
  others.join();
  CHECK(refused == 0);
}

TEST_CASE("A lock file with anything in it is no obstacle once its holder is gone") {
  const lansync::test::TemporaryFolder folder;
  const auto file = folder.path() / "daemon.lock";
  std::ofstream(file) << std::string(1000, 'x');
  REQUIRE(DaemonLock::take(file).has_value());
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  CHECK(text == std::to_string(getpid()));
}

TEST_CASE("A lock file that is a link is not followed") {
  const lansync::test::TemporaryFolder folder;
  const auto file = folder.path() / "daemon.lock";
  std::filesystem::create_symlink(folder.path() / "elsewhere", file);
  CHECK_FALSE(DaemonLock::take(file).has_value());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}

TEST_CASE("A socket is private, and one that nobody answers on is replaced") {
  const lansync::test::TemporaryFolder folder;
  const auto path = folder.path() / "control.sock";
  CHECK(connect_locally(path).error().exit == ExitCode::no_daemon);
  {
    const auto listener = listen_locally(path);
    REQUIRE(listener.has_value());
    struct stat status = {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(connect_locally(path).has_value());
  }
  // Its file stays behind, as after a crash.
  REQUIRE(std::filesystem::exists(path));
  CHECK(connect_locally(path).error().exit == ExitCode::no_daemon);
  const auto listener = listen_locally(path);
  REQUIRE(listener.has_value());
  CHECK(connect_locally(path).has_value());
}

TEST_CASE("What is no socket is not removed to make room for one") {
  const lansync::test::TemporaryFolder folder;
  const auto path = folder.path() / "control.sock";
  std::ofstream(path) << "precious";
  CHECK_FALSE(listen_locally(path).has_value());
  CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("Only the same user and root may command a daemon") {
  CHECK(may_command(1000, 1000));
  CHECK(may_command(0, 1000));
  CHECK(may_command(0, 0));
  CHECK_FALSE(may_command(1001, 1000));
  CHECK_FALSE(may_command(1000, 0));
  CHECK_FALSE(may_command(65534, 1000));
}
