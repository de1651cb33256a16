// How SyncNode remembers addresses, and forgets them.
#include <algorithm>

#include "cli/daemon/sync_node.h"
#include "cli/forget_command.h"

namespace lansync::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kConnectTime = 6s;

Failure not_remembered(const GivenAddress& address, const std::vector<GivenAddress>& remembered) {
  std::string others;
  for (const GivenAddress& other : remembered) {
    others += (others.empty() ? "" : ", ") + other.text();
  }
  return {ExitCode::not_found, "this address is not remembered", address.text(),
          others.empty() ? "none is" : "remembered are: " + others};
}

}  // namespace

asio::awaitable<Outcome<Answer>> SyncNode::connect(ConnectRequest request) {
  const GivenAddress address{request.address.host, request.address.port};
  if (std::ranges::find(registry_.given, address) == registry_.given.end()) {
    registry_.given.push_back(address);
    if (auto saved = save_registry(); !saved) co_return std::move(saved).error();
  }
  node_->give_address(address);
  ConnectReport report;
  report.address = address.text();
  const TimePoint deadline = Clock::now() + kConnectTime;
  while (Clock::now() < deadline && !report.connected) {
    co_await pause(20ms);
    const auto states = node_->given_addresses();
    const auto state = std::ranges::find(states, address, &GivenAddressState::address);
    if (state == states.end()) {
      co_return Failure{
          ExitCode::not_found, "this address was forgotten meanwhile", report.address, {}};
    }
    if (state->device == keys_->id()) {
      if (auto forgotten = forget_address(address); !forgotten) {
        co_return std::move(forgotten).error();
      }
      co_return Failure{ExitCode::refused,
                        "this address is this device itself, and is not remembered", report.address,
                        "give the address of the other device"};
    }
    if (!state->connected) continue;
    report.connected = true;
    report.device_id = short_name(*state->device);
    report.device_name = name_of_member(*state->device).value_or(report.device_id);
  }
  co_return Answer(std::move(report));
}

std::optional<std::string> SyncNode::name_of_member(const DeviceId& device) const {
  for (const auto& [id, folder] : folders_) {
    if (folder.host == nullptr) continue;
    const Member* member = folder.host->membership().member(device);
    if (member != nullptr) return member->name;
  }
  return std::nullopt;
}

Outcome<Answer> SyncNode::forget(const ForgetRequest& request) {
  const GivenAddress address{request.address.host, request.address.port};
  if (std::ranges::find(registry_.given, address) == registry_.given.end()) {
    return not_remembered(address, registry_.given);
  }
  if (auto forgotten = forget_address(address); !forgotten) return std::move(forgotten).error();
  return Answer(ForgetReport{address.text()});
}

Outcome<void> SyncNode::forget_address(const GivenAddress& address) {
  std::erase(registry_.given, address);
  node_->forget_address(address);
  return save_registry();
}

}  // namespace lansync::cli
