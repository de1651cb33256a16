// The control socket as a file.
#pragma once

#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "cli/failure.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {

// Listens at `path`, 0600, non-blocking. What is left there by a daemon that died is replaced.
// Requires the DaemonLock: with it, a socket that somebody still answers on is not possible.
Outcome<UniqueFd> listen_locally(const std::filesystem::path& path);

// Fails with `no_daemon` if nobody listens there.
Outcome<UniqueFd> connect_locally(const std::filesystem::path& path);

// Who is at the other end, as the kernel has it; nothing if it will not say.
std::optional<uid_t> peer_uid(int socket);

// Whether a process of `peer` may command a daemon of `own`: the same user, or root.
constexpr bool may_command(uid_t peer, uid_t own) { return peer == own || peer == 0; }

}  // namespace lansync::cli
