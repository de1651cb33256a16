#include "cli/forget_command.h"

#include "cli/daemon/login_start.h"
#include "cli/host_port.h"

namespace lansync::cli {

std::string forget_command(const std::string& address) {
  // A shell takes brackets for a pattern.
  const bool plain = parse_host_port(address) && !address.starts_with('[');
  return "lansync connect --forget " + (plain ? address : shell_quoted(address));
}

}  // namespace lansync::cli
