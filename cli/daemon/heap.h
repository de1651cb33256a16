// How the allocator deals with memory that is free again.
#pragma once

namespace lansync::cli {

// Chunks of a megabyte come and go a thousand times a second. The C library would give each back to
// the system and ask for the next, which then has to be zeroed page by page: a fifth of what
// receiving a large file costs on the network thread. To be called once, before threads are
// started.
void keep_freed_memory();

// What was kept, once there is nothing to do. Takes milliseconds.
void release_freed_memory();

}  // namespace lansync::cli
