#include "core/engine/scan/unsynced.h"

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"

namespace lansync {
namespace {

// The time, big-endian, and the boot id; empty: there is nothing that the disk may not have.
constexpr std::string_view kUnsyncedFact = "unsynced";
constexpr std::size_t kTimeBytes = sizeof(std::int64_t);

WallTime back_from(WallTime now) {
  const std::int64_t age_ns = std::chrono::nanoseconds(Unsynced::kSyncedAfter).count();
  return {now.ns < INT64_MIN + age_ns ? INT64_MIN : now.ns - age_ns};
}

}  // namespace

Result<void> Unsynced::load(Now now) {
  if (boot_.empty()) return {};
  const auto fact = index_.fact(kUnsyncedFact);
  if (!fact) return fact.error();
  if (!*fact || (*fact)->size() <= kTimeBytes) return {};
  const WallTime since{load_be<std::int64_t>(**fact)};
  const bool of_this_boot = as_text(ByteView(**fact).subspan(kTimeBytes)) == boot_;
  (of_this_boot ? noted_ : lost_since_) = since;
  if (!of_this_boot) return {};
  earliest_ = since;
  next_ = now.steady + kSyncedAfter;
  return {};
}

Result<void> Unsynced::handle_recorded(Now now) {
  if (boot_.empty()) return {};
  // Whatever the clock does: it may have been set back.
  const WallTime since = back_from(now.wall);
  earliest_ = std::min(earliest_.value_or(since), since);
  if (!next_) next_ = now.steady + kSyncedAfter;
  // What another boot may have lost is still to be asked for, and is no later.
  if (lost_since_ || (noted_ && *noted_ <= since)) return {};
  return note(since);
}

Result<void> Unsynced::looked_through() {
  if (!lost_since_) return {};
  lost_since_.reset();
  std::optional<WallTime> since = earliest_;
  if (noted_ && (!since || *noted_ < *since)) since = noted_;
  return note(since);
}

Result<void> Unsynced::handle_timeout(TimePoint now) {
  if (!next_ || *next_ > now) return {};
  // What was recorded before the last time has been synced by now; what was since, may not.
  const std::optional<WallTime> since = std::exchange(earliest_, std::nullopt);
  next_ = since ? std::optional(now + kSyncedAfter) : std::nullopt;
  if (since == noted_) return {};
  if (!lost_since_) return note(since);
  noted_ = since;  // To be said when all has been looked at.
  return {};
}

Result<void> Unsynced::handle_stop() {
  if (lost_since_ || !noted_) return {};
  return note(std::nullopt);
}

bool Unsynced::may_be_lost(const DiskRow& row) const {
  return lost_since_ && row.source == row.path && row.stat.ctime >= *lost_since_;
}

Result<void> Unsynced::note(std::optional<WallTime> since) {
  noted_ = since;
  Bytes fact;
  if (since) {
    append_be(fact, since->ns);
    append(fact, as_bytes(boot_));
  }
  return index_.put_fact(kUnsyncedFact, fact);
}

}  // namespace lansync
