#include "core/os/sqlite_file_birth.h"

#include <cstdint>

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/bytes.h"
#include "core/os/system_call.h"

namespace lansync {

Result<Bytes> file_birth(const std::string& file) {
  struct statx found{};
  const int done = uninterrupted(
      [&] { return ::statx(AT_FDCWD, file.c_str(), 0, STATX_INO | STATX_BTIME, &found); });
  if (done != 0) return errno_about(file);
  const bool has_birth = (found.stx_mask & STATX_BTIME) != 0;
  const std::int64_t born_ns =
      has_birth ? found.stx_btime.tv_sec * 1'000'000'000 + found.stx_btime.tv_nsec : 0;
  Bytes birth;
  append_be(birth, std::uint64_t{found.stx_ino});
  append_be(birth, static_cast<std::uint64_t>(born_ns));
  return birth;
}

}  // namespace lansync
