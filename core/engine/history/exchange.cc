#include "core/engine/history/exchange.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::size_t kPlacesPerRead = 64;
// Ops in one message; the log of a large share travels in several.
constexpr std::size_t kOpsBytesMax = limits::kControlRecordBytesMax / 2;
constexpr std::size_t kRecentMax = 4096;

}  // namespace

void Exchange::handle_peer_up(const DeviceId& device) {
  PeerState& peer = peers_[device];
  peer = PeerState{};
  peer.device = device;
  outboxes_[device] = {};
  if (membership_.member(device) != nullptr) greet(peer);
}

void Exchange::handle_peer_down(const DeviceId& device) {
  peers_.erase(device);
  outboxes_.erase(device);
}

void Exchange::greet(PeerState& peer) {
  peer.hello_sent = true;
  outboxes_.at(peer.device).greeting = true;
}

void Exchange::greet_all() {
  for (auto& [device, peer] : peers_) {
    if (membership_.member(device) != nullptr) greet(peer);
  }
}

void Exchange::join(PeerState& peer) {
  if (!peer.hello_sent) greet(peer);
  peer.joined = true;
}

Result<void> Exchange::handle_hello(const DeviceId& from, const ShareHello& hello) {
  PeerState& peer = peers_.at(from);
  const bool knows_more = std::ranges::any_of(
      hello.member_op_heads, [&](const MemberOpHash& head) { return !membership_.knows(head); });
  if (knows_more) outboxes_.at(from).question = true;
  if (membership_.member(from) != nullptr) join(peer);
  peer.incarnation = hello.incarnation;
  peer.own_logs = hello.own_logs;
  return peer.clock_known ? show_own_logs(peer) : Result<void>();
}

Result<void> Exchange::handle_member_ops_request(const DeviceId& from) {
  if (!peers_.at(from).joined && membership_.member(from) == nullptr) {
    return Error{Errc::refused, "question by a device that is no member"};
  }
  Outbox& outbox = outboxes_.at(from);
  outbox.log_again = outbox.log_at.has_value();
  if (!outbox.log_at) outbox.log_at = 0;
  return {};
}

MemberOps Exchange::next_ops(Outbox& outbox) const {
  MemberOps message{membership_.genesis_record(), {}};
  const auto ops = membership_.ops();
  std::size_t bytes = 0;
  for (std::size_t& at = *outbox.log_at; at < ops.size(); ++at) {
    bytes += ops[at].body.size() + ops[at].signature.size() + 16;
    if (bytes > kOpsBytesMax) return message;
    message.ops.push_back(ops[at]);
  }
  outbox.log_at.reset();
  if (std::exchange(outbox.log_again, false)) outbox.log_at = 0;
  return message;
}

Result<ShareHello> Exchange::hello() const {
  const Author& self = replica_.self();
  ShareHello hello{.member_op_heads = membership_.heads(), .incarnation = self.incarnation};
  hello.spreads = true;
  hello.continues = true;
  std::vector<Author> logs{self};
  for (const CausalClock::Entry& entry : replica_.clock().entries()) {
    if (entry.author.device == self.device && entry.author != self) logs.push_back(entry.author);
  }
  logs.resize(std::min(logs.size(), ShareHello::kOwnLogsMax));
  for (const Author& log : logs) {
    const auto end = index_.log_end(log);
    if (!end) return end.error();
    hello.own_logs.push_back({log.incarnation, end->counter, end->hash});
  }
  return hello;
}

Result<std::optional<MessageBody>> Exchange::poll_membership(Outbox& outbox) {
  if (std::exchange(outbox.greeting, false)) {
    auto greeting = hello();
    if (!greeting) return std::move(greeting).error();
    return std::optional<MessageBody>(*std::move(greeting));
  }
  if (std::exchange(outbox.question, false)) return std::optional<MessageBody>(MemberOpsRequest{});
  if (outbox.log_at) return std::optional<MessageBody>(next_ops(outbox));
  return std::optional<MessageBody>();
}

Result<bool> Exchange::handle_member_ops(const DeviceId& from, const MemberOps& ops) {
  bool changed = false;
  // All or nothing: what was stored before an error is rolled back.
  Membership membership = membership_;
  for (const SignedRecord& op : ops.ops) {
    const MemberOpHash hash = member_op_hash(op);
    if (membership.knows(hash)) continue;
    if (auto added = membership.add(op); !added) return std::move(added).error();
    if (auto stored = index_.append_member_op(hash, encode(op)); !stored) {
      return std::move(stored).error();
    }
    changed = true;
  }
  if (changed) membership_ = std::move(membership);
  PeerState& peer = peers_.at(from);
  if (membership_.member(from) != nullptr && !peer.joined) join(peer);
  if (changed) announce_members();
  return changed;
}

