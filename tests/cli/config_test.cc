#include "cli/config.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.h"

using namespace lansync::cli;

TEST_CASE("A setting that cannot be understood is an error that names it and its line") {
  struct Row {
    std::string text;
    std::string names;  // Has to be in the message.
    int line;
  };
  const std::vector<Row> rows = {
      {"nmae = 'x'", "nmae", 1},
      {"name = 'x'\nListen = '::'\n", "Listen", 2},
      {"[network]\nlisten = '::'", "network", 1},
      {"name = 5", "name", 1},
      {"name = ''", "name", 1},
      {"\n\nname = true", "name", 3},
      {"name = ['a']", "name", 1},
      {"name = \"a\\u001b[31m\"", "name", 1},
      {"name = \"a\\u202eb\"", "name", 1},
      {"name = '" + std::string(65, 'n') + "'", "name", 1},
      {"name = 'a'\nname = 'b'", "name", 2},
      {"listen = 22727", "listen", 1},
      {"listen = 'here'\nlisten2 = 1", "listen2", 2},
      {"listen = '1.2.3.4:99999'", "listen", 1},
      {"listen = ''", "listen", 1},
      {"discovery = 'none '", "discovery", 1},
      {"discovery = 'NONE'", "discovery", 1},
      {"discovery = false", "discovery", 1},
      {"name = 'x' listen", "", 1},
      {"= 1", "", 1},
      {"name = 'x", "", 1},
      {"max_alloc = 0", "max_alloc", 1},
      {"timeout = -1", "timeout", 1},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.text) {
      const auto config = parse_config(row.text, "config.toml");
      REQUIRE_FALSE(config.has_value());
      CHECK(config.error().exit == ExitCode::usage);
      CHECK(config.error().message.find(row.names) != std::string::npos);
      CHECK(config.error().path == "config.toml, line " + std::to_string(row.line));
    }
  }
}

TEST_CASE("An empty configuration is the default one") {
  CHECK(parse_config("", "config.toml").value() == Config());
  CHECK(parse_config("# nothing\n", "config.toml").value() == Config());
}

TEST_CASE("Settings are taken over") {
  const auto config = parse_config(
      "name = 'Anna’s laptop'\nlisten = '[::1]:5000'\ndiscovery = 'embedded'\n", "config.toml");
  REQUIRE(config.has_value());
  CHECK(config->device_name == "Anna’s laptop");
  CHECK(config->listen == HostPort{"::1", 5000});
  CHECK(config->listen_given);
  CHECK(config->discovery == DiscoveryBackend::embedded);
}

TEST_CASE("A configuration that is not there is the default, one that cannot be read an error") {
  const lansync::test::TemporaryFolder folder;
  const auto file = folder.path() / "config.toml";
  CHECK(load_config(file).value() == Config());

  std::ofstream(file) << std::string(70'000, '#');
  CHECK(load_config(file).error().exit == ExitCode::usage);

  std::ofstream(file) << "discovery = 'none'\n";
  CHECK(load_config(file).value().discovery == DiscoveryBackend::none);

  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK_FALSE(load_config(file).has_value());
}
