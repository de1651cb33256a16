#include "cli/control/local_socket.h"

#include <cerrno>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/assert.h"

namespace lansync::cli {
namespace {

constexpr int kBacklog = 64;

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  LANSYNC_ASSERT(text.size() < sizeof(address.sun_path));  // choose_paths() saw to it
  text.copy(address.sun_path, text.size());
  return address;
}

}  // namespace

Outcome<UniqueFd> listen_locally(const std::filesystem::path& path) {
  UniqueFd socket_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_fd) return failure_from_errno("cannot make a socket", path.string(), {});
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) {
      return Failure{ExitCode::failed,
                     "something that is no socket is where the control socket goes", path.string(),
                     "move it away"};
    }
    if (unlink(path.c_str()) != 0) {
      return failure_from_errno("cannot remove the last daemon's socket", path.string(), {});
    }
  }
  const sockaddr_un address = address_of(path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // Nobody but us reaches the 0700 directory, so nothing can happen between bind and chmod.
  if (bind(socket_fd.get(), generic, sizeof(address)) != 0 || chmod(path.c_str(), 0600) != 0 ||
      listen(socket_fd.get(), kBacklog) != 0) {
    return failure_from_errno("cannot listen for commands", path.string(),
                              "choose another place with --home");
  }
  return socket_fd;
}

Outcome<UniqueFd> connect_locally(const std::filesystem::path& path) {
  UniqueFd socket_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket_fd) return failure_from_errno("cannot make a socket", path.string(), {});
  const sockaddr_un address = address_of(path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (connect(socket_fd.get(), generic, sizeof(address)) == 0) return socket_fd;
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
    return Failure{ExitCode::no_daemon,
                   "no lansync daemon is running",
                   {},
                   "start it with: lansync daemon (or with: lansync join <folder>)"};
  }
  return failure_from_errno("cannot reach the daemon", path.string(),
                            "lansync must run as its user");
}

std::optional<uid_t> peer_uid(int socket_fd) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace lansync::cli
