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

SegmentHeader Member::next_header(const Forgery& forgery) const {
  if (forgery.again) return last_;
  SegmentHeader header;
  header.share = share();
  header.author = forgery.author.value_or(self_);
  header.context = clock_;
  header.first = clock_.counter_of(header.author) + 1;
  if (const auto end = ends_.find(header.author); end != ends_.end()) {
    header.previous = end->second;
  }
  if (forgery.skipped > 0) {
    header.first += forgery.skipped;
    header.context.advance(header.author, header.first - 1);
    header.previous.bytes[0] ^= std::byte{1};
  }
  if (forgery.chain) header.previous.bytes[0] ^= std::byte{1};
  if (forgery.share) header.share.bytes[0] ^= std::byte{1};
  return header;
}

Segment Member::publish(std::span<const Draft> drafts, const Forgery& forgery) {
  SegmentHeader header = next_header(forgery);
  Segment segment;
  for (const Draft& draft : drafts) segment.entries.push_back(encode_entry(header, draft));
  header.count = static_cast<std::uint32_t>(drafts.size());
  header.entries_hash = entries_hash(segment.entries);
  segment.header = encode(header);
  segment.signature = to_bytes(keys_.sign("lansync/v1/segment", segment.header).view());
  if (forgery.signature) segment.signature[0] ^= std::byte{1};
  const auto open = open_segment(segment);
  if (forgery != Forgery{} || !open) return segment;  // Nobody takes it.
  last_ = header;
  published_.push_back(segment);
  note(*open);
  return segment;
}

void Member::learn(const Segment& segment) {
  const auto open = open_segment(segment);
  if (!open || open->header.last() <= clock_.counter_of(open->header.author)) return;
  note(*open);
}

void Member::note(const OpenSegment& segment) {
  clock_.advance(segment.header.author, segment.header.last());
  ends_[segment.header.author] = segment.hash;
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
