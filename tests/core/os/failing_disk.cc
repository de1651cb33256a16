#include "tests/core/os/failing_disk.h"

#include <cstddef>
#include <vector>

#include <sqlite3.h>

#include "core/base/assert.h"

namespace lansync::test {

struct FailingDisk::Calls {
  bool fails() {
    if (left == 0 || --left > 0) return false;
    failed = true;
    return true;
  }

  sqlite3_vfs* system = nullptr;
  sqlite3_vfs vfs{};
  std::uint64_t left = 0;
  bool failed = false;
};

namespace {

// What SQLite keeps of an open file: ours, and behind it the system's.
struct File {
  sqlite3_file base;
  FailingDisk::Calls* calls;
};

sqlite3_file* system_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + sizeof(File));
}

bool fails(sqlite3_file* file) { return reinterpret_cast<File*>(file)->calls->fails(); }

int close(sqlite3_file* file) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods == nullptr ? SQLITE_OK : system->pMethods->xClose(system);
}
int read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset) {
  if (fails(file)) return SQLITE_IOERR_READ;
  return system_file(file)->pMethods->xRead(system_file(file), to, bytes, offset);
}
int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  if (fails(file)) return SQLITE_IOERR_WRITE;
  return system_file(file)->pMethods->xWrite(system_file(file), from, bytes, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (fails(file)) return SQLITE_IOERR_TRUNCATE;
  return system_file(file)->pMethods->xTruncate(system_file(file), size);
}
int sync(sqlite3_file* file, int) { return fails(file) ? SQLITE_IOERR_FSYNC : SQLITE_OK; }
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (fails(file)) return SQLITE_IOERR_FSTAT;
  return system_file(file)->pMethods->xFileSize(system_file(file), size);
}
int lock(sqlite3_file* file, int level) {
  if (fails(file)) return SQLITE_IOERR_LOCK;
  return system_file(file)->pMethods->xLock(system_file(file), level);
}
int unlock(sqlite3_file* file, int level) {
  return system_file(file)->pMethods->xUnlock(system_file(file), level);
}
int check_reserved(sqlite3_file* file, int* reserved) {
  return system_file(file)->pMethods->xCheckReservedLock(system_file(file), reserved);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return system_file(file)->pMethods->xFileControl(system_file(file), operation, argument);
}
int sector_size(sqlite3_file* file) {
  return system_file(file)->pMethods->xSectorSize(system_file(file));
}
int characteristics(sqlite3_file* file) {
  return system_file(file)->pMethods->xDeviceCharacteristics(system_file(file));
}

// Version 1: without the shared memory that an index, which locks exclusively, does not use.
constexpr sqlite3_io_methods kMethods = {.iVersion = 1,
                                         .xClose = close,
                                         .xRead = read,
                                         .xWrite = write,
                                         .xTruncate = truncate,
                                         .xSync = sync,
                                         .xFileSize = file_size,
                                         .xLock = lock,
                                         .xUnlock = unlock,
                                         .xCheckReservedLock = check_reserved,
                                         .xFileControl = control,
                                         .xSectorSize = sector_size,
                                         .xDeviceCharacteristics = characteristics,
                                         .xShmMap = nullptr,
                                         .xShmLock = nullptr,
                                         .xShmBarrier = nullptr,
                                         .xShmUnmap = nullptr,
                                         .xFetch = nullptr,
                                         .xUnfetch = nullptr};

FailingDisk::Calls& calls_of(sqlite3_vfs* vfs) {
  return *static_cast<FailingDisk::Calls*>(vfs->pAppData);
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  FailingDisk::Calls& calls = calls_of(vfs);
  // SQLite closes what has methods, and only that.
  file->pMethods = nullptr;
  if (calls.fails()) return SQLITE_CANTOPEN;
  const int code = calls.system->xOpen(calls.system, name, system_file(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  file->pMethods = &kMethods;
  reinterpret_cast<File*>(file)->calls = &calls;
  return SQLITE_OK;
}
int remove(sqlite3_vfs* vfs, const char* name, int) {
  if (calls_of(vfs).fails()) return SQLITE_IOERR_DELETE;
  constexpr int kNoSync = 0;
  return calls_of(vfs).system->xDelete(calls_of(vfs).system, name, kNoSync);
}
int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  if (calls_of(vfs).fails()) return SQLITE_IOERR_ACCESS;
  return calls_of(vfs).system->xAccess(calls_of(vfs).system, name, flags, result);
}

}  // namespace

FailingDisk::FailingDisk() : calls_(std::make_unique<Calls>()) {
  calls_->system = sqlite3_vfs_find(nullptr);
  calls_->vfs = *calls_->system;
  calls_->vfs.zName = "failing";
  calls_->vfs.szOsFile += static_cast<int>(sizeof(File));
  calls_->vfs.pAppData = calls_.get();
  calls_->vfs.xOpen = open;
  calls_->vfs.xDelete = remove;
  calls_->vfs.xAccess = access;
  LANSYNC_ASSERT(sqlite3_vfs_register(&calls_->vfs, 1) == SQLITE_OK);
}

FailingDisk::~FailingDisk() {
  sqlite3_vfs_unregister(&calls_->vfs);
  sqlite3_vfs_register(calls_->system, 1);
}

void FailingDisk::fail_call(std::uint64_t n) { calls_->left = n; }

bool FailingDisk::has_failed() const { return calls_->failed; }

}  // namespace lansync::test
