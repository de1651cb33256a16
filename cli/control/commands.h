// What the daemon does for its clients.
#pragma once

#include <optional>
#include <string>

#include "cli/control/message.h"
#include "cli/control/request.h"
#include "transport/asio.h"

namespace lansync::cli {

// The client of one running command. Valid until the command's coroutine ends.
//
// Nothing here waits for the client but ask(): what a slow client does not take in time is dropped
// (progress) or ends the connection (everything else).
class Reply {
 public:
  virtual ~Reply() = default;

  virtual void progress(const Progress& progress) = 0;
  // A message for the person, in one line. Names in it are raw: the client escapes.
  virtual void note(const std::string& text) = 0;
  // Asks, and waits for the answer; one question at a time. Errors: `interrupted` if the client can
  // ask nobody (JoinRequest::interactive says so beforehand).
  virtual asio::awaitable<Outcome<std::string>> ask(Prompt prompt) = 0;
};

// How a command ended well; `exit` is not ok where the report tells of something left undone.
struct Answer {
  Report report;
  ExitCode exit;

  explicit Answer(Report made, ExitCode status = ExitCode::ok)
      : report(std::move(made)), exit(status) {}
};

// The daemon's side of the commands: cli/daemon/ has the one over the node, the tests have a fake.
//
// Runs on the io_context's thread. When the client goes away, the coroutine is cancelled: its
// pending operation ends, the next co_await throws, and what it began without waiting goes on. It
// must not block.
class Commands {
 public:
  virtual ~Commands() = default;

  // Never a StopRequest: the control server answers that one itself.
  virtual asio::awaitable<Outcome<Answer>> run(Request request, Reply& reply) = 0;
};

}  // namespace lansync::cli
