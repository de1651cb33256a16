#include "tests/crash/verdict.h"

#include <algorithm>

#include "tests/support/row_content.h"

namespace lansync::test {
namespace {

RelativePath at(const std::string& path) { return RelativePath::parse(path).value(); }

constexpr std::size_t kShownBytes = 40;

std::string quoted(const std::string& content) {
  std::string text = "\"";
  for (const char c : content.substr(0, kShownBytes)) text += c == '\0' ? '0' : c;
  return text + (content.size() > kShownBytes ? "...\"" : "\"");
}

std::string show(const SeenTree& tree, const std::string& where) {
  std::string text;
  for (const auto& [path, node] : tree) {
    text.append("    ").append(where).append(path).append(" mode ");
    text += std::to_string(node.mode);
    if (node.kind == NodeKind::file) text += " " + quoted(node.content);
    if (node.kind == NodeKind::link) text += " -> " + node.target;
    text += "\n";
  }
  return text;
}

std::string show(CrashWorld& world) {
  std::string text;
  for (const std::size_t i : {kSubject, kOther}) {
    const auto& fs = world.fs(i);
    text += i == kSubject ? "  on A:\n" : "  on B:\n";
    text += show(fs.snapshot(), "") + show(fs.stage_snapshot(), "stage: ") +
            show(fs.trash_snapshot(), "trash: ");
  }
  return text;
}

bool has_head_of(CrashWorld& world, std::size_t i, const std::string& path, ChangeKind kind) {
  const auto heads = world.index(i).heads(at(path));
  return std::ranges::any_of(*heads, [kind](const Change& head) { return head.kind == kind; });
}

// The mode of a directory that nobody made is the device's own.
SeenTree agreed_tree(CrashWorld& world, std::size_t i) {
  SeenTree tree = world.fs(i).snapshot();
  for (auto& [path, node] : tree) {
    if (node.kind == NodeKind::dir && !has_head_of(world, i, path, ChangeKind::dir)) node.mode = 0;
  }
  return tree;
}

std::string judge_row(const DiskRow& row, const FileStat& stat, const SeenNode& node) {
  if (row.stat.kind != stat.kind) return "another kind";
  if (row.stat.mode != stat.mode && stat.kind != NodeKind::link) return "another mode";
  if (FileIdentity::of(row.stat) != FileIdentity::of(stat)) return "another file";
  if (node.kind == NodeKind::file && !has_content(row, node.content)) {
    return "another content";
  }
  return {};
}

// The index is the disk, and nothing is left to do.
std::string judge_index(CrashWorld& world, std::size_t i, bool issues) {
  std::string wrong;
  auto& fs = world.fs(i);
  auto& index = world.index(i);
  const SeenTree tree = fs.snapshot();
  for (const auto& [path, node] : tree) {
    const auto row = index.disk(at(path));
    const std::string what = *row ? judge_row(**row, *fs.stat(at(path)), node) : "no row";
    if (what.empty()) continue;
    wrong.append("the index has ").append(what).append(" for ").append(path).append("\n");
  }
  if (index.disk_beneath({}, {}, 1000)->size() != tree.size()) {
    wrong += "the index has rows of what is not there\n";
  }
  if (!index.intents()->empty()) wrong += "an intent is left\n";
  if (!index.pending({}, 10)->empty()) wrong += "something is still pending\n";
  if (!fs.stage_snapshot().empty()) wrong += "something is left in the staging folder\n";
  if (!issues && !world.engine(i).status().issues.empty()) {
    wrong += "an issue is left: " + world.engine(i).status().issues.front().message + "\n";
  }
  return wrong;
}

std::string judge_agreement(CrashWorld& world) {
  if (agreed_tree(world, kSubject) != agreed_tree(world, kOther)) return "the trees differ\n";
  std::string wrong;
  for (const auto& [path, node] : world.fs(kSubject).snapshot()) {
    if (node.kind != NodeKind::file) continue;
    if (world.fs(kSubject).stat(at(path))->mtime != world.fs(kOther).stat(at(path))->mtime) {
      wrong += "the times of " + path + " differ\n";
    }
  }
  return wrong;
}

std::string judge_contents(const MemoryFileSystem& fs, const Contents& on_disk) {
  std::string wrong;
  const auto all = fs.all_contents();
  for (const std::string& content : on_disk) {
    if (!all.contains(content)) wrong += quoted(content) + " is gone from A's disk\n";
  }
  return wrong;
}

std::string judge_visible(const Contents& visible, const Contents& wanted,
                          const Contents& perhaps) {
  std::string wrong;
  for (const std::string& content : wanted) {
    if (!visible.contains(content)) wrong += quoted(content) + " is not visible\n";
  }
  for (const std::string& content : visible) {
    if (!wanted.contains(content) && !perhaps.contains(content)) {
      wrong += quoted(content) + " should not be visible\n";
    }
  }
  return wrong;
}

}  // namespace

Contents contents_of(const SeenTree& tree) {
  Contents contents;
  for (const auto& [path, node] : tree) {
    if (node.kind == NodeKind::file) contents.insert(node.content);
  }
  return contents;
}

std::string judge_crash(const MemoryFileSystem& fs, const Contents& known,
                        const Contents& on_disk) {
  std::string wrong;
  for (const std::string& content : contents_of(fs.snapshot())) {
    if (!known.contains(content)) wrong += "nobody wrote " + quoted(content) + "\n";
  }
  wrong += judge_contents(fs, on_disk);
  if (!wrong.empty()) {
    wrong += show(fs.snapshot(), "") + show(fs.stage_snapshot(), "stage: ") +
             show(fs.trash_snapshot(), "trash: ");
  }
  return wrong;
}

std::string judge_recovery(CrashWorld& world, const Expected& expected) {
  std::string wrong = world.complaints();
  wrong += judge_agreement(world);
  for (const std::size_t i : {kSubject, kOther}) {
    const std::string found = judge_index(world, i, expected.issues);
    if (!found.empty()) wrong += (i == kSubject ? "on A: " : "on B: ") + found;
  }
  if (expected.tree && world.fs(kOther).snapshot() != *expected.tree) {
    wrong += "B's tree is not as B left it\n" + show(*expected.tree, "left: ");
  }
  if (expected.visible) {
    const Contents visible = contents_of(world.fs(kSubject).snapshot());
    wrong += judge_visible(visible, *expected.visible, expected.perhaps);
  }
  wrong += judge_contents(world.fs(kSubject), expected.on_disk);
  const auto judge_changes = [&](std::size_t i, std::uint64_t max, const char* name) {
    const std::uint64_t changes = world.changes_by(i);
    if (changes <= max) return;
    wrong += std::string(name) + " made " + std::to_string(changes) + " changes, not " +
             std::to_string(max) + "\n";
  };
  judge_changes(kSubject, expected.subject_changes_max, "A");
  judge_changes(kOther, expected.other_changes_max, "B");
  return wrong.empty() ? wrong : wrong + show(world);
}

}  // namespace lansync::test
