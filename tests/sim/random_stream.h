// Random numbers that do not depend on who else draws some.
#pragma once

#include <cstdint>
#include <string_view>

namespace lansync::sim {

// A stream is known by a seed and a name, and always gives the same numbers. Whatever needs
// randomness of its own has its own stream: then one question more or less in one place changes
// nothing in another. SplitMix64 (Steele, Lea, Flood 2014).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t number = 0)
      : state_(seed * 0x9e3779b97f4a7c15) {
    for (const char c : name) state_ = mix(state_ + static_cast<unsigned char>(c));
    state_ = mix(state_ ^ number);
  }

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15); }
  // 0 if `bound` is 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  bool one_in(std::uint64_t bound) { return below(bound) == 0; }
  template <class Range>
  auto& pick(Range& values) {
    return values[below(values.size())];
  }

  static std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace lansync::sim
