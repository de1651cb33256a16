// A share on the real disk, with a folder beside it that nothing may touch.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/os/share_root.h"
#include "core/os/unique_fd.h"
#include "tests/core/os/share_world.h"
#include "tests/support/temporary_folder.h"

namespace lansync::test {

inline const std::string kShareIdHex(64, 'a');

struct DiskForm {
  std::string name;
  ShareRootOptions options;
};

// The ways in which ShareRoot may have to work.
std::vector<DiskForm> disk_forms();

// Everything that lstat and the content tell about each path beneath a folder: equal twice means
// that nobody touched it.
std::map<std::string, std::string> fingerprint(const std::filesystem::path& folder);

// `share/` is the share, `outside/` a folder with the files `secret` and `dir/secret`.
class DiskWorld final : public ShareWorld {
 public:
  explicit DiskWorld(ShareRootOptions options);

  FileSystem& fs() override { return *fs_; }
  [[nodiscard]] ShareRoot& share() { return *fs_; }
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "share"; }
  [[nodiscard]] std::filesystem::path outside() const { return folder_.path() / "outside"; }

  void write(const std::string& path, std::string_view content) override;
  void replace(const std::string& path, std::string_view content) override;
  void make_dir(const std::string& path) override;
  void make_link(const std::string& path, const std::string& target) override;
  void make_second_name(const std::string& from, const std::string& to) override;
  void make_other(const std::string& path) override;
  void remove(const std::string& path) override;
  void hold_open(const std::string& path) override;
  void let_go() override;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<ShareRoot> fs_;
  UniqueFd held_;
};

}  // namespace lansync::test
