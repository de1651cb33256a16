#include "tests/e2e/evil_peer/draft.h"

#include <algorithm>

#include "core/base/byte_io.h"

namespace lansync::evil {
namespace {

Bytes encode_stub(const SegmentHeader& header, std::span<const Dot> supersedes) {
  const auto known = header.context.entries();
  ByteWriter writer;
  writer.varint(supersedes.size());
  for (const Dot& dot : supersedes) {
    const auto entry = std::ranges::find(known, dot.author, &CausalClock::Entry::author);
    const bool own = dot.author == header.author;
    writer.varint(own ? known.size() : static_cast<std::uint64_t>(entry - known.begin()));
    writer.varint(dot.counter);
  }
  return std::move(writer).take();
}

}  // namespace

SegmentEntry encode_entry(const SegmentHeader& header, const Draft& draft) {
  ByteWriter body;
  body.sized(as_bytes(draft.path));
  body.varint(draft.kind);
  body.signed_varint(draft.edited_at);
  body.varint(draft.base ? 1 : 0);
  if (draft.base) body.raw(draft.base->view());
  if (draft.kind == static_cast<std::uint64_t>(ChangeKind::file)) {
    body.varint(draft.size);
    body.raw(draft.content.view());
    body.varint(draft.chunk_class);
    body.varint(draft.one_chunk ? 1 : 0);
  }
  if (draft.kind == static_cast<std::uint64_t>(ChangeKind::link)) {
    body.sized(as_bytes(draft.link_target));
  }
  if (draft.kind != static_cast<std::uint64_t>(ChangeKind::deleted)) {
    body.varint(draft.mode);
    body.signed_varint(draft.mode_at);
    body.signed_varint(draft.mtime);
    body.signed_varint(draft.mtime_at);
  }
  return {encode_stub(header, draft.supersedes), std::move(body).take()};
}

}  // namespace lansync::evil
