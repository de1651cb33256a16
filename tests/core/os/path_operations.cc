#include "tests/core/os/path_operations.h"

#include <catch2/catch.hpp>

#include "tests/core/os/share_world.h"

namespace lansync::test {
namespace {

constexpr const char* kStaged = "staged";
constexpr const char* kTrashed = "trashed";
constexpr const char* kBeside = "moved by a test";

void tidy(FileSystem& fs) {
  (void)fs.move_to_trash(at(kBeside), "beside");
  const auto trash = fs.list_trash();
  REQUIRE(trash);
  for (const DirEntry& entry : *trash) REQUIRE(fs.remove_trash(entry.name));
  const auto staged = fs.list_stage();
  REQUIRE(staged);
  for (const std::string& name : *staged) {
    REQUIRE(fs.move_stage_to_trash(name, name));
    REQUIRE(fs.remove_trash(name));
  }
}

std::error_code install(FileSystem& fs, const RelativePath& path) {
  stage(fs, kStaged, "installed");
  return error_of(fs.install_new(kStaged, path));
}

std::error_code exchange(FileSystem& fs, const RelativePath& path) {
  stage(fs, kStaged, "exchanged");
  return error_of(fs.exchange(kStaged, path));
}

std::error_code put_back(FileSystem& fs, const RelativePath& path) {
  stage(fs, kStaged, "from the trash");
  REQUIRE(fs.move_stage_to_trash(kStaged, kTrashed));
  return error_of(fs.move_from_trash(kTrashed, path));
}

std::error_code trade(FileSystem& fs, const RelativePath& path) {
  stage(fs, kStaged, "from the trash");
  REQUIRE(fs.move_stage_to_trash(kStaged, kTrashed));
  return error_of(fs.exchange_with_trash(kTrashed, path));
}

std::error_code move_there(FileSystem& fs, const RelativePath& path) {
  stage(fs, kStaged, "moved");
  REQUIRE(fs.install_new(kStaged, at(kBeside)));
  return error_of(fs.move(at(kBeside), path));
}

PathOperation operation(std::string name,
                        std::function<std::error_code(FileSystem&, const RelativePath&)> run) {
  return {std::move(name), [run = std::move(run)](FileSystem& fs, const RelativePath& path) {
            const std::error_code error = run(fs, path);
            tidy(fs);
            return error;
          }};
}

std::vector<PathOperation> all() {
  using Path = const RelativePath&;
  return {
      operation("list", [](FileSystem& fs, Path path) { return error_of(fs.list(path)); }),
      operation("stat", [](FileSystem& fs, Path path) { return error_of(fs.stat(path)); }),
      operation("open_read",
                [](FileSystem& fs, Path path) { return error_of(fs.open_read(path)); }),
      operation("read_link",
                [](FileSystem& fs, Path path) { return error_of(fs.read_link(path)); }),
      operation("is_open_for_writing",
                [](FileSystem& fs, Path path) { return error_of(fs.is_open_for_writing(path)); }),
      operation("sync_metadata",
                [](FileSystem& fs, Path path) { return error_of(fs.sync_metadata(path)); }),
      operation("sync_dir", [](FileSystem& fs, Path path) { return error_of(fs.sync_dir(path)); }),
      operation("make_dir",
                [](FileSystem& fs, Path path) { return error_of(fs.make_dir(path, 0777)); }),
      operation("set_mode",
                [](FileSystem& fs, Path path) { return error_of(fs.set_mode(path, 0777)); }),
      operation("set_mtime",
                [](FileSystem& fs, Path path) { return error_of(fs.set_mtime(path, {1})); }),
      operation("remove_dir",
                [](FileSystem& fs, Path path) { return error_of(fs.remove_dir(path)); }),
      operation("install_new", install),
      operation("exchange", exchange),
      operation("move from",
                [](FileSystem& fs, Path path) { return error_of(fs.move(path, at(kBeside))); }),
      operation("move to", move_there),
      operation(
          "move_to_trash",
          [](FileSystem& fs, Path path) { return error_of(fs.move_to_trash(path, kTrashed)); }),
      operation("move_from_trash", put_back),
      operation("exchange_with_trash", trade),
  };
}

}  // namespace

const std::vector<PathOperation>& path_operations() {
  static const std::vector<PathOperation> operations = all();
  return operations;
}

}  // namespace lansync::test
