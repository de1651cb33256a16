#include "tests/core/os/failing_calls.h"

#include <cerrno>
#include <cstddef>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include "core/base/assert.h"

namespace lansync::test {
namespace {

struct Plan {
  bool armed = false;
  std::uint64_t calls = 0;
  std::uint64_t number = 0;
  int error = 0;
  bool lasting = false;
  std::function<void()> act;  // Instead of the error.
};

Plan& plan() {
  static Plan one;
  return one;
}

bool fails() {
  Plan& now = plan();
  if (!now.armed || ++now.calls < now.number) return false;
  if (now.calls > now.number && !now.lasting) return false;
  if (now.act) {
    // Whose own calls do not count.
    now.armed = false;
    now.act();
    now.armed = true;
    return false;
  }
  errno = now.error;
  return true;
}

void arm(Plan next) {
  LANSYNC_ASSERT(!plan().armed);
  plan() = std::move(next);
}

bool& kinds_untold() {
  static bool untold = false;
  return untold;
}

bool reached() { return plan().calls >= plan().number; }

}  // namespace

FailingCall::FailingCall(std::uint64_t number, int error, bool lasting) {
  arm({true, 0, number, error, lasting, {}});
}

FailingCall::~FailingCall() { plan() = {}; }

bool FailingCall::happened() const { return reached(); }

InterruptedCall::InterruptedCall(std::uint64_t number, std::function<void()> act) {
  arm({true, 0, number, 0, false, std::move(act)});
}

InterruptedCall::~InterruptedCall() { plan() = {}; }

bool InterruptedCall::happened() const { return reached(); }

UntoldKinds::UntoldKinds() { kinds_untold() = true; }

UntoldKinds::~UntoldKinds() { kinds_untold() = false; }

// `ld --wrap=NAME` makes every call of NAME one of __wrap_NAME, and __real_NAME the system's own.
extern "C" {

int real_inotify_add_watch(int fd, const char* path,
                           std::uint32_t mask) asm("__real_inotify_add_watch");
int wrapped_inotify_add_watch(int fd, const char* path,
                              std::uint32_t mask) asm("__wrap_inotify_add_watch");
int wrapped_inotify_add_watch(int fd, const char* path, std::uint32_t mask) {
  return fails() ? -1 : real_inotify_add_watch(fd, path, mask);
}

int real_inotify_init1(int flags) asm("__real_inotify_init1");
int wrapped_inotify_init1(int flags) asm("__wrap_inotify_init1");
int wrapped_inotify_init1(int flags) { return fails() ? -1 : real_inotify_init1(flags); }

int real_fstat(int fd, struct stat* found) asm("__real_fstat");
int wrapped_fstat(int fd, struct stat* found) asm("__wrap_fstat");
int wrapped_fstat(int fd, struct stat* found) { return fails() ? -1 : real_fstat(fd, found); }

int real_fstatat(int dir, const char* name, struct stat* found, int flags) asm("__real_fstatat");
int wrapped_fstatat(int dir, const char* name, struct stat* found, int flags) asm("__wrap_fstatat");
int wrapped_fstatat(int dir, const char* name, struct stat* found, int flags) {
  return fails() ? -1 : real_fstatat(dir, name, found, flags);
}

int real_statx(int dir, const char* name, int flags, unsigned mask,
               struct statx* found) asm("__real_statx");
int wrapped_statx(int dir, const char* name, int flags, unsigned mask,
                  struct statx* found) asm("__wrap_statx");
int wrapped_statx(int dir, const char* name, int flags, unsigned mask, struct statx* found) {
  return fails() ? -1 : real_statx(dir, name, flags, mask, found);
}

int real_fstatvfs(int fd, struct statvfs* found) asm("__real_fstatvfs");
int wrapped_fstatvfs(int fd, struct statvfs* found) asm("__wrap_fstatvfs");
int wrapped_fstatvfs(int fd, struct statvfs* found) {
  return fails() ? -1 : real_fstatvfs(fd, found);
}

int real_mkdirat(int dir, const char* name, mode_t mode) asm("__real_mkdirat");
int wrapped_mkdirat(int dir, const char* name, mode_t mode) asm("__wrap_mkdirat");
int wrapped_mkdirat(int dir, const char* name, mode_t mode) {
  return fails() ? -1 : real_mkdirat(dir, name, mode);
}

int real_unlinkat(int dir, const char* name, int flags) asm("__real_unlinkat");
int wrapped_unlinkat(int dir, const char* name, int flags) asm("__wrap_unlinkat");
int wrapped_unlinkat(int dir, const char* name, int flags) {
  return fails() ? -1 : real_unlinkat(dir, name, flags);
}

int real_renameat2(int from_dir, const char* from, int to_dir, const char* to,
                   unsigned int flags) asm("__real_renameat2");
int wrapped_renameat2(int from_dir, const char* from, int to_dir, const char* to,
                      unsigned int flags) asm("__wrap_renameat2");
int wrapped_renameat2(int from_dir, const char* from, int to_dir, const char* to,
                      unsigned int flags) {
  return fails() ? -1 : real_renameat2(from_dir, from, to_dir, to, flags);
}

int real_linkat(int from_dir, const char* from, int to_dir, const char* to,
                int flags) asm("__real_linkat");
int wrapped_linkat(int from_dir, const char* from, int to_dir, const char* to,
                   int flags) asm("__wrap_linkat");
int wrapped_linkat(int from_dir, const char* from, int to_dir, const char* to, int flags) {
  return fails() ? -1 : real_linkat(from_dir, from, to_dir, to, flags);
}

int real_symlinkat(const char* target, int dir, const char* name) asm("__real_symlinkat");
int wrapped_symlinkat(const char* target, int dir, const char* name) asm("__wrap_symlinkat");
int wrapped_symlinkat(const char* target, int dir, const char* name) {
  return fails() ? -1 : real_symlinkat(target, dir, name);
}

ssize_t real_readlinkat(int dir, const char* name, char* target,
                        std::size_t bytes) asm("__real_readlinkat");
ssize_t wrapped_readlinkat(int dir, const char* name, char* target,
                           std::size_t bytes) asm("__wrap_readlinkat");
ssize_t wrapped_readlinkat(int dir, const char* name, char* target, std::size_t bytes) {
  return fails() ? -1 : real_readlinkat(dir, name, target, bytes);
}

int real_fchmod(int fd, mode_t mode) asm("__real_fchmod");
int wrapped_fchmod(int fd, mode_t mode) asm("__wrap_fchmod");
int wrapped_fchmod(int fd, mode_t mode) { return fails() ? -1 : real_fchmod(fd, mode); }

int real_fchmodat(int dir, const char* name, mode_t mode, int flags) asm("__real_fchmodat");
int wrapped_fchmodat(int dir, const char* name, mode_t mode, int flags) asm("__wrap_fchmodat");
int wrapped_fchmodat(int dir, const char* name, mode_t mode, int flags) {
  return fails() ? -1 : real_fchmodat(dir, name, mode, flags);
}

int real_utimensat(int dir, const char* name, const timespec* times,
                   int flags) asm("__real_utimensat");
int wrapped_utimensat(int dir, const char* name, const timespec* times,
                      int flags) asm("__wrap_utimensat");
int wrapped_utimensat(int dir, const char* name, const timespec* times, int flags) {
  return fails() ? -1 : real_utimensat(dir, name, times, flags);
}

int real_futimens(int fd, const timespec* times) asm("__real_futimens");
int wrapped_futimens(int fd, const timespec* times) asm("__wrap_futimens");
int wrapped_futimens(int fd, const timespec* times) {
  return fails() ? -1 : real_futimens(fd, times);
}

ssize_t real_pread(int fd, void* bytes, std::size_t count, off_t offset) asm("__real_pread");
ssize_t wrapped_pread(int fd, void* bytes, std::size_t count, off_t offset) asm("__wrap_pread");
ssize_t wrapped_pread(int fd, void* bytes, std::size_t count, off_t offset) {
  return fails() ? -1 : real_pread(fd, bytes, count, offset);
}

ssize_t real_pwrite(int fd, const void* bytes, std::size_t count,
                    off_t offset) asm("__real_pwrite");
ssize_t wrapped_pwrite(int fd, const void* bytes, std::size_t count,
                       off_t offset) asm("__wrap_pwrite");
ssize_t wrapped_pwrite(int fd, const void* bytes, std::size_t count, off_t offset) {
  return fails() ? -1 : real_pwrite(fd, bytes, count, offset);
}

ssize_t real_read(int fd, void* bytes, std::size_t count) asm("__real_read");
ssize_t wrapped_read(int fd, void* bytes, std::size_t count) asm("__wrap_read");
ssize_t wrapped_read(int fd, void* bytes, std::size_t count) {
  return fails() ? -1 : real_read(fd, bytes, count);
}

int real_ftruncate(int fd, off_t bytes) asm("__real_ftruncate");
int wrapped_ftruncate(int fd, off_t bytes) asm("__wrap_ftruncate");
int wrapped_ftruncate(int fd, off_t bytes) { return fails() ? -1 : real_ftruncate(fd, bytes); }

DIR* real_fdopendir(int fd) asm("__real_fdopendir");
DIR* wrapped_fdopendir(int fd) asm("__wrap_fdopendir");
DIR* wrapped_fdopendir(int fd) { return fails() ? nullptr : real_fdopendir(fd); }

dirent* real_readdir(DIR* stream) asm("__real_readdir");
dirent* wrapped_readdir(DIR* stream) asm("__wrap_readdir");
dirent* wrapped_readdir(DIR* stream) {
  if (fails()) return nullptr;
  dirent* const entry = real_readdir(stream);
  if (entry != nullptr && kinds_untold()) entry->d_type = DT_UNKNOWN;
  return entry;
}

int real_stat(const char* path, struct stat* found) asm("__real_stat");
int wrapped_stat(const char* path, struct stat* found) asm("__wrap_stat");
int wrapped_stat(const char* path, struct stat* found) {
  return fails() ? -1 : real_stat(path, found);
}

int real_mkdir(const char* path, mode_t mode) asm("__real_mkdir");
int wrapped_mkdir(const char* path, mode_t mode) asm("__wrap_mkdir");
int wrapped_mkdir(const char* path, mode_t mode) { return fails() ? -1 : real_mkdir(path, mode); }

int real_chmod(const char* path, mode_t mode) asm("__real_chmod");
int wrapped_chmod(const char* path, mode_t mode) asm("__wrap_chmod");
int wrapped_chmod(const char* path, mode_t mode) { return fails() ? -1 : real_chmod(path, mode); }

int real_access(const char* path, int mode) asm("__real_access");
int wrapped_access(const char* path, int mode) asm("__wrap_access");
int wrapped_access(const char* path, int mode) { return fails() ? -1 : real_access(path, mode); }

int wrapped_fsync(int fd) asm("__wrap_fsync");
int wrapped_fsync(int) { return fails() ? -1 : 0; }

int wrapped_sync_file_range(int fd, off_t from, off_t count,
                            unsigned flags) asm("__wrap_sync_file_range");
int wrapped_sync_file_range(int, off_t, off_t, unsigned) { return fails() ? -1 : 0; }

int wrapped_syncfs(int fd) asm("__wrap_syncfs");
int wrapped_syncfs(int) { return fails() ? -1 : 0; }

// Those with any number of arguments: as many as there can be are handed on.
int real_open(const char* path, int flags, ...) asm("__real_open");
int wrapped_open(const char* path, int flags, mode_t mode) asm("__wrap_open");
int wrapped_open(const char* path, int flags, mode_t mode) {
  return fails() ? -1 : real_open(path, flags, mode);
}

int real_openat(int dir, const char* name, int flags, ...) asm("__real_openat");
int wrapped_openat(int dir, const char* name, int flags, mode_t mode) asm("__wrap_openat");
int wrapped_openat(int dir, const char* name, int flags, mode_t mode) {
  return fails() ? -1 : real_openat(dir, name, flags, mode);
}

int real_fcntl(int fd, int command, ...) asm("__real_fcntl");
int wrapped_fcntl(int fd, int command, long argument) asm("__wrap_fcntl");
int wrapped_fcntl(int fd, int command, long argument) {
  return fails() ? -1 : real_fcntl(fd, command, argument);
}

long real_syscall(long number, ...) asm("__real_syscall");
long wrapped_syscall(long number, long a, long b, long c, long d) asm("__wrap_syscall");
long wrapped_syscall(long number, long a, long b, long c, long d) {
  return fails() ? -1 : real_syscall(number, a, b, c, d);
}

}  // extern "C"

}  // namespace lansync::test
