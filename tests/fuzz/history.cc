// Histories of two or three devices, played by the simulator (docs/simulation.md).
//
// The input is a story in few bytes: every input is one, and a byte more or less changes one step.
// Its deeds, sizes and times are those of the simulator's short random stories; the fuzzer looks
// for stories that take the engine where none has been. What ends badly is printed as a story,
// which lansync-sim plays.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/fuzz_input.h"
#include "tests/sim/play.h"

namespace lansync::sim {
namespace {

constexpr std::size_t kStepsMax = 12;

constexpr std::array kDeeds = {
    Deed::write,   Deed::replace,   Deed::append,     Deed::patch,      Deed::truncate,
    Deed::office,  Deed::remove,    Deed::rename,     Deed::swap_in,    Deed::copy,
    Deed::chmod,   Deed::touch,     Deed::copy_times, Deed::mkdir,      Deed::symlink,
    Deed::connect, Deed::checkout,  Deed::open_file,  Deed::close_file, Deed::cut,
    Deed::drop,    Deed::half_open, Deed::freeze,     Deed::redial,     Deed::kill,
    Deed::stop,    Deed::start,     Deed::power_loss, Deed::asleep,     Deed::settle,
    Deed::pass,    Deed::fail_call, Deed::disk_full,  Deed::disk_free,  Deed::sync_lie};

constexpr std::array kPaths = {"a",   "b",     "c",     "a/a",   "a/b",   "b/a",
                               "b/c", "a/a/a", "a/a/b", "c/b/a", "b/a/b", "c/c"};
constexpr std::array<std::int64_t, 5> kSizes = {12, 0, 300, 9'000, 150'000};
constexpr std::array<std::uint32_t, 8> kWaits = {0,      200,     1'000,   5'000,
                                                 18'000, 100'000, 300'000, 3'000'000};
constexpr std::array<std::uint32_t, 4> kLatencies = {0, 1000, 5000, 200'000};
constexpr std::array kErrors = {"EIO", "ENOSPC", "EACCES", "EMFILE"};

unsigned take_byte(FuzzInput& input) {
  const ByteView byte = input.take(1);
  return byte.empty() ? 0 : std::to_integer<unsigned>(byte[0]);
}

template <class Values>
auto pick(const Values& values, unsigned number) {
  return values[number % values.size()];
}

// The upper half of the numbers are places that are visible then, whatever they are called.
Where place(unsigned number) {
  if (number >= 128) return {{}, number % 64};
  return {pick(kPaths, number), {}};
}

std::int64_t number_for(Deed deed, unsigned number) {
  switch (deed) {
    case Deed::write:
    case Deed::replace:
    case Deed::append:
    case Deed::patch:
    case Deed::office: return pick(kSizes, number);
    case Deed::truncate: return number % 20;
    case Deed::chmod: return number % 2 != 0 ? 0755 : 0600;
    case Deed::touch: return 1'800'000'000 + (static_cast<std::int64_t>(number) - 128) * 70;
    case Deed::checkout: return 1 + number % 6;
    case Deed::fail_call: return 1 + number / kErrors.size() % 30;
    case Deed::disk_full: return number * 8;
    case Deed::sync_lie: return 1 + number % 4;
    case Deed::asleep: return number % 3 == 0 ? 400 : 1 + number % 40;
    case Deed::pass: return number * 20;
    default: return 0;
  }
}

bool may_be_within_a_call(Deed deed) {
  return deed != Deed::pass && deed != Deed::asleep && deed != Deed::settle && deed != Deed::start;
}

// Seven bytes: what, who, where, where to, how much, after how long, before which call.
Step next_step(FuzzInput& input, std::uint32_t devices) {
  Step step;
  step.deed = pick(kDeeds, take_byte(input));
  const unsigned who = take_byte(input);
  step.device = who % devices;
  step.peer = (step.device + 1 + who / devices % (devices - 1)) % devices;
  step.path = place(take_byte(input));
  const unsigned to = take_byte(input);
  step.to = step.deed == Deed::swap_in ? place(to) : place(to % 128);
  const unsigned number = take_byte(input);
  step.number = number_for(step.deed, number);
  if (step.deed == Deed::fail_call) step.to = {pick(kErrors, number), {}};
  step.wait_us = pick(kWaits, take_byte(input));
  const unsigned call = take_byte(input);
  if (may_be_within_a_call(step.deed)) step.before_call = call % 41;
  drop_unused(step);
  return step;
}

Story story_of(FuzzInput input) {
  Story story;
  const unsigned scene = take_byte(input);
  story.devices.resize(2 + scene % 2);
  story.network.latency_us = pick(kLatencies, scene / 2);
  story.network.job_us = scene / 8 % 2 != 0 ? 0 : 3000;
  if (scene / 16 % 4 == 3) story.network.bytes_per_second = 2'000'000;
  if (scene / 64 == 3) story.network.slow = 0;
  story.seed = take_byte(input);
  const auto devices = static_cast<std::uint32_t>(story.devices.size());
  while (!input.empty() && story.steps.size() < kStepsMax) {
    story.steps.push_back(next_step(input, devices));
  }
  return story;
}

}  // namespace
}  // namespace lansync::sim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const sim::Story story = sim::story_of(FuzzInput(data, size));
  const auto violation = sim::play(story).violation;
  if (!violation) return 0;
  std::fprintf(stderr, "// %s: %s\n%s", violation->invariant.c_str(), violation->what.c_str(),
               sim::to_text(story).c_str());
  std::abort();
}
