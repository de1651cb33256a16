// Reports to show, send and compare.
#pragma once

#include <string>

#include "cli/report.h"

namespace lansync::cli::test {

// Two shares, three devices, something of everything.
StatusReport sample_status();
PeersReport sample_peers();
JoinReport sample_join();

// The same, with `name` wherever another device, or a file's name, has a say.
StatusReport status_named(const std::string& name);
PeersReport peers_named(const std::string& name);
JoinReport join_named(const std::string& name);

}  // namespace lansync::cli::test
