#include "cli/daemon/node_commands.h"

#include "cli/daemon/sync_node.h"

namespace lansync::cli {

std::unique_ptr<DaemonNode> make_node(const NodeParts& parts) {
  return std::make_unique<SyncNode>(parts);
}

}  // namespace lansync::cli
