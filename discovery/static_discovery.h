// Discovery without looking: addresses that somebody wrote down.
#pragma once

#include <mutex>
#include <vector>

#include "discovery/discovery.h"

namespace lansync {

// Reports the peers it was given, and nothing else; announces nothing. With no peers it is what
// "none" in the configuration stands for. Peers may lack a device tag: who it is, the handshake
// shows.
//
// The addresses are the user's own word and are not filtered. There is no discovery thread: the
// sink is called from within start() and rescan(), on the caller's.
class StaticDiscovery final : public Discovery {
 public:
  explicit StaticDiscovery(std::vector<Sighting> peers);

  Result<void> start(SightingSink sink) override;
  void announce(const Announcement&) override {}
  // "static" or "none".
  [[nodiscard]] std::string state() const override;
  // Never one: nothing is looked for.
  [[nodiscard]] std::optional<DiscoveryProblem> problem() const override { return std::nullopt; }
  // Reports everything again: somebody asked for another attempt.
  void rescan() override;

 private:
  const std::vector<Sighting> peers_;
  std::mutex mutex_;
  SightingSink sink_;  // Guarded by mutex_.
};

}  // namespace lansync
