// Tells an index's file from a copy of it.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace lansync {

// What stays with a file as long as it is the same one, whatever is written to it and whatever it
// is called: its inode and the time of its birth (zero where the file system keeps none). A file
// that was put back from a backup, or came along with a copied folder, differs; one that was
// overwritten in place, or rolled back with its whole disk, does not.
//
// 16 bytes, to be compared only. Errors are the system's.
Result<Bytes> file_birth(const std::string& file);

}  // namespace lansync
