// What the members of a share say, and what they are told.
#include <utility>

#include "core/engine/share_engine.h"

namespace lansync {
namespace {

// Whoever has asked does not get what it asked for, or not all of it.
bool is_in_vain(const MessageBody& answer) {
  const auto* list = std::get_if<ChunkListReply>(&answer);
  return std::holds_alternative<ChunksMissing>(answer) || (list != nullptr && list->total == 0);
}

}  // namespace

void ShareEngine::handle_peer_up(const DeviceId& device, Now now) {
  if (failed_) return;
  if (peers_.contains(device)) handle_peer_down(device, now);
  exchange_.handle_peer_up(device);
  settle(now);
}

void ShareEngine::handle_peer_down(const DeviceId& device, Now now) {
  if (failed_ || !peers_.contains(device)) return;
  fetcher_.handle_peer_down(device);
  server_.handle_peer_down(device);
  exchange_.handle_peer_down(device);
  claims_.handle_peer_down(device);
  forks_.handle_peer_down(device);
  flushes_.member_gone(device);
  audits_.handle_peer_down(device);
  settle(now);
}

Result<void> ShareEngine::handle_message(const DeviceId& from, MessageBody body, Now now) {
  if (failed_) return {};
  const auto peer = peers_.find(from);
  if (peer == peers_.end()) return Error{Errc::wrong_state, "message before the channel was up"};
  if (exchange_.waiting(from) > Exchange::kWaitingMax) {
    return Error{Errc::limit_exceeded, "answers that are not read"};
  }
  if (verification_) verification_->handle_change();
  audits_.handle_heard(from);
  auto done = dispatch(from, std::move(body), now);
  if (!done && is_index_failure(done.error())) {
    fail(std::move(done).error());
    return {};
  }
  if (!done) {
    // Whatever part of it was written must not be committed.
    index_.rollback();
    if (auto loaded = replica_.load(); !loaded) fail(std::move(loaded).error());
    touched_.clear();
    return done;
  }
  settle(now);
  return {};
}

Result<void> ShareEngine::dispatch(const DeviceId& from, MessageBody body, Now now) {
  if (auto* hello = std::get_if<ShareHello>(&body)) {
    peers_.at(from).audits = hello->audits;
    peers_.at(from).spreads = hello->spreads;
    peers_.at(from).continues = hello->continues;
    return exchange_.handle_hello(from, *hello);
  }
  if (std::holds_alternative<MemberOpsRequest>(body)) {
    return exchange_.handle_member_ops_request(from);
  }
  if (auto* ops = std::get_if<MemberOps>(&body)) {
    const auto changed = exchange_.handle_member_ops(from, *ops);
    if (!changed) return changed.error();
    if (*changed) drop_removed();
    return {};
  }
  if (!peers_.at(from).joined) return Error{Errc::refused, "message by a device that is no member"};
  if (auto* state = std::get_if<ShareState>(&body)) {
    if (auto whole = exchange_.make_whole(from, *state); !whole) return whole;
    claims_.handle_state(from, state->clock, replica_.clock(), config_.self, now.steady);
    if (state->in_sync) fetcher_.handle_peer_progress(from);
    if (has_moved_on(peers_.at(from), *state)) fetcher_.handle_peer_news(from);
    return exchange_.handle_state(from, *state);
  }
  if (auto* segment = std::get_if<Segment>(&body)) return handle_segment(from, *segment, now);
  if (auto* request = std::get_if<ChunkListRequest>(&body)) {
    return server_.handle_chunk_list_request(from, *request);
  }
  if (auto* reply = std::get_if<ChunkListReply>(&body)) {
    return fetcher_.handle_chunk_list(from, *reply);
  }
  if (auto* request = std::get_if<ChunkRequest>(&body)) {
    return server_.handle_chunk_request(from, std::move(*request));
  }
  if (auto* missing = std::get_if<ChunksMissing>(&body)) {
    return fetcher_.handle_missing(from, *missing);
  }
  if (auto* held = std::get_if<ChunksHeld>(&body)) return fetcher_.handle_held(from, *held);
  if (auto* barrier = std::get_if<Barrier>(&body)) {
    scan_.request(RelativePath(), true);
    return flushes_.ask(from, barrier->id, scan_.finished_rounds() + 1);
  }
  if (auto* question = std::get_if<AuditQuestion>(&body)) {
    return audits_.handle_question(from, *question);
  }
  if (auto* answer = std::get_if<AuditAnswer>(&body)) return audits_.handle_answer(from, *answer);
  if (auto* reached = std::get_if<BarrierReached>(&body)) {
    flushes_.member_looked(from, reached->id);
  }
  return {};
}

Result<void> ShareEngine::handle_segment(const DeviceId& from, const Segment& segment, Now now) {
  const auto behind = replica_.proves_loss(segment);
  if (!behind) return behind.error();
  if (*behind) {
    const auto place = replica_.place(segment);
    if (!place) return place.error();
    // One that can be seen to fork is judged as that.
    if (*place != Replica::Place::forks) {
      behind_itself_ = true;
      fail({Errc::changed, "the index is older than what other devices have seen of it"});
      return {};
    }
  }
  auto judged = forks_.judge(from, segment);
  if (!judged) return std::move(judged).error();
  if (judged->answer) exchange_.send(from, *std::move(judged->answer));
  switch (judged->verdict) {
    case LogForks::Verdict::integrate: return integrate(from, segment, now.steady);
    case LogForks::Verdict::ignore: return {};
    case LogForks::Verdict::begin_anew: break;
  }
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  forked_log_ = header->author;
  fail({Errc::changed, "other devices know other changes under the same numbers"});
  return {};
}

Result<void> ShareEngine::integrate(const DeviceId& from, const Segment& segment, TimePoint now) {
  if (auto done = exchange_.handle_segment(from, segment, now, touched_); !done) return done;
  if (!claims_.waiting()) return {};
  for (const auto& [device, peer] : peers_) {
    if (!peer.clock_known) continue;
    claims_.handle_state(device, peer.state.clock, replica_.clock(), config_.self, now);
  }
  return {};
}

Result<void> ShareEngine::handle_chunk_data(const DeviceId& from, const ChunkData& header,
                                            ByteView data, Now now) {
  if (failed_) return {};
  if (!peers_.contains(from) || !peers_.at(from).joined) {
    return Error{Errc::refused, "data by a device that is no member"};
  }
  if (auto done = fetcher_.handle_data(from, header, data, now.steady); !done) return done;
  asks_ = true;
  now_ = now;
  return {};
}

// Who is no member any more is neither asked nor answered nor waited for.
void ShareEngine::drop_removed() {
  for (const auto& [device, peer] : peers_) {
    if (peer.joined || membership_.member(device) != nullptr) continue;
    fetcher_.handle_peer_down(device);
    server_.handle_peer_down(device);
    flushes_.member_gone(device);
    audits_.handle_peer_down(device);
  }
}

// What waits already goes first.
Result<std::optional<MessageBody>> ShareEngine::poll_answer(const DeviceId& to) {
  if (exchange_.waiting(to) > 0) return std::optional<MessageBody>();
  if (auto audit = audits_.poll_message(to)) return audit;
  if (auto held = fetcher_.poll_held(to)) return std::optional<MessageBody>(*std::move(held));
  auto answer = server_.poll_answer(to);
  if (answer && *answer && is_in_vain(**answer)) exchange_.owe_state(to);
  return answer;
}

// Once after an input, not for each peer that is polled then.
void ShareEngine::send_requests(TimePoint now) {
  if (!std::exchange(asks_, false)) return;
  while (auto request = fetcher_.poll_request(now)) {
    exchange_.send(request->peer, std::move(request->body));
  }
}

std::optional<MessageBody> ShareEngine::poll_message(const DeviceId& to, Now now) {
  settle_gathered();
  if (failed_) return std::nullopt;
  send_requests(now.steady);
  auto message = poll_answer(to);
  if (message && !*message) message = exchange_.poll_message(to, now.steady);
  if (!message) {
    fail(std::move(message).error());
    return std::nullopt;
  }
  return *std::move(message);
}

std::optional<ShareEngine::OutgoingChunk> ShareEngine::poll_data(const DeviceId& to) {
  auto data = server_.poll_data(to);
  if (!data) return std::nullopt;
  return OutgoingChunk{data->request, data->place, std::move(data->bytes)};
}

}  // namespace lansync
