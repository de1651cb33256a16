#include "core/engine/history/incarnation.h"

#include <algorithm>
#include <string_view>

#include "core/engine/history/log_forks.h"

namespace lansync {
namespace {

constexpr std::string_view kIncarnationFact = "incarnation";
// Of the index's file when it was opened last.
constexpr std::string_view kBirthFact = "birth";

Result<void> put_fresh(Index& index, Entropy& entropy) {
  Bytes fresh(sizeof(std::uint64_t));
  entropy.fill(fresh);
  return index.put_fact(kIncarnationFact, fresh);
}

Result<bool> is_copy(Index& index, ByteView birth) {
  const auto stored = index.fact(kBirthFact);
  if (!stored) return stored.error();
  if (*stored && std::ranges::equal(**stored, birth)) return false;
  if (auto put = index.put_fact(kBirthFact, birth); !put) return std::move(put).error();
  return stored->has_value();
}

}  // namespace

Result<Incarnation> open_incarnation(Index& index, ByteView birth, Entropy& entropy) {
  const auto copy = is_copy(index, birth);
  if (!copy) return copy.error();
  auto stored = index.fact(kIncarnationFact);
  if (!stored) return std::move(stored).error();
  if (*copy || !*stored || (*stored)->size() != sizeof(std::uint64_t)) {
    if (auto put = put_fresh(index, entropy); !put) return std::move(put).error();
    stored = index.fact(kIncarnationFact);
    if (!stored) return std::move(stored).error();
  }
  if (auto done = index.commit(); !done) return std::move(done).error();
  return Incarnation{load_be<std::uint64_t>(**stored), *copy};
}

Result<void> renew_incarnation(Index& index, Entropy& entropy) {
  if (auto put = put_fresh(index, entropy); !put) return put;
  return index.commit();
}

Result<void> begin_anew(Index& index, const Author& forked, Entropy& entropy) {
  const auto before = forked_logs(index);
  if (!before) return before.error();
  if (auto forgotten = index.forget_all_but_members(); !forgotten) return forgotten;
  for (const Author& log : *before) {
    if (auto noted = note_forked_log(index, log); !noted) return noted;
  }
  if (auto noted = note_forked_log(index, forked); !noted) return noted;
  return renew_incarnation(index, entropy);
}

}  // namespace lansync
