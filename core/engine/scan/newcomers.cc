#include "core/engine/scan/newcomers.h"

#include <utility>

namespace lansync {

void Newcomers::set(const RelativePath& path, Known known) {
  earlier_.erase(path);
  latest_.insert_or_assign(path, std::move(known));
  if (latest_.size() >= kGenerationMax) earlier_ = std::exchange(latest_, {});
}

std::optional<Newcomers::Known> Newcomers::take(const RelativePath& path) {
  for (auto* generation : {&latest_, &earlier_}) {
    auto known = generation->extract(path);
    if (!known.empty()) return std::move(known.mapped());
  }
  return std::nullopt;
}

void Newcomers::expect(const RelativePath& path) { set(path, {State::expected}); }

bool Newcomers::arrived(const RelativePath& path, std::optional<Displaced> displaced) {
  const auto before = take(path);
  const bool written = before && before->state == State::written_meanwhile;
  if (written) displaced.reset();
  set(path, {State::arrived, {std::move(displaced)}});
  return written;
}

bool Newcomers::moved(const RelativePath& path, const RelativePath& to) {
  const auto before = take(path);
  set(path, {State::arrived, {std::nullopt, to}});
  return before && before->state == State::written_meanwhile;
}

std::optional<Newcomers::Newcomer> Newcomers::written(const RelativePath& path) {
  auto before = take(path);
  if (!before) return std::nullopt;
  if (before->state == State::arrived) return std::move(before->newcomer);
  set(path, {State::written_meanwhile});
  return std::nullopt;
}

}  // namespace lansync
