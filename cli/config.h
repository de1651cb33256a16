// config.toml: what a person may decide about this device (docs/cli.md, "Configuration").
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/failure.h"
#include "cli/host_port.h"

namespace lansync::cli {

enum class DiscoveryBackend { automatic, avahi, embedded, none };

struct Config {
  std::string device_name;  // Empty: the host's name.
  HostPort listen{"::", kDefaultPort};
  bool listen_given = false;  // Then another port must not be taken instead of one in use.
  DiscoveryBackend discovery = DiscoveryBackend::automatic;

  friend bool operator==(const Config&, const Config&) = default;
};

// Everything unknown, doubled, of the wrong type or out of range fails with `usage`, naming the key
// and the line: a setting that was mistyped must not silently be the default.
Outcome<Config> parse_config(std::string_view text, const std::filesystem::path& file);

// The defaults if there is no such file.
Outcome<Config> load_config(const std::filesystem::path& file);

// Whether a name can be shown to others: 1–64 bytes of printable UTF-8.
Outcome<void> check_device_name(std::string_view name);

}  // namespace lansync::cli
