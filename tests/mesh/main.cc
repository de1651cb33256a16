// lansync-mesh: what a change costs in a share of many devices.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "tests/mesh/measurement.h"
#include "tests/mesh/report.h"

namespace lansync::mesh {
namespace {

constexpr const char* kUsage = R"(Usage: lansync-mesh [OPTION]...

Shares of many devices, each connected with each, in virtual time: how many messages and bytes each
sends for a change, how long it takes to be everywhere, and how much the engines have to think.

  --devices N...   how many (2 4 8 100); one mesh for each number
  --edits K        small edits of each way (20): alone, together, four a second
  --files F        small files that one device makes at once (100)
  --seed S         who edits, and how long everything takes (1)
  --json
  --help

A thousand devices take minutes and some gigabytes.
)";

struct Options {
  std::vector<std::size_t> devices;
  Plan plan;
  bool json = false;
};

[[noreturn]] void usage(const std::string& problem) {
  std::fprintf(stderr, "lansync-mesh: %s\n\n%s", problem.c_str(), kUsage);
  std::exit(2);
}

std::size_t number(const std::string& name, const std::string& text, std::size_t least) {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < least) {
    usage(name + " needs a number from " + std::to_string(least) + " on, not " + text);
  }
  return value;
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == arguments.size()) usage(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--devices") {
      do {
        options.devices.push_back(number(name, value(), 2));
      } while (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--"));
    } else if (name == "--edits") {
      options.plan.edits = number(name, value(), 1);
    } else if (name == "--files") {
      options.plan.burst_files = number(name, value(), 1);
    } else if (name == "--seed") {
      options.plan.seed = number(name, value(), 0);
    } else if (name == "--json") {
      options.json = true;
    } else if (name == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    } else {
      usage("there is no option " + name);
    }
  }
  if (options.devices.empty()) options.devices = {2, 4, 8, 100};
  return options;
}

// On one line, for people who look.
void show_progress(const std::string& what) {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K%s", what.c_str());
}

int run(const Options& options) {
  std::vector<Figures> all;
  for (const std::size_t devices : options.devices) {
    Plan plan = options.plan;
    plan.devices = devices;
    const auto figures = measure(plan, show_progress);
    show_progress("");
    if (!figures) {
      std::fprintf(stderr, "lansync-mesh: %zu devices: %s\n", devices,
                   to_string(figures.error()).c_str());
      return 1;
    }
    all.insert(all.end(), figures->begin(), figures->end());
  }
  std::fputs((options.json ? to_json(all) : to_table(all)).c_str(), stdout);
  if (options.json) return 0;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("\nPeak of memory: %ld MiB.\n", usage.ru_maxrss / 1024);
  return 0;
}

}  // namespace
}  // namespace lansync::mesh

int main(int count, char** arguments) {
  return lansync::mesh::run(lansync::mesh::parse({arguments + 1, arguments + count}));
}
