#include "core/engine/verify/audit.h"

#include <algorithm>
#include <utility>

#include "core/base/byte_io.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

// What one step looks at.
constexpr std::size_t kPathsPerAuditStep = 256;

AuditClock hash_of_clock(const CausalClock& clock) {
  ByteWriter writer;
  for (const CausalClock::Entry& entry : clock.entries()) {
    writer.raw(entry.author.device.view());
    writer.varint(entry.author.incarnation);
    writer.varint(entry.counter);
  }
  return {hash_of(writer.bytes(), "lansync/v1/audit-clock")};
}

}  // namespace

// --- What others ask ----------------------------------------------------------------------------

Result<void> Audits::handle_question(const DeviceId& from, const AuditQuestion& question) {
  if (answer_waits(from)) return Error{Errc::limit_exceeded, "questions of an audit"};
  Question asked{question, {{question.after, question.through}, question.after}, {}};
  const bool fresh = questions_.emplace(from, std::move(asked)).second;
  if (!fresh) return Error{Errc::limit_exceeded, "questions of an audit"};
  return {};
}

bool Audits::answer_waits(const DeviceId& to) const {
  return std::ranges::any_of(outbox_, [&](const auto& message) {
    return message.first == to && std::holds_alternative<AuditAnswer>(message.second);
  });
}

Result<void> Audits::step_question(const DeviceId& from, Question& question) {
  const AuditQuestion& asked = question.question;
  AuditAnswer answer{asked.question, AuditAnswer::Kind::moving, {}};
  if (hash_of_clock(replica_.clock()) == asked.clock) {
    const auto add = [&](const RelativePath& path, const std::vector<Change>& heads) {
      question.split.add(path, heads);
    };
    if (auto read = read_on(question.pass, add); !read) return read;
    if (!question.pass.done) return {};
    const bool equal =
        question.split.paths() == asked.paths && question.split.fingerprint() == asked.fingerprint;
    answer.kind = equal ? AuditAnswer::Kind::equal : AuditAnswer::Kind::different;
    if (!equal) answer.parts = question.split.parts();
  }
  outbox_.emplace_back(from, std::move(answer));
  questions_.erase(from);
  return {};
}

// --- What we ask --------------------------------------------------------------------------------

void Audits::ask(std::set<DeviceId> members) {
  for (const DeviceId& device : members) {
    results_.erase(device);
    const auto peer = peers_.find(device);
    if (peer != peers_.end() && peer->second.audits) {
      asked_.insert(device);
    } else {
      results_[device] = {AuditResult::Kind::unsupported, {}, false};
    }
  }
}

bool Audits::can_begin(const DeviceId& device, TimePoint now) const {
  const PeerState& peer = peers_.at(device);
  const auto due = due_.find(device);
  const bool both_idle = idle_ && (peer.state.in_sync || peer.state.starved);
  const bool time = due != due_.end() && due->second <= now && both_idle;
  if ((!time && !asked_.contains(device)) || owing_.contains(device)) return false;
  return peer.joined && peer.audits && peer.clock_known && peer.state.clock == replica_.clock();
}

// Of many members few have said anything, mostly.
void Audits::look(TimePoint now) {
  const std::set<DeviceId> heard = std::exchange(heard_, {});
  if (known_fingerprint_ != replica_.fingerprint() || known_clock_ != replica_.clock()) {
    known_fingerprint_ = replica_.fingerprint();
    known_clock_ = replica_.clock();
    for (const auto& [device, peer] : peers_) suspect(peer, now);
    return;
  }
  for (const DeviceId& device : heard) {
    if (const auto peer = peers_.find(device); peer != peers_.end()) suspect(peer->second, now);
  }
}

// A state costs its sender nothing, an audit does: hence not at once each time.
void Audits::suspect(const PeerState& peer, TimePoint now) {
  const DeviceId& device = peer.device;
  if (!peer.joined || !peer.audits) return;
  if (!due_.contains(device)) set_due(device, now + kFirstAfter);
  const bool differing = differs(peer, replica_);
  const bool news = differing ? suspected_.insert(device).second : suspected_.erase(device) > 0;
  if (!news) return;
  // What it has answered by now tells of what was.
  if (running_ && running_->peer == device) end(AuditResult::Kind::moving, now);
  const auto began = began_.find(device);
  const bool lately = began != began_.end() && began->second + kRetryAfter > now;
  set_due(device, std::min(due_.at(device), lately ? began->second + kRetryAfter : now));
}

void Audits::set_due(const DeviceId& device, TimePoint due) {
  due_[device] = due;
  earliest_due_ = std::min(earliest_due_, due);
}

