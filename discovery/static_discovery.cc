#include "discovery/static_discovery.h"

#include <utility>

namespace lansync {

StaticDiscovery::StaticDiscovery(std::vector<Sighting> peers) : peers_(std::move(peers)) {}

Result<void> StaticDiscovery::start(SightingSink sink) {
  {
    const std::lock_guard lock(mutex_);
    if (sink_) return Error{Errc::wrong_state, "discovery"};
    sink_ = std::move(sink);
  }
  rescan();
  return {};
}

std::string StaticDiscovery::state() const { return peers_.empty() ? "none" : "static"; }

void StaticDiscovery::rescan() {
  const std::lock_guard lock(mutex_);
  if (!sink_) return;
  for (const Sighting& peer : peers_) sink_(peer);
}

}  // namespace lansync
