// lansync-sim: plays stories until one ends badly.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/sim/generator.h"
#include "tests/sim/play.h"
#include "tests/sim/shrink.h"

namespace lansync::sim {
namespace {

constexpr const char* kUsage = R"(Usage: lansync-sim [OPTION]... [STORY-FILE]...

Plays stories of several devices, and checks that nothing is ever lost.

  --seed N         one story; with --count M that many, from N on
  --count M        (1000, unless there is a limit of time)
  --minutes M      as many as fit into that time; may be a fraction
  --profile NAME   brief (the default), mixed, conflict, crash, apart, disk, churn, watcher,
                   restore, bulk, swaps, rewind; or all, in turn
  --keep-going     tell of every story that ends badly, do not shorten any
  --no-shrink      show a bad story as it is
  --save DIR       write the shortened story into this directory
  --print          print the stories instead of playing them
  --jobs           tell of the jobs, too
  --verify-traces  play each story twice, and compare
  --help

A story file is played as it is. The exit status is 0 if every story ended well, 1 if not.
)";

struct Options {
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> count;
  std::optional<double> minutes;
  std::vector<Profile> profiles{Profile::brief};
  bool keep_going = false;
  bool shrinks = true;
  bool print = false;
  bool jobs = false;
  bool verify_traces = false;
  std::string save;
  std::vector<std::string> files;
};

[[noreturn]] void usage(const std::string& problem) {
  std::fprintf(stderr, "lansync-sim: %s\n\n%s", problem.c_str(), kUsage);
  std::exit(2);
}

std::vector<Profile> all_profiles() {
  std::vector<Profile> all;
  for (std::size_t i = 0; i < kProfiles; ++i) all.push_back(static_cast<Profile>(i));
  return all;
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == count) usage(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--seed") {
      options.seed = std::stoull(value());
    } else if (name == "--count") {
      options.count = std::stoull(value());
    } else if (name == "--minutes") {
      options.minutes = std::stod(value());
    } else if (name == "--profile") {
      const std::string wanted = value();
      const auto profile = find_profile(wanted);
      if (!profile && wanted != "all") usage("there is no profile " + wanted);
      options.profiles = profile ? std::vector{*profile} : all_profiles();
    } else if (name == "--keep-going") {
      options.keep_going = true;
    } else if (name == "--no-shrink") {
      options.shrinks = false;
    } else if (name == "--save") {
      options.save = value();
    } else if (name == "--print") {
      options.print = true;
    } else if (name == "--jobs") {
      options.jobs = true;
    } else if (name == "--verify-traces") {
      options.verify_traces = true;
    } else if (name == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    } else if (name.starts_with("--")) {
      usage("there is no option " + name);
    } else {
      options.files.push_back(name);
    }
  }
  return options;
}

void show(const Outcome& outcome) {
  for (const std::string& line : outcome.log) std::printf("  %s\n", line.c_str());
  std::printf("%s", outcome.state.c_str());
  if (outcome.violation) {
    std::printf("%s: %s\n", outcome.violation->invariant.c_str(), outcome.violation->what.c_str());
  }
}

void tell(const Options& options, const Story& story, const Outcome& outcome, Profile profile) {
  const Violation& violation = *outcome.violation;
  std::printf("seed %llu of %s ends badly: %s: %s\n", static_cast<unsigned long long>(story.seed),
              std::string(to_string(profile)).c_str(), violation.invariant.c_str(),
              violation.what.c_str());
  if (options.keep_going) return;
  Story shown = story;
  if (options.shrinks) {
    std::printf("shortening %zu steps...\n", story.steps.size());
    std::fflush(stdout);
    shown = shrink(story, [&](const Story& candidate) {
      const auto found = play(candidate).violation;
      return found && found->invariant == violation.invariant;
    });
  }
  std::printf("\n%s\n", to_text(shown).c_str());
  show(play(shown, options.jobs));
  if (options.save.empty()) return;
  const std::string file = options.save + "/" + std::string(to_string(profile)) + "-" +
                           std::to_string(story.seed) + ".story";
  std::ofstream(file) << "// " << violation.invariant << ": " << violation.what << "\n"
                      << to_text(shown);
  std::printf("saved as %s\n", file.c_str());
}

bool play_file(const Options& options, const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  const auto story = parse_story(text.str());
  if (!stream || !story) usage("cannot read the story " + file);
  const Outcome outcome = play(*story, options.jobs);
  std::printf("%s: %s\n", file.c_str(), outcome.violation ? "ends badly" : "ends well");
  if (outcome.violation) show(outcome);
  return !outcome.violation;
}

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options) {}

  bool run() {
    const std::uint64_t from = options_.seed.value_or(1);
    const std::uint64_t count = options_.count.value_or(options_.seed      ? 1
                                                        : options_.minutes ? UINT64_MAX / 2
                                                                           : 1000);
    for (std::uint64_t i = 0; i < count && !finished(); ++i) {
      const Profile profile = options_.profiles[i % options_.profiles.size()];
      if (!play_one(make_story(from + i, profile), profile) && !options_.keep_going) break;
      report(from + i, false);
    }
    report(from + played_, true);
    return bad_ == 0;
  }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  [[nodiscard]] bool finished() const {
    return options_.minutes && seconds() >= *options_.minutes * 60;
  }

  bool play_one(const Story& story, Profile profile) {
    if (options_.print) {
      std::printf("%s\n", to_text(story).c_str());
      return true;
    }
    ++played_;
    const Outcome outcome = play(story);
    events_ += outcome.counts.events;
    if (options_.verify_traces && play(story).trace != outcome.trace) {
      std::printf("seed %llu: two plays, two traces\n",
                  static_cast<unsigned long long>(story.seed));
      ++bad_;
      return false;
    }
    if (!outcome.violation) return true;
    ++bad_;
    tell(options_, story, outcome, profile);
    return false;
  }

  void report(std::uint64_t next_seed, bool last) {
    if (options_.print || (!last && seconds() < reported_ + 5)) return;
    reported_ = seconds();
    std::fprintf(last ? stdout : stderr,
                 "%llu stories, %llu bad, %.0f a second, %.1f million events%s\n",
                 static_cast<unsigned long long>(played_), static_cast<unsigned long long>(bad_),
                 static_cast<double>(played_) / reported_, static_cast<double>(events_) / 1e6,
                 last ? "" : (", next is seed " + std::to_string(next_seed + 1)).c_str());
  }

  const Options& options_;
  const Clock::time_point begin_ = Clock::now();
  std::uint64_t played_ = 0;
  std::uint64_t bad_ = 0;
  std::uint64_t events_ = 0;
  double reported_ = 0;
};

int run(int count, char** arguments) {
  const Options options = parse(count, arguments);
  if (options.files.empty()) return Campaign(options).run() ? 0 : 1;
  bool good = true;
  for (const std::string& file : options.files) good = play_file(options, file) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace lansync::sim

int main(int count, char** arguments) { return lansync::sim::run(count, arguments); }
