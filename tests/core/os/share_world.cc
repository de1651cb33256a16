#include "tests/core/os/share_world.h"

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "tests/core/os/disk_world.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

class MemoryWorld final : public ShareWorld {
 public:
  FileSystem& fs() override { return fs_; }

  void write(const std::string& path, std::string_view content) override {
    REQUIRE(fs_.user_write(path, content));
  }
  void replace(const std::string& path, std::string_view content) override {
    REQUIRE(fs_.user_replace(path, content));
  }
  void make_dir(const std::string& path) override { REQUIRE(fs_.user_mkdir(path)); }
  void make_link(const std::string& path, const std::string& target) override {
    REQUIRE(fs_.user_symlink(path, target));
  }
  void make_second_name(const std::string& from, const std::string& to) override {
    REQUIRE(fs_.user_link(from, to));
  }
  void make_other(const std::string& path) override { REQUIRE(fs_.user_make_other(path)); }
  void remove(const std::string& path) override { REQUIRE(fs_.user_remove(path)); }
  void hold_open(const std::string& path) override {
    REQUIRE(fs_.user_hold_open(path, true));
    held_ = path;
  }
  void let_go() override { REQUIRE(fs_.user_hold_open(held_, false)); }

 private:
  MemoryFileSystem fs_;
  std::string held_;
};

}  // namespace

void for_each_world(const std::function<void(ShareWorld&)>& test) {
  SECTION("memory") {
    MemoryWorld world;
    test(world);
  }
  for (const DiskForm& form : disk_forms()) {
    DYNAMIC_SECTION("disk, " << form.name) {
      DiskWorld world(form.options);
      test(world);
    }
  }
}

RelativePath at(std::string_view path) {
  if (path.empty()) return {};
  auto parsed = RelativePath::parse(path);
  REQUIRE(parsed);
  return *std::move(parsed);
}

std::string read_all(ReadFile& file) {
  std::string content;
  std::array<std::byte, 7> buffer{};
  while (true) {
    const auto count = file.read_at(content.size(), buffer);
    REQUIRE(count);
    content += as_text(ByteView(buffer).first(*count));
    if (*count < buffer.size()) return content;
  }
}

std::string read_at_path(FileSystem& fs, std::string_view path) {
  const auto file = fs.open_read(at(path));
  REQUIRE(file);
  return read_all(**file);
}

void stage(FileSystem& fs, std::string_view name, std::string_view content) {
  const auto file = fs.open_stage(name);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes(content)));
  REQUIRE((*file)->truncate(content.size()));
}

std::vector<std::string> names_in(FileSystem& fs, std::string_view dir) {
  const auto entries = fs.list(at(dir));
  REQUIRE(entries);
  std::vector<std::string> names;
  for (const DirEntry& entry : *entries) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

void check_names(FileSystem& fs, std::string_view dir, Names expected) {
  std::ranges::sort(expected);
  CHECK(names_in(fs, dir) == expected);
}

void populate(ShareWorld& world) {
  world.write("file", "content");
  world.make_dir("dir");
  world.write("dir/inner", "inner");
  world.make_link("link", "dir");
  world.make_other("other");
}

}  // namespace lansync::test
