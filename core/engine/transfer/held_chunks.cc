#include "core/engine/transfer/held_chunks.h"

#include <algorithm>

#include "core/base/limits.h"

namespace lansync {

void HeldChunks::add(std::uint32_t chunk) {
  if (here_[chunk]) return;
  here_[chunk] = true;
  order_.push_back(chunk);
}

void HeldChunks::handle_held(const DeviceId& member, std::span<const std::uint32_t> chunks) {
  Member& known = members_[member];
  if (!known.loading) {
    known.loading = true;
    known.greeted = false;  // It may not have heard the first greeting.
    known.has.resize(here_.size());
  }
  for (const std::uint32_t chunk : chunks) known.has[chunk] = true;
}

bool HeldChunks::is_loading(const DeviceId& member) const { return of(member) != nullptr; }

const std::vector<bool>* HeldChunks::of(const DeviceId& member) const {
  const auto known = members_.find(member);
  return known != members_.end() && known->second.loading ? &known->second.has : nullptr;
}

std::vector<DeviceId> HeldChunks::greeted() const {
  std::vector<DeviceId> all;
  for (const auto& [device, member] : members_) {
    if (member.greeted) all.push_back(device);
  }
  return all;
}

std::optional<std::vector<std::uint32_t>> HeldChunks::poll_held(const DeviceId& member) {
  Member& known = members_[member];
  const std::size_t most = known.loading ? order_.size() : 0;
  if (known.greeted && known.told >= most) return std::nullopt;
  known.greeted = true;
  const std::size_t end = std::min(most, known.told + limits::kRequestChunksMax);
  std::vector<std::uint32_t> chunks(order_.begin() + static_cast<std::ptrdiff_t>(known.told),
                                    order_.begin() + static_cast<std::ptrdiff_t>(end));
  known.told = end;
  return chunks;
}

}  // namespace lansync
