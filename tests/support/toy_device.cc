#include "tests/support/toy_device.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "core/base/assert.h"
#include "core/chunk/hash.h"
#include "tests/support/random_bytes.h"

namespace lansync::test {
namespace {

class NumberedEntropy final : public Entropy {
 public:
  explicit NumberedEntropy(std::uint64_t seed) : seed_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    const Bytes random = random_bytes(seed_++ * 0x2545f4914f6cdd1d, bytes.size());
    std::ranges::copy(random, bytes.begin());
  }

 private:
  std::uint64_t seed_;
};

std::map<ContentId, std::string>& contents() {
  static std::map<ContentId, std::string> all;
  return all;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}
void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

RelativePath path_of(const std::string& text) { return must(RelativePath::parse(text)); }

FileStat stat_of(const ToyNode& node) {
  FileStat stat;
  stat.kind = node.kind;
  stat.size = node.kind == NodeKind::file ? node.content.size() : 0;
  stat.mtime = node.mtime;
  stat.mode = node.mode;
  stat.inode = node.inode;
  return stat;
}

}  // namespace

ContentId toy_content(const std::string& content) {
  const ContentId id{hash_of(as_bytes(content))};
  contents().emplace(id, content);
  return id;
}

// --- The cast ---

std::string ToyCast::name(std::size_t device) {
  constexpr std::array kNames = {"Anna", "Ben", "Cleo", "Dora", "Emil"};
  return kNames.at(device);
}

ToyCast::ToyCast(std::size_t devices) {
  for (std::size_t i = 0; i < devices; ++i) {
    NumberedEntropy entropy(1000 * (i + 1));
    keys_.push_back(DeviceKeys::generate(entropy));
  }
  Genesis genesis;
  genesis.name = "toys";
  genesis.creator = keys_.front().id();
  genesis.creator_name = name(0);
  membership_ = must(Membership::found(sign_genesis(genesis, sign(0))));
  for (std::size_t i = 1; i < devices; ++i) {
    MemberOp op;
    op.share = membership_->share();
    op.author = keys_.front().id();
    op.parents = membership_->heads();
    op.subject = keys_[i].id();
    op.name = name(i);
    must(membership_->add(sign_member_op(op, sign(0))));
  }
}

Sign ToyCast::sign(std::size_t device) const {
  return [keys = &keys_.at(device)](std::string_view context, ByteView body) {
    return to_bytes(keys->sign(context, body).view());
  };
}

// --- The device ---

class ToyDevice::Names final : public CopyNames {
 public:
  explicit Names(const ToyDevice& device) : device_(device) {}

  std::string author_name(const DeviceId& device) const override {
    return device_.cast_->membership().members().at(device).name;
  }
  Result<bool> taken(const RelativePath& path) const override {
    return !device_.heads(path.text()).empty();
  }

 private:
  const ToyDevice& device_;
};

// A path whose row is to name the change that it displays, once that has its dot.
struct ToyDevice::Batch {
  struct Displayed {
    DiskRow row;
    std::size_t change = 0;
  };
  std::vector<Change> changes;
  std::vector<Displayed> displayed;
};

ToyDevice::ToyDevice(const ToyCast& cast, std::size_t number)
    : cast_(&cast),
      number_(number),
      replica_(index_, cast.membership(), cast.author(number), cast.sign(number)) {
  must(replica_.load());
}

ToyDevice::ToyDevice(const ToyDevice& other)
    : cast_(other.cast_),
      number_(other.number_),
      index_(other.index_),
      replica_(index_, cast_->membership(), cast_->author(number_), cast_->sign(number_)),
      disk_(other.disk_),
      next_inode_(other.next_inode_) {
  must(replica_.load());
}

ToyDevice& ToyDevice::operator=(const ToyDevice& other) {
  LANSYNC_ASSERT(cast_ == other.cast_ && number_ == other.number_);
  if (this == &other) return *this;
  index_ = other.index_;
  must(replica_.load());
  disk_ = other.disk_;
  next_inode_ = other.next_inode_;
  return *this;
}

