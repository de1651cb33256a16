#include "tests/support/memory_node.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lansync::test {
namespace {

// The bytes of `content` from `begin`, zeros after its end.
std::string piece(const std::string& content, std::size_t begin, std::size_t size) {
  std::string bytes = begin < content.size() ? content.substr(begin, size) : std::string();
  bytes.resize(size);
  return bytes;
}

// Where the sectors are that differ, within a page.
std::vector<std::size_t> differing_sectors(const std::string& one, const std::string& other) {
  std::vector<std::size_t> sectors;
  for (std::size_t at = 0; at < one.size(); at += kSectorBytes) {
    if (one.compare(at, kSectorBytes, other, at, kSectorBytes) != 0) sectors.push_back(at);
  }
  return sectors;
}

std::string lost_page(std::string before, const std::string& after, const Choose& choose) {
  const std::vector<std::size_t> sectors = differing_sectors(before, after);
  if (sectors.empty()) return after;
  const std::size_t chosen = choose(sectors.size() + 1);
  if (chosen == 0) return after;
  for (std::size_t i = 0; i + 1 < chosen; ++i) {
    before.replace(sectors[i], kSectorBytes, after, sectors[i], kSectorBytes);
  }
  return before;
}

}  // namespace

MemoryNode::~MemoryNode() {
  if (kind == NodeKind::file && counted) *space -= content.size();
}

void MemoryNode::will_write(std::uint64_t offset, std::uint64_t size) {
  will_set_metadata();
  if (durable_data == nullptr) durable_data.reset(new DurableData{content, {}});
  if (size == 0 || durable_data->forgotten.empty()) return;
  auto& forgotten = durable_data->forgotten;
  forgotten.erase(forgotten.lower_bound(offset / kPageBytes),
                  forgotten.upper_bound((offset + size - 1) / kPageBytes));
}

void MemoryNode::will_set_metadata() {
  if (durable_metadata) return;
  durable_metadata = metadata;
  durable_ctime = ctime;
}

void MemoryNode::sync() {
  sync_metadata();
  if (durable_data == nullptr) return;
  if (durable_data->forgotten.empty()) {
    durable_data.reset();
    return;
  }
  std::string written = content;
  for (const std::uint64_t page : durable_data->forgotten) {
    const std::size_t begin = page * kPageBytes;
    if (begin >= written.size()) continue;
    const std::size_t size = std::min(kPageBytes, written.size() - begin);
    written.replace(begin, size, piece(durable_data->content, begin, size));
  }
  durable_data->content = std::move(written);
}

void MemoryNode::forget_unsynced() {
  if (durable_data == nullptr) return;
  for (std::size_t begin = 0; begin < content.size(); begin += kPageBytes) {
    const std::size_t size = std::min(kPageBytes, content.size() - begin);
    if (piece(durable_data->content, begin, size) != piece(content, begin, size)) {
      durable_data->forgotten.insert(begin / kPageBytes);
    }
  }
}

void MemoryNode::lose_power(const Choose& choose, bool ordered) {
  held_open = false;
  if (durable_metadata && *durable_metadata != metadata && choose(2) == 1) {
    metadata = *durable_metadata;
    ctime = durable_ctime;
    if (ordered && durable_data != nullptr) {
      set_content(std::exchange(durable_data, nullptr)->content);
    }
  }
  durable_metadata.reset();
  if (durable_data == nullptr) return;
  const std::string& before = durable_data->content;
  const bool old_size = before.size() != content.size() && choose(2) == 1;
  std::string left(old_size ? before.size() : content.size(), '\0');
  for (std::size_t begin = 0; begin < left.size(); begin += kPageBytes) {
    const std::size_t size = std::min(kPageBytes, left.size() - begin);
    std::string page = piece(before, begin, size);
    const bool forgotten = durable_data->forgotten.contains(begin / kPageBytes);
    if (!forgotten) page = lost_page(std::move(page), piece(content, begin, size), choose);
    left.replace(begin, size, page);
  }
  set_content(std::move(left));
  durable_data.reset();
}

void MemoryNode::set_content(std::string bytes) {
  if (kind == NodeKind::file && counted) *space += bytes.size() - content.size();
  content = std::move(bytes);
}

void MemoryNode::count_space() {
  const bool counts = links > 0 || descriptors > 0;
  if (counts == counted) return;
  counted = counts;
  if (kind != NodeKind::file) return;
  if (counts) {
    *space += content.size();
  } else {
    *space -= content.size();
  }
}

bool is_within(const MemoryNode& dir, const MemoryNode* node) {
  if (&dir == node) return true;
  return std::any_of(dir.children.begin(), dir.children.end(),
                     [&](const auto& child) { return is_within(*child.second, node); });
}

}  // namespace lansync::test
