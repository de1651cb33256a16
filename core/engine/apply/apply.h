// A batch of steps on the visible tree, made durable together.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/job.h"
#include "core/fs/file_system.h"

namespace lansync {

// Performs the steps in order: directories first as the caller sorted them, then each file by the
// install protocol (fs/installer.h), all staged files made durable before the first is installed
// and all directories after the last. A step whose directory could not be made durable has failed.
Applied apply_steps(FileSystem& fs, std::span<const ApplyStep> steps);

// A staged file is claimed, that is renamed, before it is exchanged with what a person has at its
// path: whatever is found under a claimed name after a crash may be the person's, and is never
// written to or thrown away, but moved to the trash by recover_claimed(), under the name that the
// step had for what it displaces: the step's intent (intents.h) says so.
bool is_claimed(std::string_view stage_name);
// Once, before the first job, when a share is opened. `trash_prefix` makes a name unique that is
// taken. Returns the names of what else is in the staging folder.
Result<std::vector<std::string>> recover_claimed(FileSystem& fs, std::string_view trash_prefix);
// The same for the one step that would have put what it displaced into the trash under `trash`,
// once it has ended with an error.
Result<void> recover_claimed_by(FileSystem& fs, std::string_view trash);

}  // namespace lansync