void ToyDevice::make_parents(const std::string& path, WallTime now) {
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    const auto there = disk_.find(parent);
    if (there != disk_.end() && there->second.kind == NodeKind::dir) continue;
    disk_[parent] = {NodeKind::dir, "", 0755, now, next_inode_++};
  }
}

void ToyDevice::write(const std::string& path, const std::string& content, WallTime now) {
  make_parents(path, now);
  const auto there = disk_.find(path);
  const std::uint32_t mode =
      there != disk_.end() && there->second.kind == NodeKind::file ? there->second.mode : 0644;
  if (there != disk_.end() && there->second.kind == NodeKind::dir) remove(path);
  disk_[path] = {NodeKind::file, content, mode, now, next_inode_++};
}

void ToyDevice::link(const std::string& path, const std::string& target, WallTime now) {
  make_parents(path, now);
  remove(path);
  disk_[path] = {NodeKind::link, target, 0777, now, next_inode_++};
}

void ToyDevice::make_dir(const std::string& path, WallTime now) { make_parents(path + "/", now); }

void ToyDevice::remove(const std::string& path) {
  std::erase_if(disk_, [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(path + "/");
  });
}

void ToyDevice::chmod(const std::string& path, std::uint32_t mode) { disk_.at(path).mode = mode; }

void ToyDevice::touch(const std::string& path, WallTime mtime) { disk_.at(path).mtime = mtime; }

void ToyDevice::rename(const std::string& from, const std::string& to) {
  std::map<std::string, ToyNode> moved;
  for (const auto& [path, node] : disk_) {
    if (path == from || path.starts_with(from + "/")) moved[to + path.substr(from.size())] = node;
  }
  remove(from);
  remove(to);
  disk_.insert(moved.begin(), moved.end());
}

Observation ToyDevice::observe(const std::string& path) const {
  const ToyNode& node = disk_.at(path);
  Observation seen;
  seen.stat = stat_of(node);
  if (node.kind != NodeKind::dir) seen.content = toy_content(node.content);
  if (node.kind == NodeKind::link) seen.link_target = node.content;
  return seen;
}

// Conflict copies first, then what is there, then what is gone: as LocalEdits does.
std::vector<ToyDevice::Found> ToyDevice::differences() const {
  std::vector<Found> found;
  const auto rows = must(index_.disk_beneath({}, {}, ~std::size_t{0}));
  for (const DiskRow& row : rows) {
    const bool copy = row.source != row.path;
    const auto node = disk_.find(row.path.text());
    if (node == disk_.end()) {
      found.push_back({row.path, std::nullopt, copy});
    } else if (stat_of(node->second) != row.stat) {
      found.push_back({row.path, observe(row.path.text()), copy});
    }
  }
  for (const auto& [path, node] : disk_) {
    if (!row(path)) found.push_back({path_of(path), observe(path), false});
  }
  std::ranges::sort(found, {}, [](const Found& one) {
    return std::pair((one.copy ? 0 : 2) + (one.seen ? 0 : 1), one.path);
  });
  return found;
}

bool ToyDevice::look(WallTime now, bool one_by_one) {
  Batch batch;
  for (const Found& found : differences()) explain_one(found, now, batch);
  const bool changed = !batch.changes.empty();
  if (changed) publish(batch, one_by_one);
  must(index_.commit());
  return changed;
}

