#include "tests/sim/story.h"

#include <array>
#include <charconv>
#include <map>
#include <sstream>

namespace lansync::sim {
namespace {

// Which operands a deed has, and so how its line is written.
struct Form {
  Deed deed;
  std::string_view name;
  bool device = true;
  bool peer = false;
  bool path = false;
  bool to = false;
  bool number = false;
};

constexpr std::array kForms = {
    Form{.deed = Deed::write, .name = "write", .path = true, .number = true},
    Form{.deed = Deed::replace, .name = "replace", .path = true, .number = true},
    Form{.deed = Deed::append, .name = "append", .path = true, .number = true},
    Form{.deed = Deed::patch, .name = "patch", .path = true, .number = true},
    Form{.deed = Deed::truncate, .name = "truncate", .path = true, .number = true},
    Form{.deed = Deed::office, .name = "office", .path = true, .number = true},
    Form{.deed = Deed::remove, .name = "remove", .path = true},
    Form{.deed = Deed::rename, .name = "rename", .path = true, .to = true},
    Form{.deed = Deed::swap_in, .name = "swap-in", .path = true, .to = true},
    Form{.deed = Deed::copy, .name = "copy", .path = true, .to = true},
    Form{.deed = Deed::copy_times, .name = "copy-times", .path = true, .to = true},
    Form{.deed = Deed::chmod, .name = "chmod", .path = true, .number = true},
    Form{.deed = Deed::touch, .name = "touch", .path = true, .number = true},
    Form{.deed = Deed::mkdir, .name = "mkdir", .path = true},
    Form{.deed = Deed::symlink, .name = "symlink", .path = true},
    Form{.deed = Deed::pipe, .name = "pipe", .path = true},
    Form{.deed = Deed::checkout, .name = "checkout", .path = true, .number = true},
    Form{.deed = Deed::open_file, .name = "open", .path = true},
    Form{.deed = Deed::close_file, .name = "close", .path = true},
    Form{.deed = Deed::kill, .name = "kill"},
    Form{.deed = Deed::power_loss, .name = "power-loss"},
    Form{.deed = Deed::stop, .name = "stop"},
    Form{.deed = Deed::start, .name = "start"},
    Form{.deed = Deed::clock_jump, .name = "clock-jump", .number = true},
    Form{.deed = Deed::backup, .name = "backup"},
    Form{.deed = Deed::restore, .name = "restore"},
    Form{.deed = Deed::restore_files, .name = "restore-files"},
    Form{.deed = Deed::restore_index, .name = "restore-index"},
    Form{.deed = Deed::lose_index, .name = "lose-index"},
    Form{.deed = Deed::rewind, .name = "rewind"},
    Form{.deed = Deed::unmount, .name = "unmount"},
    Form{.deed = Deed::mount, .name = "mount"},
    Form{.deed = Deed::disk_full, .name = "disk-full", .number = true},
    Form{.deed = Deed::disk_free, .name = "disk-free"},
    Form{.deed = Deed::fail_call, .name = "fail-call", .to = true, .number = true},
    Form{.deed = Deed::sync_lie, .name = "sync-lie", .number = true},
    Form{.deed = Deed::connect, .name = "connect", .peer = true},
    Form{.deed = Deed::cut, .name = "cut", .peer = true},
    Form{.deed = Deed::drop, .name = "drop", .peer = true},
    Form{.deed = Deed::half_open, .name = "half-open", .peer = true},
    Form{.deed = Deed::freeze, .name = "freeze", .peer = true},
    Form{.deed = Deed::redial, .name = "redial", .peer = true},
    Form{.deed = Deed::pass, .name = "pass", .device = false, .number = true},
    Form{.deed = Deed::asleep, .name = "asleep", .device = false, .number = true},
    Form{.deed = Deed::settle, .name = "settle", .device = false},
};

constexpr std::array<std::string_view, 5> kWatchers = {"good", "late", "lossy", "overflowing",
                                                       "blind"};

const Form& form_of(Deed deed) {
  for (const Form& form : kForms) {
    if (form.deed == deed) return form;
  }
  return kForms.back();
}

const Form* find_form(std::string_view name) {
  for (const Form& form : kForms) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

std::string to_text(const Where& where) {
  return where.pick ? "#" + std::to_string(*where.pick) : where.path;
}

// The words of one line, taken one after the other.
class Line {
 public:
  explicit Line(const std::string& text) {
    std::istringstream stream(text);
    std::string word;
    while (stream >> word) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) {
        words_.push_back(word);
      } else {
        named_[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
  }

  [[nodiscard]] bool empty() const { return words_.empty() && named_.empty(); }
  std::string word() {
    if (next_ == words_.size()) {
      good_ = false;
      return {};
    }
    return words_[next_++];
  }
  // The named number, or `otherwise`.
  std::int64_t number(const std::string& name, std::int64_t otherwise) {
    const auto found = named_.find(name);
    if (found == named_.end()) return otherwise;
    std::int64_t value = 0;
    const char* const end = found->second.data() + found->second.size();
    const auto [stop, error] = std::from_chars(found->second.data(), end, value);
    if (error != std::errc() || stop != end) good_ = false;
    return value;
  }
  std::uint32_t small(const std::string& name, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(number(name, otherwise));
  }
  std::string text(const std::string& name) const {
    const auto found = named_.find(name);
    return found == named_.end() ? std::string() : found->second;
  }
  std::uint32_t device() {
    const std::string name = word();
    if (name.size() != 1 || name[0] < 'A' || name[0] > 'Z') {
      good_ = false;
      return 0;
    }
    return static_cast<std::uint32_t>(name[0] - 'A');
  }
  Where where() {
    Where result;
    result.path = word();
    if (!result.path.starts_with('#')) return result;
    std::uint32_t pick = 0;
    std::from_chars(result.path.data() + 1, result.path.data() + result.path.size(), pick);
    return {{}, pick};
  }
  [[nodiscard]] bool good() const { return good_ && next_ == words_.size(); }

 private:
  std::vector<std::string> words_;
  std::map<std::string, std::string> named_;
  std::size_t next_ = 0;
  bool good_ = true;
};

bool parse_traits(Line& line, Traits& traits) {
  traits.clock_skew_s = line.number("skew", 0);
  traits.granularity_ns = line.number("granularity", 1);
  traits.syncs_late = line.number("late", 0) != 0;
  const std::string watcher = line.text("watcher");
  if (watcher.empty()) return true;
  for (std::size_t i = 0; i < kWatchers.size(); ++i) {
    if (kWatchers[i] != watcher) continue;
    traits.watcher = static_cast<Watcher>(i);
    return true;
  }
  return false;
}

bool parse_step(Line& line, const std::string& first, Step& step) {
  std::string name = first;
  if (first.size() == 1) {
    step.device = static_cast<std::uint32_t>(first[0] - 'A');
    name = line.word();
  }
  const Form* const form = find_form(name);
  if (form == nullptr || form->device != (first.size() == 1)) return false;
  step.deed = form->deed;
  if (form->peer) step.peer = line.device();
  if (form->path) step.path = line.where();
  if (form->to) step.to = line.where();
  step.number = line.number("n", 0);
  step.wait_us = line.small("wait", 0);
  step.before_call = line.small("call", 0);
  return true;
}

}  // namespace

std::string device_name(std::size_t device) {
  return std::string(1, static_cast<char>('A' + device));
}

void drop_unused(Step& step) {
  const Form& form = form_of(step.deed);
  if (!form.device) step.device = 0;
  if (!form.peer) step.peer = 0;
  if (!form.path) step.path = {};
  if (!form.to) step.to = {};
  if (!form.number) step.number = 0;
}

std::string to_text(const Step& step) {
  const Form& form = form_of(step.deed);
  std::string text;
  if (form.device) text += device_name(step.device) + " ";
  text += form.name;
  if (form.peer) text += " " + device_name(step.peer);
  if (form.path) text += " " + to_text(step.path);
  if (form.to) text += " " + to_text(step.to);
  if (form.number) text += " n=" + std::to_string(step.number);
  if (step.wait_us != 0) text += " wait=" + std::to_string(step.wait_us);
  if (step.before_call != 0) text += " call=" + std::to_string(step.before_call);
  return text;
}

std::string to_text(const Story& story) {
  std::string text = "seed " + std::to_string(story.seed) + "\n";
  const Network& net = story.network;
  text += "network latency=" + std::to_string(net.latency_us) +
          " rate=" + std::to_string(net.bytes_per_second) + " job=" + std::to_string(net.job_us);
  if (net.gather_us > 0) text += " gather=" + std::to_string(net.gather_us);
  if (net.slow) text += " slow=" + std::to_string(*net.slow);
  text += "\n";
  for (const Traits& traits : story.devices) {
    text += "device skew=" + std::to_string(traits.clock_skew_s) +
            " granularity=" + std::to_string(traits.granularity_ns) +
            " watcher=" + std::string(kWatchers[static_cast<std::size_t>(traits.watcher)]);
    if (traits.syncs_late) text += " late=1";
    text += "\n";
  }
  for (const Step& step : story.steps) text += to_text(step) + "\n";
  return text;
}

Result<Story> parse_story(std::string_view text) {
  Story story;
  std::istringstream lines{std::string(text)};
  std::string content;
  while (std::getline(lines, content)) {
    Line line(content.substr(0, content.find("//")));
    if (line.empty()) continue;
    const std::string first = line.word();
    bool known = true;
    if (first == "seed") {
      const std::string value = line.word();
      std::from_chars(value.data(), value.data() + value.size(), story.seed);
    } else if (first == "network") {
      story.network.latency_us = line.small("latency", story.network.latency_us);
      story.network.bytes_per_second = line.small("rate", 0);
      story.network.job_us = line.small("job", story.network.job_us);
      story.network.gather_us = line.small("gather", 0);
      if (!line.text("slow").empty()) story.network.slow = line.small("slow", 0);
    } else if (first == "device") {
      known = parse_traits(line, story.devices.emplace_back());
    } else {
      Step& step = story.steps.emplace_back();
      known = parse_step(line, first, step) && step.device < story.devices.size() &&
              step.peer < story.devices.size();
    }
    if (!known || !line.good()) return Error{Errc::malformed, content};
  }
  if (story.devices.empty()) return Error{Errc::malformed, "story without devices"};
  return story;
}

}  // namespace lansync::sim
