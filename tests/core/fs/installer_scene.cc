#include "tests/core/fs/installer_scene.h"

namespace lansync::test {
namespace {

void stage(FileSystem& fs, std::string_view name, std::string_view content) {
  const auto file = fs.open_stage(name);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes(content)));
}

}  // namespace

Scene::Scene() {
  REQUIRE(fs.user_mkdir("dir"));
  REQUIRE(fs.user_write("dir/file", kOld));
  fs.set_time({1000});
  stage(fs, "s", kNew);
  old_file = identity_at(fs, "dir/file");
  new_file = FileIdentity::of(*fs.stat_stage("s"));
  fs.set_time({2000});
}

Result<InstallOutcome> install_step(Scene& scene) {
  return install(scene.fs, "s", at("dir/file"), scene.old_file, "t");
}

Result<InstallOutcome> remove_step(Scene& scene) {
  return remove_to_trash(scene.fs, at("dir/file"), scene.old_file, "t");
}

RelativePath at(std::string_view path) {
  auto parsed = RelativePath::parse(path);
  REQUIRE(parsed);
  return *std::move(parsed);
}

FileIdentity identity_at(FileSystem& fs, std::string_view path) {
  const auto stat = fs.stat(at(path));
  REQUIRE(stat);
  return FileIdentity::of(*stat);
}

std::string content_of(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  return node == tree.end() ? "(nothing)" : node->second.content;
}

}  // namespace lansync::test
