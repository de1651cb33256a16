#include "core/engine/flushes.h"

#include <algorithm>
#include <utility>

namespace lansync {

std::uint64_t Flushes::begin(std::uint64_t rounds, std::set<DeviceId> members) {
  const std::uint64_t id = next_++;
  flushes_.emplace(id, Flush{rounds, std::move(members)});
  return id;
}

void Flushes::member_looked(const DeviceId& member, std::uint64_t id) {
  const auto flush = flushes_.find(id);
  if (flush != flushes_.end()) flush->second.waiting.erase(member);
}

void Flushes::member_gone(const DeviceId& member) {
  for (auto& [id, flush] : flushes_) flush.waiting.erase(member);
  std::erase_if(barriers_, [&](const Barrier& barrier) { return barrier.peer == member; });
}

bool Flushes::all_looked(std::uint64_t id, std::uint64_t finished_rounds) const {
  const auto flush = flushes_.find(id);
  return flush != flushes_.end() && flush->second.waiting.empty() &&
         finished_rounds >= flush->second.rounds;
}

Result<void> Flushes::ask(const DeviceId& peer, std::uint64_t id, std::uint64_t rounds) {
  if (barriers_.size() >= kBarriersMax) return Error{Errc::limit_exceeded, "barriers waiting"};
  barriers_.push_back({peer, id, rounds});
  return {};
}

std::optional<Flushes::Answer> Flushes::poll_answer(std::uint64_t finished_rounds) {
  const auto due = std::ranges::find_if(
      barriers_, [&](const Barrier& barrier) { return barrier.rounds <= finished_rounds; });
  if (due == barriers_.end()) return std::nullopt;
  const Answer answer{due->peer, due->id};
  barriers_.erase(due);
  return answer;
}

}  // namespace lansync
