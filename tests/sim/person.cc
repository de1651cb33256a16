#include "tests/sim/person.h"

#include <algorithm>

#include "tests/sim/random_stream.h"

namespace lansync::sim {
namespace {

constexpr std::int64_t kBytesMax = 1 << 20;
constexpr std::int64_t kFilesMax = 32;

std::string resolve(const Where& where, const test::SeenTree& tree) {
  if (!where.pick || tree.empty()) return where.path;
  return std::next(tree.begin(), static_cast<std::ptrdiff_t>(*where.pick % tree.size()))->first;
}

// Of what a step may pick something.
test::SeenTree visible(const Step& step, test::MemoryFileSystem& fs) {
  test::SeenTree tree = step.path.pick || step.to.pick ? fs.snapshot() : test::SeenTree();
  // Who asks for anything does not mean a pipe: a directory that holds one cannot come to rest.
  std::erase_if(tree, [](const auto& entry) { return entry.second.kind == NodeKind::other; });
  return tree;
}

}  // namespace

bool is_persons(Deed deed) { return deed <= Deed::close_file; }

std::string Person::fresh_version(std::int64_t bytes) {
  std::string content = "v" + std::to_string(++versions_) + ".";
  const auto size = static_cast<std::size_t>(std::clamp(bytes, std::int64_t{0}, kBytesMax));
  if (size == 0) return {};
  RandomStream filling(versions_, "filling");
  while (content.size() < size) {
    const std::uint64_t word = filling.next();
    content.append(reinterpret_cast<const char*>(&word),
                   std::min(sizeof(word), size - content.size()));
  }
  return content;
}

std::string Person::path_of(const Step& step, test::MemoryFileSystem& fs) {
  return resolve(step.path, visible(step, fs));
}

bool Person::act(const Step& step, test::MemoryFileSystem& fs) {
  const test::SeenTree tree = visible(step, fs);
  const std::string path = resolve(step.path, tree);
  if (path.empty()) return false;
  switch (step.deed) {
    case Deed::write:
    case Deed::replace:
    case Deed::append:
    case Deed::patch:
    case Deed::truncate:
    case Deed::office: return write(step, fs, path);
    case Deed::remove: return fs.user_remove(path);
    case Deed::chmod: return fs.user_chmod(path, static_cast<std::uint32_t>(step.number) & 0777);
    case Deed::touch: return fs.user_touch(path, WallTime{step.number * 1'000'000'000});
    case Deed::mkdir: return fs.user_mkdir(path);
    case Deed::symlink: return fs.user_symlink(path, "to-" + fresh_version(1));
    case Deed::pipe: return fs.user_make_other(path);
    case Deed::checkout: return check_out(step, fs, path);
    case Deed::open_file: return fs.user_hold_open(path, true);
    case Deed::close_file: return fs.user_hold_open(path, false);
    default: break;
  }
  Step resolved = step;
  resolved.to = {resolve(step.to, tree), {}};
  return rearrange(resolved, fs, path);
}

bool Person::write(const Step& step, test::MemoryFileSystem& fs, const std::string& path) {
  switch (step.deed) {
    case Deed::write: return fs.user_write(path, fresh_version(step.number));
    case Deed::replace: return fs.user_replace(path, fresh_version(step.number));
    case Deed::append: return fs.user_append(path, fresh_version(step.number));
    case Deed::patch: return fs.user_write_at(path, 1, fresh_version(step.number));
    case Deed::truncate:
      return fs.user_truncate(path,
                              static_cast<std::uint64_t>(std::max<std::int64_t>(0, step.number)));
    default: break;
  }
  // Office: what is there steps aside, the new file takes its place, and the old one goes.
  const std::string fresh = path + ".tmp";
  const std::string aside = path + ".bak";
  if (!fs.user_write(fresh, fresh_version(step.number))) return false;
  fs.user_rename(path, aside);
  const bool done = fs.user_rename(fresh, path);
  if (done) fs.user_remove(aside);
  return done;
}

bool Person::rearrange(const Step& step, test::MemoryFileSystem& fs, const std::string& path) {
  const std::string& to = step.to.path;
  // cp and mv refuse to put a directory into itself.
  if (to.empty() || to == path || to.starts_with(path + "/")) return false;
  switch (step.deed) {
    case Deed::rename: return fs.user_rename(path, to);
    case Deed::swap_in: {
      fs.user_remove(path);
      return fs.user_rename(to, path);
    }
    case Deed::copy: return fs.user_copy(path, to, /*keep_times=*/false);
    case Deed::copy_times: return fs.user_copy(path, to, /*keep_times=*/true);
    default: return false;
  }
}

// As git does it: removes and makes files at once, all within one second.
bool Person::check_out(const Step& step, test::MemoryFileSystem& fs, const std::string& path) {
  fs.user_mkdir(path);
  bool done = false;
  for (std::int64_t i = 0; i < std::min(step.number, kFilesMax); ++i) {
    const std::string file = path + "/" + std::to_string(i);
    fs.user_remove(file);
    done = fs.user_write(file, fresh_version(12)) || done;
  }
  return done;
}

}  // namespace lansync::sim
