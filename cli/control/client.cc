#include "cli/control/client.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/control/local_socket.h"

namespace lansync::cli {
namespace {

Failure hung_up() {
  return {ExitCode::failed,
          "the daemon ended while it was at work",
          {},
          "lansync status tells how things are; its log is daemon.log in the state directory"};
}

}  // namespace

Outcome<ControlClient> ControlClient::connect(const std::filesystem::path& socket,
                                              const Interrupts& interrupts) {
  auto connected = connect_locally(socket);
  if (!connected) return std::move(connected).error();
  return ControlClient(std::move(*connected), interrupts);
}

Outcome<void> ControlClient::send(const Request& request) {
  return send_line(request_line(request));
}

Outcome<void> ControlClient::send(const PromptAnswer& answer) {
  return send_line(answer_line(answer));
}

Outcome<void> ControlClient::send_line(std::string_view line) {
  while (!line.empty()) {
    const ssize_t sent = ::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // What the daemon said before it hung up tells more than the failure to send.
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return {};
    if (sent < 0) return failure_from_errno("cannot talk to the daemon", {}, {});
    line.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Outcome<ControlClient::Event> ControlClient::next(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    if (const auto line = input_.next_line()) {
      auto message = parse_message(*line);
      if (!message) return std::move(message).error();
      return Event(std::move(*message));
    }
    if (input_.overflown()) return hung_up();
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    std::array<pollfd, 2> ready = {{{interrupts_->fd(), POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
    const int timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    const int count = poll(ready.data(), ready.size(), timeout);
    if (count < 0 && errno != EINTR) return failure_from_errno("cannot wait", {}, {});
    if (count == 0) return Event(Idle());
    if (ready[0].revents != 0) return Event(Interrupted());
    if (ready[1].revents == 0) continue;
    if (auto more = read_more(); !more) return std::move(more).error();
  }
}

Outcome<void> ControlClient::read_more() {
  std::array<char, 65536> chunk;
  const ssize_t count = recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (count < 0 && errno == EINTR) return {};
  if (count <= 0) return hung_up();
  input_.append(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
  return {};
}

}  // namespace lansync::cli
