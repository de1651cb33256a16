// The node behind the control socket.
#pragma once

#include <memory>

#include "cli/daemon/daemon.h"

namespace lansync::cli {

std::unique_ptr<DaemonNode> make_node(const NodeParts& parts);

}  // namespace lansync::cli