void ToyDevice::explain_one(const Found& found, WallTime now, Batch& batch) {
  KnownPath known;
  known.path = found.path;
  known.row = must(index_.disk(found.path));
  known.heads = must(index_.heads(found.path));
  if (found.copy) known.source_heads = must(index_.heads(known.row->source));
  known.copies = must(index_.disk_copies_of(found.path));
  LocalChange local = explain(known, found.seen, now);

  const std::size_t offset = batch.changes.size();
  if (!found.seen) {
    must(index_.remove_disk(found.path));
  } else {
    DiskRow row;
    row.path = row.source = found.path;
    row.stat = found.seen->stat;
    row.content = found.seen->content;
    if (local.displayed) {
      const Change& change = local.changes[*local.displayed];
      if (change.kind == ChangeKind::metadata) {
        std::ranges::set_difference(known.row->shown, change.supersedes,
                                    std::back_inserter(row.shown));
      }
      batch.displayed.push_back({row, offset + *local.displayed});
    } else if (known.row) {
      row.source = known.row->source;
      row.shown = known.row->shown;
    }
    must(index_.put_disk(row));
  }
  // Copies that the change made files of their own.
  for (std::size_t i = 0; i < local.changes.size(); ++i) {
    const auto copy = std::ranges::find(known.copies, local.changes[i].path, &DiskRow::path);
    if (copy == known.copies.end()) continue;
    DiskRow row = *copy;
    row.source = row.path;
    row.shown.clear();
    must(index_.put_disk(row));
    batch.displayed.push_back({std::move(row), offset + i});
  }
  std::ranges::move(local.changes, std::back_inserter(batch.changes));
}

// Creates before deletes, so that no device ever has a moved file at neither place.
void ToyDevice::publish(Batch& batch, bool one_by_one) {
  std::vector<std::pair<bool, std::size_t>> order;
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    order.emplace_back(batch.changes[i].kind == ChangeKind::deleted, i);
  }
  std::ranges::sort(order);
  std::vector<Change> sorted;
  std::vector<std::size_t> place(order.size());
  for (const auto& [deleted, i] : order) {
    place[i] = sorted.size();
    sorted.push_back(std::move(batch.changes[i]));
  }
  std::set<RelativePath> touched;
  const std::size_t step = one_by_one ? 1 : sorted.size();
  for (std::size_t i = 0; i < sorted.size(); i += step) {
    must(replica_.publish(std::span(sorted).subspan(i, step), touched));
  }
  for (Batch::Displayed& displayed : batch.displayed) {
    displayed.row.shown.push_back(sorted[place[displayed.change]].dot);
    std::ranges::sort(displayed.row.shown);
    must(index_.put_disk(displayed.row));
  }
}

Result<void> ToyDevice::receive(const Segment& segment) {
  std::set<RelativePath> touched;
  auto done = replica_.integrate(segment, touched);
  if (done) return index_.commit();
  index_.rollback();
  must(replica_.load());
  return done;
}

std::set<RelativePath> ToyDevice::paths_to_plan() const {
  std::set<RelativePath> paths;
  for (const RelativePath& path : must(index_.paths({}, ~std::size_t{0}))) paths.insert(path);
  for (const DiskRow& row : must(index_.disk_beneath({}, {}, ~std::size_t{0}))) {
    paths.insert(row.path);
    paths.insert(row.source);
  }
  for (const RelativePath& path : std::set(paths)) {
    for (RelativePath dir = path.parent(); !dir.is_root(); dir = dir.parent()) paths.insert(dir);
  }
  return paths;
}

std::vector<Step> ToyDevice::steps_for(const RelativePath& path) const {
  PathState state;
  state.path = path;
  state.heads = must(index_.heads(path));
  state.live_beneath = must(index_.has_live_beneath(path));
  state.row = must(index_.disk(path));
  if (state.row && state.row->source != path) state.row.reset();
  state.copies = must(index_.disk_copies_of(path));
  return must(plan(state, Names(*this)));
}

bool ToyDevice::settle() {
  constexpr int kRoundsMax = 50;
  for (int round = 0; round < kRoundsMax; ++round) {
    bool left = false;
    bool moved = false;
    for (const RelativePath& path : paths_to_plan()) {
      for (const Step& step : steps_for(path)) {
        left = true;
        moved = perform(step) || moved;
      }
    }
    must(index_.commit());
    if (!left) return true;
    if (!moved) return false;
  }
  throw std::runtime_error("settling does not end");
}

