// Reports as JSON and back (docs/cli.md).
#pragma once

#include "cli/failure.h"
#include "cli/json.h"
#include "cli/report.h"

namespace lansync::cli {

// With "v" and "type" in front, as --json prints it.
Json to_json(const Report& report);
Json to_json(const Failure& failure);
Json to_json(const Progress& progress);

// What to_json() made. Keys that are missing are empty, unknown ones are ignored: client and daemon
// may be of different versions. Fails if the type is unknown or a value of the wrong kind.
Outcome<Report> report_from_json(const Json& json);
Progress progress_from_json(const Json& json);
Failure failure_from_json(const Json& json);

}  // namespace lansync::cli
