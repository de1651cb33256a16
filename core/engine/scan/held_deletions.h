// Deletions that were noticed and not published.
#pragma once

#include <map>
#include <set>

#include "core/engine/scan/found.h"

namespace lansync {

// What a scan missed in such numbers that a person has to say that it was meant. Each stays until
// it is found again, or published after all. The scan asks contains(), so that it reports what is
// back even if it is back unchanged.
//
// A value; owned by one share's engine.
class HeldDeletions {
 public:
  void hold(Found gone) {
    const RelativePath path = gone.path;
    held_.insert_or_assign(path, std::move(gone));
  }
  void forget(const RelativePath& path) { held_.erase(path); }
  [[nodiscard]] bool contains(const RelativePath& path) const { return held_.contains(path); }
  [[nodiscard]] std::size_t count() const { return held_.size(); }
  [[nodiscard]] const std::map<RelativePath, Found>& all() const { return held_; }

 private:
  std::map<RelativePath, Found> held_;
};

}  // namespace lansync