// Whether the disk is as the row says. Without a row: nothing is there, and a directory to put it
// in.
bool ToyDevice::stands_as(const std::optional<DiskRow>& row, const RelativePath& path) const {
  const auto node = disk_.find(path.text());
  if (row) return node != disk_.end() && stat_of(node->second) == row->stat;
  if (node != disk_.end() || this->row(path.text())) return false;
  if (path.parent().is_root()) return true;
  const auto dir = disk_.find(path.parent().text());
  return dir != disk_.end() && dir->second.kind == NodeKind::dir;
}

bool ToyDevice::perform(const Step& step) {
  if (!stands_as(step.row, step.path)) return false;
  const std::string& text = step.path.text();
  ToyNode node = step.row ? disk_.at(text) : ToyNode{};
  const bool empty = disk_.lower_bound(text + "/") == disk_.lower_bound(text + "0");
  switch (step.kind) {
    case StepKind::adopt: break;
    case StepKind::set_metadata:
      node.mode = step.node.mode;
      if (node.kind == NodeKind::file) node.mtime = step.node.mtime;
      break;
    case StepKind::make_dir: node = {NodeKind::dir, "", step.node.mode, {}, next_inode_++}; break;
    case StepKind::install:
      node.kind = node_kind(step.node.kind);
      node.content =
          node.kind == NodeKind::link ? step.node.link_target : contents().at(step.node.content);
      node.mode = step.node.mode;
      node.mtime = step.node.mtime;
      node.inode = next_inode_++;
      break;
    case StepKind::remove_dir:
      if (!empty) return false;
      [[fallthrough]];
    case StepKind::remove:
      disk_.erase(text);
      must(index_.remove_disk(step.path));
      return true;
  }
  disk_[text] = node;
  put_row(step, node);
  return true;
}

void ToyDevice::put_row(const Step& step, const ToyNode& node) {
  DiskRow row;
  row.path = step.path;
  row.stat = stat_of(node);
  if (node.kind != NodeKind::dir) row.content = step.node.content;
  row.source = step.source;
  row.shown = step.node.shown;
  must(index_.put_disk(row));
}

std::vector<std::string> ToyDevice::listing() const {
  std::vector<std::string> lines;
  for (const auto& [path, node] : disk_) {
    std::array<char, 80> about{};
    const auto shown = row(path);
    const bool implied = shown && shown->shown.empty();
    switch (node.kind) {
      case NodeKind::file:
        std::snprintf(about.data(), about.size(), " (%03o, %lld s): ", node.mode,
                      static_cast<long long>(node.mtime.ns / 1'000'000'000));
        break;
      case NodeKind::dir:
        std::snprintf(about.data(), about.size(), " (directory %03o)", implied ? 0 : node.mode);
        break;
      default: std::snprintf(about.data(), about.size(), " -> "); break;
    }
    lines.push_back(path + about.data() + node.content);
  }
  return lines;
}

std::vector<Change> ToyDevice::heads(const std::string& path) const {
  return must(index_.heads(path_of(path)));
}

std::optional<DiskRow> ToyDevice::row(const std::string& path) const {
  return must(index_.disk(path_of(path)));
}

std::vector<Segment> ToyDevice::lacking(const CausalClock& clock) const {
  std::vector<Segment> segments;
  const auto first = must(index_.first_segment_beyond(clock));
  if (!first) return segments;
  for (const SegmentPlace& place : must(index_.segments(*first - 1, ~std::size_t{0}))) {
    if (place.first + place.count - 1 <= clock.counter_of(place.author)) continue;
    segments.push_back(must(index_.segment(place.arrival)));
  }
  return segments;
}

void exchange(const ToyDevice& from, ToyDevice& to, std::size_t limit) {
  for (const Segment& segment : from.lacking(to.clock())) {
    if (limit-- == 0) return;
    must(to.receive(segment));
  }
}

}  // namespace lansync::test
