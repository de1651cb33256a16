// A command's side of the control socket: blocking, for a program that does one thing.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>
#include <variant>

#include "cli/control/interrupts.h"
#include "cli/control/line_buffer.h"
#include "cli/control/message.h"
#include "cli/control/request.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {

// One connection, one request. Closing it (destruction) cancels the command in the daemon.
class ControlClient {
 public:
  // Nothing came in the time given.
  struct Idle {};
  // The person, or the system, wants this program to end.
  struct Interrupted {};
  using Event = std::variant<Message, Idle, Interrupted>;

  // Fails with `no_daemon` if none runs. `interrupts` must outlive the client.
  static Outcome<ControlClient> connect(const std::filesystem::path& socket,
                                        const Interrupts& interrupts);

  Outcome<void> send(const Request& request);
  Outcome<void> send(const PromptAnswer& answer);

  // The next message, or what happened instead within `patience`. Fails when the daemon ends the
  // conversation.
  Outcome<Event> next(std::chrono::milliseconds patience);

 private:
  ControlClient(UniqueFd socket, const Interrupts& interrupts)
      : socket_(std::move(socket)), interrupts_(&interrupts) {}

  Outcome<void> send_line(std::string_view line);
  Outcome<void> read_more();

  UniqueFd socket_;
  const Interrupts* interrupts_;
  LineBuffer input_{kAnswerLineBytesMax};
};

}  // namespace lansync::cli
