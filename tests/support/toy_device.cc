#include "tests/support/toy_device.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "core/base/assert.h"
#include "tests/support/must.h"

namespace lansync::test {
namespace {

RelativePath path_of(const std::string& text) { return must(RelativePath::parse(text)); }

}  // namespace

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
      disk_(other.disk_) {
  must(replica_.load());
}

ToyDevice& ToyDevice::operator=(const ToyDevice& other) {
  LANSYNC_ASSERT(cast_ == other.cast_ && number_ == other.number_);
  if (this == &other) return *this;
  index_ = other.index_;
  must(replica_.load());
  disk_ = other.disk_;
  return *this;
}

// Conflict copies first, then what is there, then what is gone: as LocalEdits does.
std::vector<ToyDevice::Found> ToyDevice::differences() const {
  std::vector<Found> found;
  const auto rows = must(index_.disk_beneath({}, {}, ~std::size_t{0}));
  for (const DiskRow& row : rows) {
    const bool copy = row.source != row.path;
    const auto node = disk_.nodes().find(row.path.text());
    if (node == disk_.nodes().end()) {
      found.push_back({row.path, std::nullopt, copy});
    } else if (stat_of(node->second) != row.stat) {
      found.push_back({row.path, disk_.observe(row.path.text()), copy});
    }
  }
  for (const auto& [path, node] : disk_.nodes()) {
    if (!row(path)) found.push_back({path_of(path), disk_.observe(path), false});
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
  known.live_beneath = must(index_.has_live_beneath(found.path));
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
  const auto node = disk_.nodes().find(path.text());
  const bool there = node != disk_.nodes().end();
  if (row) return there && stat_of(node->second) == row->stat;
  if (there || this->row(path.text())) return false;
  return path.parent().is_root() || disk_.has_dir(path.parent().text());
}

bool ToyDevice::perform(const Step& step) {
  if (!stands_as(step.row, step.path)) return false;
  const std::string& text = step.path.text();
  ToyNode node = step.row ? disk_.nodes().at(text) : ToyNode{};
  switch (step.kind) {
    case StepKind::adopt: break;
    case StepKind::set_metadata:
      node.mode = step.node.mode;
      if (node.kind == NodeKind::file) node.mtime = step.node.mtime;
      break;
    case StepKind::make_dir:
      node = {NodeKind::dir, "", step.node.mode, {}, disk_.fresh_inode()};
      break;
    case StepKind::install:
      node.kind = node_kind(step.node.kind);
      node.content =
          node.kind == NodeKind::link ? step.node.link_target : text_of(step.node.content);
      node.mode = step.node.mode;
      node.mtime = step.node.mtime;
      node.inode = disk_.fresh_inode();
      break;
    case StepKind::remove_dir:
      if (!disk_.empty_beneath(text)) return false;
      [[fallthrough]];
    case StepKind::remove:
      disk_.remove(text);
      must(index_.remove_disk(step.path));
      return true;
  }
  disk_.put(text, node);
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
  for (const auto& [path, node] : disk_.nodes()) {
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
