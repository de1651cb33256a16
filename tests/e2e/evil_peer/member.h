// A device that was let into a share, and what it needs to misuse that.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/entropy.h"
#include "core/chunk/chunk_list.h"
#include "core/crypto/identity.h"
#include "core/sync/grant.h"
#include "core/wire/message.h"
#include "core/wire/secure_channel.h"
#include "tests/e2e/evil_peer/draft.h"

namespace lansync::evil {

// How a segment differs from one that an honest member would sign next.
struct Forgery {
  std::optional<Author> author;  // The next of another member's log; the signature is ours.
  std::uint64_t skipped = 0;     // Counters that it leaves out.
  bool again = false;            // In the place of the segment before.
  bool signature = false;        // One bit of it is wrong.
  bool chain = false;            // It does not say which segment it follows.
  bool share = false;            // Another share's.

  friend bool operator==(const Forgery&, const Forgery&) = default;
};

// Keeps a log of its own and what it has heard of others', like an index without a disk; checks
// nothing. The keys are new in each process.
class Member {
 public:
  explicit Member(Entropy& entropy);

  [[nodiscard]] const LocalDevice& device() const { return device_; }
  [[nodiscard]] const DeviceId& id() const { return keys_.id(); }
  [[nodiscard]] Sign sign() const;

  // Errors: as Membership's.
  Result<void> admit(const Grant& grant);
  // Requires admit(), as does all that follows.
  [[nodiscard]] Membership& membership() { return *membership_; }
  [[nodiscard]] bool admitted() const { return membership_.has_value(); }
  [[nodiscard]] const ShareId& share() const { return membership_->share(); }

  // The next segment of the log, which then has it unless nobody can take it.
  Segment publish(std::span<const Draft> drafts, const Forgery& forgery);
  void learn(const Segment& segment);
  // The versions of a path that nothing it has heard of supersedes.
  [[nodiscard]] std::vector<Dot> heads(const std::string& path) const;
  [[nodiscard]] const CausalClock& clock() const { return clock_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  // All of its own that it has published.
  [[nodiscard]] const std::vector<Segment>& published() const { return published_; }

  // Bytes that it can be asked for: a chunk by its hash, a list by the content's id.
  ChunkHash keep(Bytes bytes);
  ContentId keep(const ChunkList& list);
  [[nodiscard]] const Bytes* bytes_of(const ChunkHash& hash) const;
  [[nodiscard]] const ChunkList* list_of(const ContentId& content) const;

 private:
  [[nodiscard]] SegmentHeader next_header(const Forgery& forgery) const;
  void note(const OpenSegment& segment);

  Entropy& entropy_;
  DeviceKeys keys_;
  LocalDevice device_;
  std::optional<Membership> membership_;
  Author self_;
  SegmentHeader last_;  // Its newest own.
  CausalClock clock_;
  Fingerprint fingerprint_;
  std::map<Author, SegmentHash> ends_;  // Of each log.
  std::map<Dot, std::string> heads_;
  std::vector<Segment> published_;
  std::map<ChunkHash, Bytes> chunks_;
  std::map<ContentId, ChunkList> lists_;
};

}  // namespace lansync::evil
