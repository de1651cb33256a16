// How a test decides what nobody else does: which of several possible things happens.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lansync::test {

// Chooses one of `count` possibilities, 0 <= result < count. 0 is the gentlest where there is an
// order.
using Choose = std::function<std::size_t(std::size_t count)>;

// Makes every combination of choices once, depth first:
//
//   ChoiceTape tape;
//   do run(tape.choose()); while (tape.advance());
//
// A run must ask for the same choices after the same answers.
class ChoiceTape {
 public:
  // Valid as long as the tape. The first run gets 0 throughout.
  [[nodiscard]] Choose choose() {
    return [this](std::size_t count) { return next(count); };
  }

  // To the next combination. False if there is none.
  bool advance() {
    taken_.resize(at_);
    at_ = 0;
    while (!taken_.empty() && taken_.back().chosen + 1 == taken_.back().count) taken_.pop_back();
    if (taken_.empty()) return false;
    ++taken_.back().chosen;
    return true;
  }

  // The combination, for a message.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < at_; ++i) {
      all += std::to_string(taken_[i].chosen) + "/" + std::to_string(taken_[i].count) + " ";
    }
    return all;
  }

 private:
  struct Taken {
    std::size_t chosen = 0;
    std::size_t count = 0;
  };

  std::size_t next(std::size_t count) {
    if (at_ == taken_.size()) taken_.push_back({0, count});
    return taken_[at_++].chosen;
  }

  std::vector<Taken> taken_;
  std::size_t at_ = 0;
};

}  // namespace lansync::test