void Audits::begin(const DeviceId& device, TimePoint now) {
  asked_.erase(device);
  began_[device] = now;
  Running running;
  running.peer = device;
  running.clock = hash_of_clock(replica_.clock());
  running.asked_at = now;
  running.pass = Pass{};
  running_ = std::move(running);
}

void Audits::end(AuditResult::Kind kind, TimePoint now) {
  AuditResult result{kind, {running_->paths.begin(), running_->paths.end()}, running_->more};
  const bool known = kind == AuditResult::Kind::equal || kind == AuditResult::Kind::different;
  const bool all = known && !running_->more;
  set_due(running_->peer, now + (all ? Duration(kInterval) : Duration(kRetryAfter)));
  if (kind == AuditResult::Kind::different) {
    for (const RelativePath& path : running_->paths)
      differences_.emplace_back(running_->peer, path);
  }
  // What was found once is not forgotten because it could not be looked at again.
  const auto before = results_.find(running_->peer);
  const bool keep =
      !known && before != results_.end() && before->second.kind == AuditResult::Kind::different;
  if (!keep) results_[running_->peer] = std::move(result);
  running_.reset();
}

void Audits::find(const RelativePath& path) {
  if (running_->paths.size() < kPathsMax)
    running_->paths.insert(path);
  else
    running_->more = true;
}

Result<void> Audits::handle_answer(const DeviceId& from, const AuditAnswer& answer) {
  owing_.erase(from);
  // Of a question that was given up.
  const bool awaited = running_ && running_->peer == from && running_->question != 0 &&
                       running_->question == answer.question;
  if (!awaited) return {};
  running_->question = 0;
  const AuditQuestion asked = std::move(running_->open.front());
  running_->open.pop_front();
  if (answer.kind == AuditAnswer::Kind::moving) {
    end(AuditResult::Kind::moving, now_);
    return {};
  }
  if (answer.kind == AuditAnswer::Kind::equal) return {};
  std::uint64_t paths = 0;
  for (const PathsPart& part : answer.parts) {
    const bool within =
        asked.after < part.through && (asked.through.is_root() || part.through <= asked.through);
    if (!within) return Error{Errc::mismatch, "audit's answer about other paths"};
    paths += part.paths;
  }
  if (paths > 1 && answer.parts.size() == 1) return Error{Errc::mismatch, "audit's answer"};
  running_->theirs = answer.parts;
  running_->ours.assign(answer.parts.size(), {});
  running_->pass = Pass{{asked.after, asked.through}, asked.after};
  return {};
}

// A path of ours falls into a part of theirs, or behind the last. Where they have one path in a
// part, it is the last one of it: whatever else we have there, they have not.
void Audits::compare(const RelativePath& path, const std::vector<Change>& heads) {
  const auto part = std::ranges::lower_bound(running_->theirs, path, {}, &PathsPart::through);
  if (part == running_->theirs.end()) return find(path);
  if (part->paths == 1 && path != part->through) return find(path);
  PathsPart& ours = running_->ours[static_cast<std::size_t>(part - running_->theirs.begin())];
  ++ours.paths;
  for (const Change& head : heads) ours.fingerprint.add(head.dot, path);
}

void Audits::end_comparison() {
  RelativePath after = running_->pass->range.after;
  for (std::size_t i = 0; i < running_->theirs.size(); ++i) {
    const PathsPart& theirs = running_->theirs[i];
    const PathsPart& ours = running_->ours[i];
    const RelativePath begin = std::exchange(after, theirs.through);
    if (theirs.paths == ours.paths && theirs.fingerprint == ours.fingerprint) continue;
    if (theirs.paths == 1) {
      find(theirs.through);
    } else {
      running_->open.push_back({0, {}, begin, theirs.through, ours.paths, ours.fingerprint});
    }
  }
  running_->theirs.clear();
  running_->pass.reset();
}

void Audits::ask_next(TimePoint now) {
  if (running_->open.empty()) {
    const bool equal = running_->paths.empty();
    return end(equal ? AuditResult::Kind::equal : AuditResult::Kind::different, now);
  }
  if (++running_->questions > kQuestionsMax || running_->more) {
    running_->more = true;
    return end(AuditResult::Kind::different, now);
  }
  AuditQuestion& question = running_->open.front();
  question.question = next_question_++;
  question.clock = running_->clock;
  running_->question = question.question;
  running_->asked_at = now;
  outbox_.emplace_back(running_->peer, question);
  owing_.insert(running_->peer);
}

