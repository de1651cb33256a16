// What to type to take a `connect` back.
#pragma once

#include <string>

namespace lansync::cli {

// The whole command line, for a shell. `address` is to_string(HostPort)'s.
std::string forget_command(const std::string& address);

}  // namespace lansync::cli
