// Whether somebody is writing to a file right now.
#pragma once

namespace lansync {

// Whether any process has the regular file behind `fd` (open for reading only) open for writing.
// False where that can't be told: another owner's file, a file system without leases.
//
// Asks for a read lease (fcntl(2), F_SETLEASE), which is granted only where nobody writes, and
// gives it back at once. Who opens the file for writing within those microseconds waits for that,
// or gets EWOULDBLOCK if it asked not to wait.
bool has_writers(int fd);

}  // namespace lansync
