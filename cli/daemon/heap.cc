#include "cli/daemon/heap.h"

#include <malloc.h>

namespace lansync::cli {
namespace {

// More than any chunk; the most that glibc takes.
constexpr int kMappedApartBytes = 32 << 20;
// What may lie free at the end of a heap.
constexpr int kKeptBytes = 64 << 20;

}  // namespace

// An allocator that knows nothing of this goes on as it does.
void keep_freed_memory() {
#ifdef __GLIBC__
  (void)::mallopt(M_MMAP_THRESHOLD, kMappedApartBytes);
  (void)::mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  // Of heaps other than the first, malloc_trim() gives nothing back that lies free at the end.
  (void)::mallopt(M_ARENA_MAX, 1);
#endif
}

void release_freed_memory() {
#ifdef __GLIBC__
  (void)::malloc_trim(0);
#endif
}

}  // namespace lansync::cli
