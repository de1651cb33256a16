#include "cli/daemon/node_commands.h"

#include <array>

#include <unistd.h>

#include "cli/version.h"

namespace lansync::cli {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "this-device";
  return name.data();
}

// A device without shares.
class LonelyNode final : public DaemonNode {
 public:
  explicit LonelyNode(const NodeParts& parts)
      : parts_(parts), work_(parts.context.get_executor()) {}

  Outcome<void> start() override { return {}; }
  void stop() override { work_.reset(); }

  asio::awaitable<Outcome<Answer>> run(Request request, Reply&) override {
    if (std::holds_alternative<StatusRequest>(request)) co_return Answer(status());
    if (std::holds_alternative<PeersRequest>(request)) co_return Answer(PeersReport());
    co_return Failure{ExitCode::failed, "this build has no sync engine", {}, {}};
  }

 private:
  [[nodiscard]] Report status() const {
    StatusReport report;
    report.device.name =
        parts_.config.device_name.empty() ? host_name() : parts_.config.device_name;
    report.device.version = kVersion;
    return report;
  }

  const NodeParts parts_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
};

}  // namespace

std::unique_ptr<DaemonNode> make_node(const NodeParts& parts) {
  return std::make_unique<LonelyNode>(parts);
}

}  // namespace lansync::cli
