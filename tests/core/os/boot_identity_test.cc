#include "core/os/boot_identity.h"

#include <fstream>

#include <catch2/catch.hpp>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "tests/support/temporary_folder.h"

namespace lansync {
namespace {

constexpr const char* kBootId = "1b4e28ba-2fa1-4d2b-883f-0016d3cca427";

TEST_CASE("A boot has an identity where a renaming is whole", "[os][boot]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path().string();
  const std::string file = path + "/boot_id";
  std::ofstream(file) << kBootId << "\n";
  struct statfs about{};
  REQUIRE(::statfs(path.c_str(), &about) == 0);
  const bool whole = renames_as_a_whole(static_cast<std::uint64_t>(about.f_type));
  CHECK(boot_identity(path, file) == (whole ? kBootId : ""));
  CHECK(boot_identity(path) == boot_identity(path));
  CHECK(boot_identity("/proc", file).empty());
  CHECK(boot_identity(path + "/nothing", file).empty());
}

TEST_CASE("What is no boot id is none", "[os][boot]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path().string();
  const std::string file = path + "/boot_id";
  CHECK(boot_identity(path, file).empty());
  CHECK(boot_identity(path, path).empty());
  for (const std::string text : {"", "1b4e28ba", "1b4e28ba-2fa1-4d2b-883f-0016d3cca42 ",
                                 "the same length as any other boot id"}) {
    std::ofstream(file, std::ios::trunc) << text;
    INFO(text);
    CHECK(boot_identity(path, file).empty());
  }
}

TEST_CASE("Renamings are whole where there is a journal", "[os][boot]") {
  CHECK(renames_as_a_whole(EXT4_SUPER_MAGIC));
  CHECK(renames_as_a_whole(XFS_SUPER_MAGIC));
  CHECK(renames_as_a_whole(BTRFS_SUPER_MAGIC));
  CHECK_FALSE(renames_as_a_whole(NFS_SUPER_MAGIC));
  CHECK_FALSE(renames_as_a_whole(FUSE_SUPER_MAGIC));
  CHECK_FALSE(renames_as_a_whole(MSDOS_SUPER_MAGIC));
  CHECK_FALSE(renames_as_a_whole(OVERLAYFS_SUPER_MAGIC));
}

}  // namespace
}  // namespace lansync
