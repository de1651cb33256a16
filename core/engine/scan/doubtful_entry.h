// What a look into a directory has to know of the paths in doubt there.
#pragma once

#include <vector>

#include "core/engine/job.h"
#include "core/engine/scan/intents.h"

namespace lansync {

std::vector<DoubtfulEntry> doubtful_entries(const Intents& intents, const RelativePath& dir);

}  // namespace lansync