Result<void> Audits::step_running(TimePoint now) {
  const bool first = running_->questions == 0;
  const auto add = [&](const RelativePath& path, const std::vector<Change>& heads) {
    if (first)
      running_->split.add(path, heads);
    else
      compare(path, heads);
  };
  if (running_->pass) {
    if (auto read = read_on(*running_->pass, add); !read) return read;
    if (!running_->pass->done) return {};
    if (first) {
      running_->open.push_back(
          {0, {}, {}, {}, running_->split.paths(), running_->split.fingerprint()});
      running_->pass.reset();
    } else {
      end_comparison();
    }
  }
  ask_next(now);
  return {};
}

// --- Both ---------------------------------------------------------------------------------------

template <class Visit>
Result<void> Audits::read_on(Pass& pass, Visit visit) {
  const auto paths = index_.paths(pass.at, kPathsPerAuditStep);
  if (!paths) return paths.error();
  for (const RelativePath& path : *paths) {
    if (!pass.range.through.is_root() && pass.range.through < path) {
      pass.done = true;
      return {};
    }
    const auto heads = index_.heads(path);
    if (!heads) return heads.error();
    visit(path, *heads);
    pass.at = path;
  }
  pass.done = paths->size() < kPathsPerAuditStep;
  return {};
}

bool Audits::has_steps() const {
  return !questions_.empty() || (running_ && running_->question == 0);
}

Result<void> Audits::step(TimePoint now) {
  next_step_ = now + kPause;
  if (!questions_.empty()) {
    const auto next = questions_.begin();
    const DeviceId from = next->first;
    if (auto stepped = step_question(from, next->second); !stepped) return stepped;
  }
  if (running_ && running_->question == 0) return step_running(now);
  return {};
}

Result<void> Audits::advance(TimePoint now, bool idle) {
  now_ = now;
  idle_ = idle;
  look(now);
  if (running_ && hash_of_clock(replica_.clock()) != running_->clock) {
    end(AuditResult::Kind::moving, now);
  }
  if (running_ && running_->question != 0 && running_->asked_at + kPatience <= now) {
    end(AuditResult::Kind::silent, now);
  }
  if (!running_ && (!asked_.empty() || earliest_due_ <= now)) {
    const auto next =
        std::ranges::find_if(peers_, [&](const auto& peer) { return can_begin(peer.first, now); });
    if (next != peers_.end()) begin(next->first, now);
    earliest_due_ = TimePoint::max();
    for (const auto& [device, due] : due_) earliest_due_ = std::min(earliest_due_, due);
  }
  return has_steps() && next_step_ <= now ? step(now) : Result<void>();
}

std::optional<TimePoint> Audits::next_deadline() const {
  if (has_steps()) return next_step_;
  if (running_) return running_->asked_at + kPatience;
  std::optional<TimePoint> next;
  if (earliest_due_ == TimePoint::max()) return next;
  if (earliest_due_ > now_) return earliest_due_;
  for (const auto& [device, due] : due_) {
    // Whoever is not ready by then begins with the input that makes it ready.
    if (due > now_ && peers_.contains(device) && (!next || due < *next)) next = due;
  }
  return next;
}

std::optional<MessageBody> Audits::poll_message(const DeviceId& to) {
  const auto found = std::ranges::find(outbox_, to, &std::pair<DeviceId, MessageBody>::first);
  if (found == outbox_.end()) return std::nullopt;
  MessageBody body = std::move(found->second);
  outbox_.erase(found);
  return body;
}

std::optional<std::pair<DeviceId, RelativePath>> Audits::poll_difference() {
  if (differences_.empty()) return std::nullopt;
  auto difference = std::move(differences_.front());
  differences_.pop_front();
  return difference;
}

void Audits::handle_peer_down(const DeviceId& device) {
  questions_.erase(device);
  owing_.erase(device);
  std::erase_if(outbox_, [&](const auto& message) { return message.first == device; });
  if (running_ && running_->peer == device) end(AuditResult::Kind::silent, now_);
  if (asked_.erase(device) > 0) results_[device] = {AuditResult::Kind::silent, {}, false};
}

std::vector<PathIssue> audit_issues(const std::map<DeviceId, AuditResult>& results,
                                    const Membership& membership) {
  std::vector<PathIssue> issues;
  for (const auto& [device, result] : results) {
    if (result.kind != AuditResult::Kind::different) continue;
    const Member* member = membership.member(device);
    if (member == nullptr) continue;
    for (const RelativePath& path : result.paths) {
      issues.push_back({path.text(), "differs",
                        "it is not the same on " + member->name +
                            ", although both devices have seen the same changes",
                        "if it stays so, report it as a bug; to make it the same again, edit it on "
                        "the device where it is right"});
    }
  }
  return issues;
}

}  // namespace lansync
