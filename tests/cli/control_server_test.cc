#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/control/client.h"
#include "cli/control/local_socket.h"
#include "cli/control/server.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/sample_reports.h"
#include "tests/support/temporary_folder.h"

using namespace lansync;
using namespace lansync::cli;
using namespace std::chrono_literals;

namespace {

// A daemon's control side on a thread of its own, with real sockets.
class TestDaemon {
 public:
  TestDaemon()
      : commands_(context_),
        server_(context_, listen_locally(path()).value(), commands_,
                {.own_uid = geteuid(), .on_stop = [this] { stop_asked_.release(); }}) {
    commands_.on_wait = [this] { waiting_.release(); };
    commands_.on_end = [this] { ended_.release(); };
    server_.start();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~TestDaemon() {
    asio::post(context_, [this] {
      server_.stop();
      commands_.stop();
    });
    thread_.join();
    // run() returned: no command is left.
    CHECK(server_.connections() == 0);
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "control.sock"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  void await_wait() { waiting_.acquire(); }
  void await_end() { ended_.acquire(); }
  void await_stop() { stop_asked_.acquire(); }

 private:
  lansync::test::TemporaryFolder folder_;
  asio::io_context context_{1};
  std::counting_semaphore<> waiting_{0};
  std::counting_semaphore<> ended_{0};
  std::counting_semaphore<> stop_asked_{0};
  cli::test::FakeCommands commands_;
  ControlServer server_;
  std::thread thread_;
};

// A client that sends what it likes.
class RawClient {
 public:
  explicit RawClient(const TestDaemon& daemon) : socket_(connect_locally(daemon.path()).value()) {}

  void send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Until the daemon closes.
  [[nodiscard]] std::string receive_all() const {
    std::string text;
    char chunk[4096];
    while (true) {
      const ssize_t count = recv(socket_.get(), chunk, sizeof(chunk), 0);
      if (count <= 0) return text;
      text.append(chunk, static_cast<std::size_t>(count));
    }
  }

 private:
  UniqueFd socket_;
};

Message next_message(ControlClient& client) {
  auto event = client.next(1h);
  REQUIRE(event.has_value());
  REQUIRE(std::holds_alternative<Message>(*event));
  return std::get<Message>(std::move(*event));
}

template <class MessageType>
MessageType next(ControlClient& client) {
  auto message = next_message(client);
  REQUIRE(std::holds_alternative<MessageType>(message));
  return std::get<MessageType>(std::move(message));
}

ControlClient connect(const TestDaemon& daemon, const Interrupts& interrupts) {
  return ControlClient::connect(daemon.path(), interrupts).value();
}

}  // namespace

TEST_CASE("A request is answered and the connection closed") {
  TestDaemon daemon;
  const RawClient client(daemon);
  client.send(R"({"v":1,"command":"peers"})"
              "\n");
  CHECK(client.receive_all() == result_line(ExitCode::ok, cli::test::sample_peers()));
}

TEST_CASE("A request may come in any number of pieces") {
  TestDaemon daemon;
  const RawClient client(daemon);
  for (const char c : std::string(R"({"v":1,"command":"peers"})"
                                  "\n")) {
    client.send(std::string_view(&c, 1));
  }
  CHECK(client.receive_all() == result_line(ExitCode::ok, cli::test::sample_peers()));
}

TEST_CASE("Notes and progress come before the result") {
  TestDaemon daemon;
  const Interrupts interrupts;
  auto client = connect(daemon, interrupts);
  REQUIRE(client.send(FlushRequest{"/talks", std::nullopt}).has_value());
  CHECK(next<NoteMessage>(client).text == "looking around \x1b[31m");
  CHECK(next<ProgressMessage>(client).progress == Progress{"scanning", 1, 2, 3, 4});
  CHECK(next<ResultMessage>(client).exit == ExitCode::ok);
  CHECK_FALSE(client.next(1h).has_value());
}

TEST_CASE("A failure arrives with all that it says") {
  TestDaemon daemon;
  const Interrupts interrupts;
  auto client = connect(daemon, interrupts);
  REQUIRE(client.send(FlushRequest{"/fails", std::nullopt}).has_value());
  CHECK(next<ErrorMessage>(client).failure ==
        Failure{ExitCode::held, "too much would be deleted", "/p\x1b[2J", "lansync resume /p"});
}

TEST_CASE("A question goes to the client and its answer back") {
  TestDaemon daemon;
  const Interrupts interrupts;
  auto client = connect(daemon, interrupts);
  REQUIRE(client.send(JoinRequest{.folder = "/asks", .interactive = true}).has_value());
  const auto prompt = next<PromptMessage>(client);
  CHECK(prompt.prompt.kind == Prompt::Kind::code);
  SECTION("the right one") {
    REQUIRE(client.send(PromptAnswer{prompt.id, "K3QX-9MPD"}).has_value());
    CHECK(std::get<JoinReport>(next<ResultMessage>(client).report).share.name == "asks");
  }
  SECTION("the wrong one") {
    REQUIRE(client.send(PromptAnswer{prompt.id, "AAAA-AAAA"}).has_value());
    CHECK(next<ErrorMessage>(client).failure.exit == ExitCode::refused);
  }
  SECTION("one to a question that was not asked") {
    REQUIRE(client.send(PromptAnswer{prompt.id + 1, "K3QX-9MPD"}).has_value());
    CHECK(next<ErrorMessage>(client).failure.exit == ExitCode::usage);
    daemon.await_end();
  }
}

TEST_CASE("One question may follow another") {
  TestDaemon daemon;
  const Interrupts interrupts;
  auto client = connect(daemon, interrupts);
  REQUIRE(client.send(JoinRequest{.folder = "/chooses", .interactive = true}).has_value());
  const auto which = next<PromptMessage>(client);
  CHECK(which.prompt.choices == std::vector<std::string>{"Photos", "Music"});
  REQUIRE(client.send(PromptAnswer{which.id, "2"}).has_value());
  const auto sure = next<PromptMessage>(client);
  CHECK(sure.prompt.kind == Prompt::Kind::confirm);
  CHECK(sure.id != which.id);
  REQUIRE(client.send(PromptAnswer{sure.id, "yes"}).has_value());
  CHECK(std::get<LeaveReport>(next<ResultMessage>(client).report).share.name == "2 yes");
}

TEST_CASE("A client that waits does not keep another waiting") {
  TestDaemon daemon;
  const Interrupts interrupts;
  auto waiting = connect(daemon, interrupts);
  REQUIRE(waiting.send(JoinRequest{.folder = "/asks", .interactive = true}).has_value());
  const auto prompt = next<PromptMessage>(waiting);

  auto other = connect(daemon, interrupts);
  REQUIRE(other.send(StatusRequest{}).has_value());
  CHECK(std::get<StatusReport>(next<ResultMessage>(other).report) == cli::test::sample_status());

  REQUIRE(waiting.send(PromptAnswer{prompt.id, "K3QX-9MPD"}).has_value());
  CHECK(next<ResultMessage>(waiting).exit == ExitCode::ok);
}

TEST_CASE("A client that leaves ends its command") {
  TestDaemon daemon;
  const std::string folder = GENERATE("/waits", "/asks");
  {
    const RawClient client(daemon);
    client.send(request_line(JoinRequest{.folder = folder, .interactive = true}));
    daemon.await_wait();
  }
  daemon.await_end();
}

TEST_CASE("A client that never reads is cut off instead of filling the memory") {
  TestDaemon daemon;
  const RawClient client(daemon);
  client.send(request_line(FlushRequest{"/floods", std::nullopt}));
  daemon.await_end();
}

TEST_CASE("A daemon that ends ends the commands that run") {
  const auto daemon = std::make_unique<TestDaemon>();
  const RawClient client(*daemon);
  client.send(request_line(JoinRequest{.folder = "/waits"}));
  daemon->await_wait();
  // The destructor waits until the io_context has nothing to do.
}

TEST_CASE("What is no request gets an error and nothing else") {
  TestDaemon daemon;
  for (const std::string& text :
       {std::string("\n"), std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("\x16\x03\x01\x02\n"), std::string("{\"v\":1}\n"),
        std::string(R"({"v":1,"command":"format"})"
                    "\n"),
        std::string(R"({"v":9,"command":"peers"})"
                    "\n"),
        std::string(65537, 'x'),
        std::string(65537, 'x') + "\n" +
            R"({"v":1,"command":"peers"})"
            "\n"}) {
    const RawClient client(daemon);
    client.send(text);
    const std::string answer = client.receive_all();
    INFO(text.substr(0, 40));
    // Closing with unread bytes may take the answer with it; a result must never come.
    CHECK(answer.find("\"result\"") == std::string::npos);
    if (text.size() < 65536) {
      const auto message = parse_message(answer.substr(0, answer.find('\n'))).value();
      CHECK(std::get<ErrorMessage>(message).failure.exit == ExitCode::usage);
    }
  }
}

TEST_CASE("A line that is no answer ends the command") {
  TestDaemon daemon;
  const RawClient client(daemon);
  client.send(request_line(JoinRequest{.folder = "/waits"}));
  daemon.await_wait();
  client.send("what?\n");
  daemon.await_end();
  CHECK(client.receive_all().find("\"error\"") != std::string::npos);
}

TEST_CASE("A client that leaves before its request is complete leaves nothing behind") {
  TestDaemon daemon;
  {
    const RawClient client(daemon);
    client.send(R"({"v":1,"command":"pe)");
  }
  const RawClient client(daemon);
  client.send(request_line(PeersRequest()));
  CHECK_FALSE(client.receive_all().empty());
}

TEST_CASE("To stop is answered before it is done") {
  TestDaemon daemon;
  const RawClient client(daemon);
  client.send(request_line(StopRequest()));
  CHECK(client.receive_all() == result_line(ExitCode::ok, StopReport{getpid()}));
  daemon.await_stop();
}

TEST_CASE("More clients than the daemon serves are told so") {
  TestDaemon daemon;
  std::vector<RawClient> clients;
  for (int i = 0; i < 64; ++i) clients.emplace_back(daemon);
  const RawClient last(daemon);
  const std::string answer = last.receive_all();
  const auto message = parse_message(answer.substr(0, answer.find('\n'))).value();
  CHECK(std::get<ErrorMessage>(message).failure.exit == ExitCode::locked);
  clients.front().send(request_line(PeersRequest()));
  CHECK(clients.front().receive_all() == result_line(ExitCode::ok, cli::test::sample_peers()));
}

TEST_CASE("Another user is not answered even where the permissions would let them in") {
  if (geteuid() != 0) {
    WARN("needs root to be another user");
    return;
  }
  TestDaemon daemon;
  std::filesystem::permissions(daemon.folder(), std::filesystem::perms(0755));
  REQUIRE(chmod(daemon.path().c_str(), 0666) == 0);
  const std::string request = request_line(PeersRequest());
  const std::string path = daemon.path().string();

  const pid_t child = fork();
  if (child == 0) {
    // 0: closed without an answer; 1: answered; 2: did not get that far.
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    const auto socket = connect_locally(path);
    if (!socket) _exit(2);
    // The daemon may have closed already.
    (void)::send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL);
    char byte = 0;
    _exit(recv(socket->get(), &byte, 1, 0) > 0 ? 1 : 0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