void Exchange::announce_members() {
  for (auto& [device, peer] : peers_) {
    if (membership_.member(device) == nullptr) {
      peer.joined = false;
    } else {
      greet(peer);
    }
  }
}

Result<void> Exchange::make_whole(const DeviceId& from, ShareState& state) const {
  if (!state.continues) return {};
  const PeerState& peer = peers_.at(from);
  if (!peer.clock_known) return Error{Errc::wrong_state, "state that continues none"};
  CausalClock whole = peer.state.clock;
  whole.join(state.clock);
  if (whole.entries().size() > limits::kClockAuthorsMax) {
    return Error{Errc::limit_exceeded, "authors in a clock"};
  }
  state.clock = std::move(whole);
  state.continues = false;
  return {};
}

Result<void> Exchange::handle_state(const DeviceId& from, const ShareState& state) {
  PeerState& peer = peers_.at(from);
  LANSYNC_ASSERT(peer.joined);
  const bool first = !peer.clock_known;
  peer.state = state;
  peer.fingerprint_known = true;
  peer.clock.join(state.clock);
  peer.clock_known = true;
  if (!first) return {};
  if (auto shown = show_own_logs(peer); !shown) return shown;
  const auto lacking = index_.first_segment_beyond(peer.clock);
  if (!lacking) return lacking.error();
  if (*lacking) {
    peer.cursor = **lacking - 1;
  } else {
    // It has everything so far: whatever comes from now on is new to it.
    peer.cursor = 0;
    auto places = index_.segments(0, 1);
    if (!places) return std::move(places).error();
    for (; places && !places->empty(); places = index_.segments(peer.cursor, kPlacesPerRead)) {
      peer.cursor = places->back().arrival;
    }
    if (!places) return std::move(places).error();
  }
  return {};
}

// Of the log that it writes it is shown that there is more; that comes again in its place, for
// whatever the peer then is. Of all of them it is shown the end that is known here, if it has
// another: whether it is a part of what it has (log_forks.h), before it hears what builds on it.
Result<void> Exchange::show_own_logs(const PeerState& peer) {
  const Author writes{peer.device, peer.incarnation};
  const std::uint64_t known = replica_.clock().counter_of(writes);
  if (peer.incarnation != 0 && known > peer.clock.counter_of(writes)) {
    if (auto shown = show({writes, known}, peer.device); !shown) return shown;
  }
  for (const OwnLogEnd& log : peer.own_logs) {
    const Author author{peer.device, log.incarnation};
    const auto end = index_.log_end(author);
    if (!end) return end.error();
    const bool same = end->counter == log.counter && end->hash == log.hash;
    // What it lacks it gets in its place; unless it has gone on since it said hello.
    const bool lacks = end->counter > log.counter && end->counter > peer.clock.counter_of(author);
    if (end->counter == 0 || lacks || same) continue;
    if (auto shown = show({author, end->counter}, peer.device); !shown) return shown;
  }
  return {};
}

Result<void> Exchange::show(const Dot& dot, const DeviceId& to) {
  const auto place = replica_.arrival_of(dot);
  if (!place) return place.error();
  auto segment = index_.segment(*place);
  if (!segment) return std::move(segment).error();
  send(to, *std::move(segment));
  return {};
}

Result<void> Exchange::handle_segment(const DeviceId& from, const Segment& segment, TimePoint now,
                                      std::set<RelativePath>& touched) {
  PeerState& peer = peers_.at(from);
  LANSYNC_ASSERT(peer.joined);
  const CausalClock before = replica_.clock();
  if (differs(peer, replica_)) {
    if (auto done = replica_.complete(segment, touched); !done) return done;
  }
  if (auto done = replica_.integrate(segment, touched); !done) return done;
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  if (header->last() > peer.clock.counter_of(header->author)) {
    peer.clock.advance(header->author, header->last());
  }
  // Whoever wrote it has the bytes too, and its state saying so is right behind.
  if (header->author.device == from &&
      header->last() > peer.state.clock.counter_of(header->author)) {
    peer.state.clock.advance(header->author, header->last());
    peer.fingerprint_known = false;
  }
  if (replica_.clock() == before) return {};
  // Who had another branch of it can tell by now.
  if (header->author.device == replica_.self().device) greet_all();
  const auto lacking = index_.first_segment_beyond(before);
  if (!lacking) return lacking.error();
  if (*lacking) recent_.push_back({**lacking, now});
  if (recent_.size() > kRecentMax) recent_.pop_front();
  return {};
}

Result<void> Exchange::show_heads(const RelativePath& path, const DeviceId& to) {
  const auto outbox = outboxes_.find(to);
  if (outbox == outboxes_.end()) return {};
  const auto heads = index_.heads(path);
  if (!heads) return heads.error();
  for (const Change& head : *heads) {
    const auto arrival = replica_.arrival_of(head.dot);
    if (!arrival) return arrival.error();
    outbox->second.shown_again.insert(*arrival);
  }
  return {};
}

