#include "core/engine/scan/newcomers.h"

#include <utility>

namespace lansync {

void Newcomers::set(const RelativePath& path, State state) {
  earlier_.erase(path);
  latest_.insert_or_assign(path, state);
  if (latest_.size() >= kGenerationMax) earlier_ = std::exchange(latest_, {});
}

std::optional<Newcomers::State> Newcomers::take(const RelativePath& path) {
  for (auto* generation : {&latest_, &earlier_}) {
    const auto known = generation->extract(path);
    if (!known.empty()) return known.mapped();
  }
  return std::nullopt;
}

void Newcomers::expect(const RelativePath& path) { set(path, State::expected); }

bool Newcomers::arrived(const RelativePath& path) {
  const auto before = take(path);
  set(path, State::arrived);
  return before == State::written_meanwhile;
}

bool Newcomers::written(const RelativePath& path) {
  const auto before = take(path);
  if (before == State::expected || before == State::written_meanwhile) {
    set(path, State::written_meanwhile);
  }
  return before == State::arrived;
}

}  // namespace lansync
