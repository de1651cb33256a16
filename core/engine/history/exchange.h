// What a share's members tell each other about its history.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "core/base/time.h"
#include "core/engine/history/told_state.h"
#include "core/engine/peer_state.h"
#include "core/index/index.h"
#include "core/sync/membership.h"
#include "core/sync/replica.h"
#include "core/wire/message.h"

namespace lansync {

// Keeps every connected member's history as complete as ours, and ours as theirs: who belongs to
// the share first, then clocks, then only what the other lacks, in the order in which it was
// integrated.
//
// Per peer the conversation is: hello (both) → member ops, if one knows more → state (both) →
// segments and states as they come. A peer that is no member yet may only send its hello and the
// ops that make it one: it joined through somebody else.
//
// A peer that lacks the end of its own log is shown it first of all: its index is an older one that
// was put back, and it must not go on with that log.
//
// What a member knows by its number only, though it has seen all that is known here, it is shown
// once more (show_heads).
//
// What a third device wrote is relayed kRelayDelay after it came: mostly its author is faster.
//
// What a peer asks for is made ready when its connection takes it. What is not, waits in a queue: a
// peer that makes that longer than kWaitingMax asks and does not read.
//
// Owned by one share's engine; `peers` is the engine's.
class Exchange {
 public:
  static constexpr std::size_t kWaitingMax = 1024;
  static constexpr std::chrono::milliseconds kRelayDelay{200};

  Exchange(Index& index, Membership& membership, Replica& replica,
           std::map<DeviceId, PeerState>& peers)
      : index_(index), membership_(membership), replica_(replica), peers_(peers) {}

  // A channel to this device is up. It is told about the share if it is a member.
  void handle_peer_up(const DeviceId& device);
  void handle_peer_down(const DeviceId& device);

  // Errors are the peer's fault, except those of the index.
  Result<void> handle_hello(const DeviceId& from, const ShareHello& hello);
  Result<void> handle_member_ops_request(const DeviceId& from);
  // True if the membership changed.
  Result<bool> handle_member_ops(const DeviceId& from, const MemberOps& ops);
  // These require a member that has said hello.
  // Gives a state that continues the clock that it continues. Errors: wrong_state (there is none),
  // limit_exceeded.
  Result<void> make_whole(const DeviceId& from, ShareState& state) const;
  Result<void> handle_state(const DeviceId& from, const ShareState& state);
  Result<void> handle_segment(const DeviceId& from, const Segment& segment, TimePoint now,
                              std::set<RelativePath>& touched);

  // This device's membership log grew by an op made here, or a member's by gossip: tell everybody.
  void announce_members();
  // What is to be announced of this device's own state.
  void set_state(const ShareState& state, TimePoint now);
  // This member was answered that something is not here (ToldState::owe).
  void owe_state(const DeviceId& member);

  // Sends the segments with this path's heads to a member that has others: it takes from them what
  // it lacks (Replica::complete).
  Result<void> show_heads(const RelativePath& path, const DeviceId& to);

  // A control message to `to`, ahead of segments.
  void send(const DeviceId& to, MessageBody body);
  // How many messages for this peer wait.
  [[nodiscard]] std::size_t waiting(const DeviceId& peer) const;
  // The next message for this peer. An error is the index's.
  Result<std::optional<MessageBody>> poll_message(const DeviceId& to, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_deadline(TimePoint now) const;

 private:
  struct Outbox {
    // Of each of these one is as good as many.
    bool greeting = false;
    bool question = false;              // For its membership log.
    std::optional<std::size_t> log_at;  // The next op to send of ours,
    bool log_again = false;             // and whether that is to begin anew then.
    std::deque<MessageBody> queue;
    std::set<std::uint64_t> shown_again;  // Arrivals of segments.
    ToldState told;
    std::uint64_t nothing_lacking = 0;  // The revision of our state of which it has all segments.
  };
  struct Arrived {
    std::uint64_t arrival = 0;
    TimePoint at;
  };

  void greet(PeerState& peer);
  void join(PeerState& peer);
  void greet_all();
  Result<void> show_own_logs(const PeerState& peer);
  Result<void> show(const Dot& dot, const DeviceId& to);
  [[nodiscard]] Result<ShareHello> hello() const;
  Result<std::optional<MessageBody>> poll_membership(Outbox& outbox);
  MemberOps next_ops(Outbox& outbox) const;
  Result<std::optional<MessageBody>> poll_shown_again(Outbox& outbox);
  MessageBody tell_state(const PeerState& peer, Outbox& outbox) const;
  Result<std::optional<MessageBody>> poll_segment(PeerState& peer, Outbox& outbox, TimePoint now);

  Index& index_;
  Membership& membership_;
  Replica& replica_;
  std::map<DeviceId, PeerState>& peers_;
  std::map<DeviceId, Outbox> outboxes_;
  std::deque<Arrived> recent_;  // Segments of others that came a moment ago.
  ToldState::Own own_;
};

}  // namespace lansync
