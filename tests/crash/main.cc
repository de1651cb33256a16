// lansync-crash: lets the power fail at every moment of every scenario up to some size.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/crash/alike.h"
#include "tests/crash/exploration.h"

namespace lansync::test {
namespace {

constexpr const char* kUsage = R"(Usage: lansync-crash [OPTION]...

Lets the power of a device fail at every moment of every scenario, and leaves of its disk all that
it may leave.

  --depth N         at most so many things that users do at once (2)
  --part I/N        every N-th scenario, from the I-th on (1/1)
  --from N          without the first N - 1 of these, which an interrupted run has done
  --scenario ACTS   one, as a failure names it: "B writes a, A removes a"
  --journaled       the disk has one journal
  --twice           the power fails again in each recovery; nobody does anything more
  --all-orders      also scenarios that are alike but for the order of what users do
  --list            name the scenarios, and what is alike, instead of exploring them
  --each            tell of each scenario, not only of failures
  --help

Progress goes to the standard error. An interrupt ends it after the present scenario, with a summary
so far and how to go on. The exit status is 0 if nothing is ever lost, 1 if something is, 3 if it
was interrupted.
)";

struct Options {
  std::size_t depth = 2;
  std::size_t part = 1;
  std::size_t parts = 1;
  std::size_t from = 1;
  std::string scenario;
  ExplorationLimits limits;
  bool all_orders = false;
  bool list = false;
  bool each = false;
};

[[noreturn]] void usage(const std::string& problem) {
  std::fprintf(stderr, "lansync-crash: %s\n\n%s", problem.c_str(), kUsage);
  std::exit(2);
}

void parse_part(const std::string& text, Options& options) {
  std::size_t slash = 0;
  try {
    options.part = std::stoul(text, &slash);
    options.parts = std::stoul(text.substr(std::min(slash + 1, text.size())));
  } catch (const std::exception&) {
    options.part = 0;
  }
  if (options.part < 1 || options.part > options.parts) usage("no part: " + text);
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == count) usage(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--depth") {
      options.depth = std::strtoul(value().c_str(), nullptr, 10);
    } else if (name == "--part") {
      parse_part(value(), options);
    } else if (name == "--from") {
      options.from = std::max(std::strtoul(value().c_str(), nullptr, 10), 1UL);
    } else if (name == "--scenario") {
      options.scenario = value();
    } else if (name == "--journaled") {
      options.limits.durability = Durability::journaled;
    } else if (name == "--twice") {
      options.limits.crash_again = true;
      options.limits.later_acts = false;
    } else if (name == "--all-orders") {
      options.all_orders = true;
    } else if (name == "--list") {
      options.list = true;
    } else if (name == "--each") {
      options.each = true;
    } else if (name == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    } else {
      usage("there is no option " + name);
    }
  }
  return options;
}

struct Chosen {
  std::vector<Alike> scenarios;
  std::size_t sequences = 0;  // That are alike one of these.
};

std::vector<Alike> all_scenarios(const Options& options) {
  if (!options.scenario.empty()) {
    const auto acts = parse_acts(options.scenario);
    if (!acts) usage("there is no scenario " + options.scenario);
    return {{*acts}};
  }
  std::vector<Alike> all = alike_scenarios(options.depth);
  if (!options.all_orders) return all;
  std::vector<Alike> apart;
  for (const Alike& alike : all) {
    for (const Acts& acts : alike) apart.push_back({acts});
  }
  return apart;
}

Chosen choose_part(const std::vector<Alike>& all, const Options& options) {
  Chosen chosen;
  const std::size_t first = options.part - 1 + (options.from - 1) * options.parts;
  for (std::size_t i = first; i < all.size(); i += options.parts) {
    chosen.scenarios.push_back(all[i]);
    chosen.sequences += all[i].size();
  }
  return chosen;
}

int list(const Chosen& chosen) {
  for (const Alike& alike : chosen.scenarios) {
    for (const Acts& acts : alike) {
      std::printf("%s%s", &acts == &alike.front() ? "" : " = ", to_string(acts).c_str());
    }
    std::printf("\n");
  }
  return 0;
}

volatile std::sig_atomic_t interrupted = 0;

class Watch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::string numbers(const Explored& explored) {
  return std::to_string(explored.moments) + " crashes, " + std::to_string(explored.outcomes) +
         " outcomes (at most " + std::to_string(explored.most) + " of one crash), " +
         std::to_string(explored.recoveries) + " recoveries, " +
         std::to_string(explored.failures.size()) + " failures";
}

// The scenarios one after another, until all are done or somebody has had enough.
class Campaign {
 public:
  Campaign(const Options& options, const Chosen& chosen) : options_(options), chosen_(chosen) {}

  int run();

 private:
  void explore_next();
  void show_progress();

  const Options& options_;
  const Chosen& chosen_;
  const Watch watch_;
  Explored all_;
  std::size_t done_ = 0;
  double shown_ = 0;
};

void Campaign::explore_next() {
  const Acts& acts = chosen_.scenarios[done_].front();
  const auto explored = explore(acts, options_.limits);
  if (!explored) usage("that can't be done: " + to_string(acts));
  ++done_;
  all_.add(*explored);
  if (options_.each) std::printf("%s: %s\n", to_string(acts).c_str(), numbers(*explored).c_str());
  for (const std::string& failure : explored->failures) std::printf("%s\n", failure.c_str());
  std::fflush(stdout);
}

void Campaign::show_progress() {
  constexpr double kProgressSeconds = 10;
  const double seconds = watch_.seconds();
  if (seconds < shown_ + kProgressSeconds) return;
  shown_ = seconds;
  const auto recoveries = static_cast<unsigned long long>(all_.recoveries);
  std::fprintf(stderr, "%zu of %zu scenarios, %llu recoveries, %.0f a second, %.0f s\n", done_,
               chosen_.scenarios.size(), recoveries, static_cast<double>(recoveries) / seconds,
               seconds);
}

int Campaign::run() {
  while (done_ < chosen_.scenarios.size() && interrupted == 0) {
    explore_next();
    show_progress();
  }
  const bool whole = done_ == chosen_.scenarios.size();
  std::printf("%zu of %zu scenarios, which stand for %zu sequences of acts: %s, %.0f s\n", done_,
              chosen_.scenarios.size(), chosen_.sequences, numbers(all_).c_str(), watch_.seconds());
  if (!whole) std::printf("interrupted; the rest is --from %zu\n", options_.from + done_);
  if (!all_.failures.empty()) return 1;
  return whole ? 0 : 3;
}

int run(const Options& options) {
  const Chosen chosen = choose_part(all_scenarios(options), options);
  if (options.list) return list(chosen);
  // The next interrupt ends it at once.
  std::signal(SIGINT, [](int) {
    interrupted = 1;
    std::signal(SIGINT, SIG_DFL);
  });
  return Campaign(options, chosen).run();
}

}  // namespace
}  // namespace lansync::test

int main(int count, char** arguments) {
  return lansync::test::run(lansync::test::parse(count, arguments));
}
