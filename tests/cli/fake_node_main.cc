#include "cli/program.h"
#include "tests/cli/fake_node.h"

int main(int argc, char** argv) {
  const auto make_node = [](const lansync::cli::NodeParts& parts) {
    return std::make_unique<lansync::cli::test::FakeCommands>(parts.context);
  };
  return static_cast<int>(lansync::cli::run_program(argc, argv, make_node));
}
