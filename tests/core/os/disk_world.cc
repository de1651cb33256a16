#include "tests/core/os/disk_world.h"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

namespace lansync::test {
namespace {

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  REQUIRE(file);
}

std::string describe(const std::filesystem::path& path) {
  struct stat raw{};
  REQUIRE(::lstat(path.c_str(), &raw) == 0);
  std::ostringstream text;
  text << raw.st_ino << ' ' << raw.st_mode << ' ' << raw.st_nlink << ' ' << raw.st_size << ' '
       << raw.st_mtim.tv_sec << '.' << raw.st_mtim.tv_nsec << ' ' << raw.st_ctim.tv_sec << '.'
       << raw.st_ctim.tv_nsec;
  if (S_ISREG(raw.st_mode)) text << ' ' << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

std::vector<DiskForm> disk_forms() {
  ShareRootOptions by_component;
  by_component.walk = Beneath::Walk::by_component;
  ShareRootOptions links_only;
  links_only.renames = {false, false, true};
  ShareRootOptions no_links;
  no_links.renames = {true, false, false};
  return {{"openat2", {}},
          {"by component", by_component},
          {"without flags for rename", links_only},
          {"without exchange and links", no_links}};
}

std::map<std::string, std::string> fingerprint(const std::filesystem::path& folder) {
  std::map<std::string, std::string> result{{"", describe(folder)}};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    result.emplace(entry.path().string(), describe(entry.path()));
  }
  return result;
}

DiskWorld::DiskWorld(ShareRootOptions options) {
  std::filesystem::create_directory(root());
  std::filesystem::create_directories(outside() / "dir");
  write_file(outside() / "secret", "outside");
  write_file(outside() / "dir" / "secret", "outside");
  auto share = ShareRoot::create(root().string(), kShareIdHex, options);
  REQUIRE(share);
  fs_ = *std::move(share);
}

void DiskWorld::write(const std::string& path, std::string_view content) {
  write_file(root() / path, content);
}

void DiskWorld::replace(const std::string& path, std::string_view content) {
  write_file(root() / ".editor-temporary", content);
  std::filesystem::rename(root() / ".editor-temporary", root() / path);
}

void DiskWorld::make_dir(const std::string& path) {
  REQUIRE(std::filesystem::create_directory(root() / path));
}

void DiskWorld::make_link(const std::string& path, const std::string& target) {
  std::filesystem::create_symlink(target, root() / path);
}

void DiskWorld::make_second_name(const std::string& from, const std::string& to) {
  std::filesystem::create_hard_link(root() / from, root() / to);
}

void DiskWorld::make_other(const std::string& path) {
  REQUIRE(::mkfifo((root() / path).c_str(), 0644) == 0);
}

void DiskWorld::remove(const std::string& path) {
  REQUIRE(std::filesystem::remove_all(root() / path) > 0);
}

void DiskWorld::hold_open(const std::string& path) {
  held_ = UniqueFd(::open((root() / path).c_str(), O_WRONLY | O_CLOEXEC));
  REQUIRE(held_);
}

void DiskWorld::let_go() { held_ = UniqueFd(); }

}  // namespace lansync::test
