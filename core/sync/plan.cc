#include "core/sync/plan.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/base/byte_io.h"
#include "core/chunk/hash.h"
#include "core/fs/conflict_name.h"
#include "core/fs/file_time.h"

namespace lansync {
namespace {

bool same_content(const DiskRow& row, const ShownNode& node) {
  if (row.stat.kind != node_kind(node.kind)) return false;
  return node.kind == ChangeKind::dir || row.content == node.content;
}

// A directory that exists only because of its content has no mode of its own to insist on.
bool same_metadata(const DiskRow& row, const ShownNode& node) {
  switch (node.kind) {
    case ChangeKind::file:
      return row.stat.mode == node.mode && may_be_kept_as(node.mtime, row.stat.mtime);
    case ChangeKind::dir: return node.shown.empty() || row.stat.mode == node.mode;
    default: return true;
  }
}

StepKind removal(const DiskRow& row) {
  return row.stat.kind == NodeKind::dir ? StepKind::remove_dir : StepKind::remove;
}

std::optional<Step> step_for(const RelativePath& path, const RelativePath& source,
                             const ShownNode& node, const std::optional<DiskRow>& row) {
  Step step{.path = path, .source = source, .node = node, .row = row};
  if (!row) {
    step.kind = node.kind == ChangeKind::dir ? StepKind::make_dir : StepKind::install;
  } else if (!same_content(*row, node)) {
    const bool dir_involved = row->stat.kind == NodeKind::dir || node.kind == ChangeKind::dir;
    step.kind = dir_involved ? removal(*row) : StepKind::install;
  } else if (!same_metadata(*row, node)) {
    step.kind = StepKind::set_metadata;
  } else if (row->shown != node.shown || row->source != source) {
    step.kind = StepKind::adopt;
  } else {
    return std::nullopt;
  }
  return step;
}

// What a person does to a conflict copy makes an ordinary file of its name, for ever. The same
// version may lose again, as a device that was put back publishes it anew: each time it needs
// another name.
constexpr std::size_t kNamesTriedMax = 12;

// Of the first names: how many digits of the first tag are told.
constexpr std::array<std::size_t, 3> kTagDigits = {6, 12, 64};

// Names the version and not its content alone: the same bytes may lose at two paths whose copies
// are called after the same first name. When all digits of the first tag are told and taken, the
// tags after it follow.
ContentId tag_of(const ShownNode& copy, std::size_t name_tried) {
  ByteWriter writer;
  writer.raw(copy.content.view());
  writer.raw(copy.version.author.device.view());
  writer.varint(copy.version.author.incarnation);
  writer.varint(copy.version.counter);
  if (name_tried >= kTagDigits.size()) writer.varint(name_tried);
  ContentId tag;
  tag.bytes = hash_of(writer.bytes(), "lansync/v1/conflict-name");
  return tag;
}

// `claimed` are the places of the path's other copies.
Result<RelativePath> place_of(const RelativePath& path, const ShownNode& copy,
                              const CopyNames& names, std::span<const RelativePath> claimed) {
  RelativePath place;
  for (std::size_t i = 0; i < kNamesTriedMax; ++i) {
    const ConflictStamp stamp{.time = copy.edited_at,
                              .author_name = names.author_name(copy.version.author.device),
                              .content = tag_of(copy, i)};
    const std::size_t digits = kTagDigits[std::min(i, kTagDigits.size() - 1)];
    auto candidate = path.parent().child(conflict_name(path.name(), stamp, digits));
    if (!candidate) return std::move(candidate).error();
    place = *std::move(candidate);
    if (std::ranges::find(claimed, place) != claimed.end()) continue;
    const auto taken = names.taken(place);
    if (!taken) return taken.error();
    if (!*taken) break;
  }
  return place;
}

}  // namespace

NodeKind node_kind(ChangeKind kind) {
  if (kind == ChangeKind::dir) return NodeKind::dir;
  return kind == ChangeKind::link ? NodeKind::link : NodeKind::file;
}

DiskRow row_after(const Step& step) {
  DiskRow row;
  row.path = step.path;
  row.stat.kind = node_kind(step.node.kind);
  row.stat.size = step.node.size;
  row.stat.mtime = step.node.mtime;
  row.stat.mode = step.node.mode;
  row.content = step.node.content;
  row.chunk_class = step.node.chunk_class;
  row.source = step.source;
  row.shown = step.node.shown;
  return row;
}

bool displays(const DiskRow& row, const RelativePath& source, const ShownNode& node) {
  return !step_for(row.path, source, node, row);
}

Result<std::vector<Step>> plan(const PathState& state, const CopyNames& names) {
  std::vector<Step> steps;
  const Projection projection = project(state.heads, state.live_beneath);
  if (projection.unknown) return steps;

  std::vector<RelativePath> claimed;
  std::vector<DiskRow> unclaimed = state.copies;
  for (const ShownNode& copy : projection.copies) {
    auto place = place_of(state.path, copy, names, claimed);
    if (!place) return std::move(place).error();
    claimed.push_back(*place);
    std::optional<DiskRow> row;
    const auto existing = std::ranges::find(unclaimed, *place, &DiskRow::path);
    if (existing != unclaimed.end()) {
      row = *existing;
      unclaimed.erase(existing);
    }
    if (auto step = step_for(*place, state.path, copy, row)) steps.push_back(*std::move(step));
  }
  if (projection.main) {
    if (auto step = step_for(state.path, state.path, *projection.main, state.row)) {
      steps.push_back(*std::move(step));
    }
  } else if (state.row) {
    unclaimed.push_back(*state.row);
  }
  const auto is_awaited = [&steps, planned = steps.size()](const DiskRow& row) {
    return std::ranges::any_of(std::span(steps).first(planned), [&](const Step& step) {
      return is_removal(step) && same_content(row, step.node);
    });
  };
  for (const DiskRow& row : unclaimed) {
    // What comes when its place is free may have no other bytes: they go after that.
    if (is_awaited(row)) continue;
    steps.push_back(
        {.kind = removal(row), .path = row.path, .source = state.path, .node = {}, .row = row});
  }
  return steps;
}

}  // namespace lansync
