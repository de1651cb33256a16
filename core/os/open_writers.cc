#include "core/os/open_writers.h"

#include <cerrno>

#include <fcntl.h>
#include <signal.h>

namespace lansync {

bool has_writers(int fd) {
  // The signal of a broken lease would by default be SIGIO, which ends a process that does not
  // expect it. SIGURG is ignored unless somebody asks for it.
  if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return false;
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  (void)::fcntl(fd, F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace lansync
