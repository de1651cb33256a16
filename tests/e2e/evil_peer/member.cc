#include "tests/e2e/evil_peer/member.h"

#include <utility>

#include "core/chunk/hash.h"
#include "tests/e2e/evil_peer/conversation.h"

namespace lansync::evil {

Member::Member(Entropy& entropy)
    : entropy_(entropy),
      keys_(DeviceKeys::generate(entropy)),
      device_{keys_, entropy_, keys_.certify(present().wall), supported_suites(), "evil"},
      self_{keys_.id(), 1} {}

Sign Member::sign() const {
  return [this](std::string_view context, ByteView body) {
    return to_bytes(keys_.sign(context, body).view());
  };
}

Result<void> Member::admit(const Grant& grant) {
  auto membership = Membership::found(grant.genesis);
  if (!membership) return std::move(membership).error();
  for (const SignedRecord& op : grant.ops) {
    if (auto added = membership->add(op); !added) return added;
  }
  membership_ = *std::move(membership);
  return {};
}

Segment Member::publish(std::span<const Draft> drafts, const Forgery& forgery) {
  SegmentHeader header;
  header.share = share();
  header.author = self_;
  header.context = clock_;
  header.first = clock_.counter_of(self_) + 1;
  if (!published_.empty()) header.previous = segment_hash(published_.back().header);
  if (forgery.again) header = last_;
  if (forgery.author) header.author.device = *forgery.author;
  if (forgery.first) header.first = *forgery.first;
  if (forgery.author || forgery.first) {
    header.context = {};
    if (header.first > 1) header.context.advance(header.author, header.first - 1);
    header.previous = {};
    header.previous.bytes[0] = std::byte{header.first > 1};
  }
  if (forgery.chain) header.previous.bytes[0] ^= std::byte{1};
  if (forgery.share) header.share.bytes[0] ^= std::byte{1};

  Segment segment;
  for (const Draft& draft : drafts) segment.entries.push_back(encode_entry(header, draft));
  header.count = static_cast<std::uint32_t>(drafts.size());
  header.entries_hash = entries_hash(segment.entries);
  segment.header = encode(header);
  segment.signature = to_bytes(keys_.sign("lansync/v1/segment", segment.header).view());
  if (forgery.signature) segment.signature[0] ^= std::byte{1};
  const bool true_to_form = !forgery.author && !forgery.first && !forgery.again &&
                            !forgery.signature && !forgery.chain && !forgery.share;
  const auto open = open_segment(segment);
  if (!true_to_form || !open) return segment;  // Nobody takes it: the next stands in its place.
  last_ = header;
  published_.push_back(segment);
  clock_.advance(self_, header.last());
  note(*open);
  return segment;
}

void Member::learn(const Segment& segment) {
  const auto open = open_segment(segment);
  if (!open || open->header.last() <= clock_.counter_of(open->header.author)) return;
  clock_.advance(open->header.author, open->header.last());
  note(*open);
}

void Member::note(const OpenSegment& segment) {
  for (const LogEntry& entry : segment.entries) {
    const auto* change = std::get_if<Change>(&entry);
    const auto& dots = change ? change->supersedes : std::get<PrunedChange>(entry).supersedes;
    for (const Dot& dot : dots) {
      const auto head = heads_.find(dot);
      if (head == heads_.end()) continue;
      fingerprint_.remove(dot, *RelativePath::parse(head->second));
      heads_.erase(head);
    }
    if (change == nullptr) continue;
    heads_.emplace(change->dot, change->path.text());
    fingerprint_.add(change->dot, change->path);
  }
}

std::vector<Dot> Member::heads(const std::string& path) const {
  std::vector<Dot> dots;
  for (const auto& [dot, at] : heads_) {
    if (at == path) dots.push_back(dot);
  }
  return dots;
}

ChunkHash Member::keep(Bytes bytes) {
  const ChunkHash hash = chunk_hash(bytes);
  chunks_.emplace(hash, std::move(bytes));
  return hash;
}

ContentId Member::keep(const ChunkList& list) {
  const ContentId content = list.content_id();
  lists_.emplace(content, list);
  return content;
}

const Bytes* Member::bytes_of(const ChunkHash& hash) const {
  const auto found = chunks_.find(hash);
  return found == chunks_.end() ? nullptr : &found->second;
}

const ChunkList* Member::list_of(const ContentId& content) const {
  const auto found = lists_.find(content);
  return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace lansync::evil
