#include "tests/cli/fake_node.h"

#include <filesystem>
#include <utility>

#include "tests/cli/sample_reports.h"

namespace lansync::cli::test {
namespace {

// Calls at the end of its scope, however that ends.
class AtEnd {
 public:
  explicit AtEnd(const std::function<void()>& call) : call_(call) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { call_(); }

 private:
  const std::function<void()>& call_;
};

std::string last_part(const std::string& folder) {
  return std::filesystem::path(folder).filename().string();
}

}  // namespace

asio::awaitable<Outcome<Answer>> FakeCommands::run(Request request, Reply& reply) {
  const AtEnd at_end(on_end);
  if (auto* join_request = std::get_if<JoinRequest>(&request)) {
    auto joining = join(std::move(*join_request), reply);
    co_return co_await std::move(joining);
  }
  if (const auto* flush = std::get_if<FlushRequest>(&request)) {
    FlushReport report;
    report.shares.push_back({{"aa11", "Photos", "/p"}, true, "ff", 0, 0, 1});
    auto flushing = perform(last_part(flush->folder), reply, report);
    co_return co_await std::move(flushing);
  }
  if (const auto* connect = std::get_if<ConnectRequest>(&request)) {
    ConnectReport report;
    report.address = to_string(connect->address);
    reply.note("dialling");
    auto connecting = perform(connect->address.host, reply, report);
    co_return co_await std::move(connecting);
  }
  if (const auto* forget = std::get_if<ForgetRequest>(&request)) {
    co_return Answer(ForgetReport{to_string(forget->address)});
  }
  if (const auto* verify = std::get_if<VerifyRequest>(&request)) {
    VerifyReport report;
    report.shares.push_back({{"aa11", "Photos", verify->folder}, 2, 30, 0, {}, {}});
    if (last_part(verify->folder) != "rotten") co_return Answer(std::move(report));
    report.shares.back().findings.push_back({"a", "content", "it is not what it was", "mend it"});
    co_return Answer(std::move(report), ExitCode::integrity);
  }
  if (std::holds_alternative<PeersRequest>(request)) co_return Answer(sample_peers());
  if (const auto* resume = std::get_if<ResumeRequest>(&request)) {
    co_return Answer(ResumeReport{{"aa11", "Photos", resume->folder}, 250});
  }
  if (std::holds_alternative<StatusRequest>(request)) co_return Answer(sample_status());
  co_return Failure{ExitCode::not_found, "the fake does not know this command", {}, {}};
}

asio::awaitable<Outcome<Answer>> FakeCommands::join(JoinRequest request, Reply& reply) {
  JoinReport report = sample_join();
  report.share.path = request.folder;
  report.share.name = request.name.empty() ? last_part(request.folder) : request.name;
  report.created = request.create;
  if (!request.code.empty()) report.share.id = request.code;
  if (!request.create) report.invitation.reset();
  auto performing = perform(last_part(request.folder), reply, report);
  co_return co_await std::move(performing);
}

asio::awaitable<Outcome<Answer>> FakeCommands::perform(std::string action, Reply& reply,
                                                       Report report) {
  if (action == "asks") {
    auto asking = ask_code(reply, std::move(report));
    co_return co_await std::move(asking);
  }
  if (action == "chooses") {
    auto asking = ask_choice(reply);
    co_return co_await std::move(asking);
  }
  if (action == "talks") {
    const Progress progress{"scanning", 1, 2, 3, 4};
    reply.note("looking around \x1b[31m");
    reply.progress(progress);
  }
  if (action == "fails") {
    co_return Failure{ExitCode::held, "too much would be deleted", "/p\x1b[2J",
                      "lansync resume /p"};
  }
  if (action == "waits") co_await wait_forever();
  while (action == "floods") {
    reply.note(std::string(100'000, 'n'));
    asio::steady_timer next(context_, std::chrono::steady_clock::now());
    co_await next.async_wait(kAsValue);
  }
  co_return Answer(std::move(report));
}

asio::awaitable<Outcome<Answer>> FakeCommands::ask_code(Reply& reply, Report report) {
  Prompt prompt{Prompt::Kind::code, "The code that the other device shows:", {}};
  auto asking = reply.ask(std::move(prompt));
  on_wait();
  const auto code = co_await std::move(asking);
  if (!code) co_return code.error();
  if (*code != "K3QX-9MPD") {
    co_return Failure{ExitCode::refused, "the code is wrong", *code, "look at the other device"};
  }
  co_return Answer(std::move(report));
}

asio::awaitable<Outcome<Answer>> FakeCommands::ask_choice(Reply& reply) {
  Prompt prompt{Prompt::Kind::choice, "Which one?", {"Photos", "Music"}};
  auto asking = reply.ask(std::move(prompt));
  const auto first = co_await std::move(asking);
  if (!first) co_return first.error();
  Prompt sure{Prompt::Kind::confirm, "Sure?", {}};
  auto confirming = reply.ask(std::move(sure));
  const auto second = co_await std::move(confirming);
  if (!second) co_return second.error();
  co_return Answer(LeaveReport{{"aa11", *first + " " + *second, "/p"}});
}

asio::awaitable<void> FakeCommands::wait_forever() {
  asio::steady_timer never(context_, asio::steady_timer::time_point::max());
  on_wait();
  while (true) co_await never.async_wait(kAsValue);
}

}  // namespace lansync::cli::test
