#include "cli/daemon/node_commands.h"
#include "cli/program.h"

int main(int argc, char** argv) {
  return static_cast<int>(lansync::cli::run_program(argc, argv, lansync::cli::make_node));
}
