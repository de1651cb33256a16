// Figures as people and programs read them.
#pragma once

#include <span>
#include <string>

#include "tests/mesh/measurement.h"

namespace lansync::mesh {

// Two tables: what a device sends and does for each change; and how much of that is which kind of
// message.
std::string to_table(std::span<const Figures> all);
std::string to_json(std::span<const Figures> all);

}  // namespace lansync::mesh
