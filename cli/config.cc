#include "cli/config.h"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <toml++/toml.h>

#include "core/base/escape.h"
#include "core/base/limits.h"

namespace lansync::cli {
namespace {

constexpr std::size_t kConfigBytesMax = std::size_t{64} << 10;

constexpr std::array<std::pair<std::string_view, DiscoveryBackend>, 4> kBackends = {{
    {"auto", DiscoveryBackend::automatic},
    {"avahi", DiscoveryBackend::avahi},
    {"embedded", DiscoveryBackend::embedded},
    {"none", DiscoveryBackend::none},
}};

std::optional<DiscoveryBackend> find_backend(std::string_view name) {
  for (const auto& [known, backend] : kBackends) {
    if (known == name) return backend;
  }
  return std::nullopt;
}

// Reads one file's keys; the first failure ends it.
class ConfigReader {
 public:
  explicit ConfigReader(const std::filesystem::path& file) : file_(file) {}

  Outcome<Config> read(const toml::table& table) {
    for (const auto& [key, value] : table) {
      if (auto done = apply(key.str(), value, key.source().begin.line); !done) {
        return std::move(done).error();
      }
    }
    return std::move(config_);
  }

  [[nodiscard]] Failure wrong(std::string_view what, toml::source_index line,
                              std::string fix) const {
    return {ExitCode::usage, std::string(what), file_.string() + ", line " + std::to_string(line),
            std::move(fix)};
  }

 private:
  Outcome<void> apply(std::string_view key, const toml::node& value, toml::source_index line) {
    const std::string named = "'" + std::string(key) + "'";
    if (key != "name" && key != "listen" && key != "discovery") {
      return wrong("unknown setting " + named, line, "known are: name, listen, discovery");
    }
    const auto* text = value.as_string();
    if (text == nullptr) return wrong(named + " is not a text", line, "put it in quotes");
    if (key == "name") return set_name(text->get(), line);
    if (key == "listen") return set_listen(text->get(), line);
    return set_discovery(text->get(), line);
  }

  Outcome<void> set_name(const std::string& text, toml::source_index line) {
    if (auto checked = check_device_name(text); !checked) {
      return wrong("'name' cannot be used: " + checked.error().message, line, checked.error().fix);
    }
    config_.device_name = text;
    return {};
  }

  Outcome<void> set_listen(const std::string& text, toml::source_index line) {
    const auto address = parse_host_port(text);
    if (!address) {
      return wrong("'listen' is no address: " + text, line,
                   "write it as \"192.168.1.5:22727\" or \"[::]:22727\"");
    }
    config_.listen = *address;
    config_.listen_given = true;
    return {};
  }

  Outcome<void> set_discovery(const std::string& text, toml::source_index line) {
    const auto backend = find_backend(text);
    if (!backend) {
      return wrong("'discovery' has no such value: " + text, line,
                   "possible are: auto, avahi, embedded, none");
    }
    config_.discovery = *backend;
    return {};
  }

  const std::filesystem::path& file_;
  Config config_;
};

}  // namespace

Outcome<void> check_device_name(std::string_view name) {
  if (name.empty()) return Failure{ExitCode::usage, "the name is empty", {}, "choose another"};
  if (name.size() > limits::kDisplayNameBytesMax) {
    return Failure{ExitCode::usage, "the name is longer than 64 bytes", {}, "choose a shorter one"};
  }
  if (escape_for_display(name) != name) {
    return Failure{ExitCode::usage, "the name has characters that cannot be shown",
                   std::string(name), "choose another"};
  }
  return {};
}

Outcome<Config> parse_config(std::string_view text, const std::filesystem::path& file) {
  ConfigReader reader(file);
  try {
    return reader.read(toml::parse(text, file.string()));
  } catch (const toml::parse_error& error) {
    return reader.wrong(error.description(), error.source().begin.line, "correct the line");
  }
}

Outcome<Config> load_config(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return Config{};
  std::ifstream stream(file, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return Failure{ExitCode::failed, "the configuration cannot be read", file.string(),
                   "check its permissions"};
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kConfigBytesMax) {
    return Failure{ExitCode::usage, "the configuration is larger than 64 kB", file.string(),
                   "is it the right file?"};
  }
  return parse_config(text, file);
}

}  // namespace lansync::cli