Result<std::optional<MessageBody>> Exchange::poll_shown_again(Outbox& outbox) {
  if (outbox.shown_again.empty()) return std::optional<MessageBody>();
  const auto next = outbox.shown_again.begin();
  auto segment = index_.segment(*next);
  if (!segment) return std::move(segment).error();
  outbox.shown_again.erase(next);
  return std::optional<MessageBody>(*std::move(segment));
}

void Exchange::send(const DeviceId& to, MessageBody body) {
  if (const auto outbox = outboxes_.find(to); outbox != outboxes_.end()) {
    outbox->second.queue.push_back(std::move(body));
  }
}

std::size_t Exchange::waiting(const DeviceId& peer) const {
  const auto outbox = outboxes_.find(peer);
  return outbox == outboxes_.end() ? 0 : outbox->second.queue.size();
}

void Exchange::set_state(const ShareState& state, TimePoint now) {
  if (state == own_.state) return;
  own_.state = state;
  ++own_.revision;
  own_.changed_at = now;
}

void Exchange::owe_state(const DeviceId& member) {
  const auto outbox = outboxes_.find(member);
  if (outbox != outboxes_.end()) outbox->second.told.owe(own_);
}

MessageBody Exchange::tell_state(const PeerState& peer, Outbox& outbox) const {
  return outbox.told.tell(own_, peer.continues);
}

Result<std::optional<MessageBody>> Exchange::poll_message(const DeviceId& to, TimePoint now) {
  const auto found = outboxes_.find(to);
  if (found == outboxes_.end()) return std::optional<MessageBody>();
  Outbox& outbox = found->second;
  auto membership = poll_membership(outbox);
  if (!membership || *membership) return membership;
  PeerState& peer = peers_.at(to);
  // What was found by the look that was asked for is said before that it was made.
  if (!outbox.queue.empty() && std::holds_alternative<BarrierReached>(outbox.queue.front()) &&
      outbox.told.is_news(own_)) {
    return std::optional(tell_state(peer, outbox));
  }
  if (!outbox.queue.empty()) {
    MessageBody body = std::move(outbox.queue.front());
    outbox.queue.pop_front();
    return std::optional(std::move(body));
  }
  if (!peer.joined) return std::optional<MessageBody>();
  if (!outbox.told.begun()) return std::optional(tell_state(peer, outbox));
  auto again = poll_shown_again(outbox);
  if (!again || *again) return again;
  auto segment = poll_segment(peer, outbox, now);
  if (!segment || *segment) return segment;
  outbox.told.look(own_, now);
  if (!outbox.told.is_due(own_, now)) return std::optional<MessageBody>();
  return std::optional(tell_state(peer, outbox));
}

Result<std::optional<MessageBody>> Exchange::poll_segment(PeerState& peer, Outbox& outbox,
                                                          TimePoint now) {
  while (!recent_.empty() && recent_.front().at + kRelayDelay <= now) recent_.pop_front();
  if (outbox.nothing_lacking == own_.revision) return std::optional<MessageBody>();
  if (peer.clock_known && peer.clock.covers(own_.state.clock)) {
    outbox.nothing_lacking = own_.revision;
    return std::optional<MessageBody>();
  }
  while (peer.clock_known && !peer.clock.covers(replica_.clock())) {
    auto places = index_.segments(peer.cursor, kPlacesPerRead);
    if (!places) return std::move(places).error();
    if (places->empty()) break;
    for (const SegmentPlace& place : *places) {
      const std::uint64_t last = place.first + place.count - 1;
      const bool known = last <= peer.clock.counter_of(place.author);
      const bool fresh =
          std::ranges::find(recent_, place.arrival, &Arrived::arrival) != recent_.end();
      if (!known && fresh) return std::optional<MessageBody>();
      peer.cursor = place.arrival;
      if (known) continue;
      auto segment = index_.segment(place.arrival);
      if (!segment) return std::move(segment).error();
      peer.clock.advance(place.author, last);
      return std::optional<MessageBody>(*std::move(segment));
    }
  }
  return std::optional<MessageBody>();
}

std::optional<TimePoint> Exchange::next_deadline(TimePoint now) const {
  std::optional<TimePoint> deadline;
  const auto offer = [&](TimePoint due) {
    if (!deadline || due < *deadline) deadline = due;
  };
  if (!recent_.empty() && recent_.front().at + kRelayDelay > now) {
    offer(recent_.front().at + kRelayDelay);
  }
  for (const auto& [device, outbox] : outboxes_) {
    const auto due = outbox.told.due_at(own_);
    // One that is due and still here waits for room, not for a time.
    if (!due || *due <= now || !outbox.told.begun()) continue;
    if (peers_.at(device).joined) offer(*due);
  }
  return deadline;
}

}  // namespace lansync
