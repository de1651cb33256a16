// The part of Node that lets devices in, and is let in.
#include <algorithm>
#include <array>

#include "transport/node.h"

namespace lansync {
namespace {

constexpr std::chrono::milliseconds kLookAgain{200};
// How long those that announce no invitation may take to answer, all together.
constexpr std::chrono::seconds kLastRoundTime{3};

PairingChannel channel_of(const PeerSession& session, const NoisePublicKey& own) {
  const NoisePublicKey& theirs = session.identity().certificate.noise_key;
  return session.initiated() ? PairingChannel{session.handshake_hash(), own, theirs}
                             : PairingChannel{session.handshake_hash(), theirs, own};
}

Error asked_before() { return {Errc::wrong_state, "device that was asked before"}; }

// Whether a failure to join is a word about the code, rather than a device that could not be asked.
bool is_answer(const Error& error) {
  for (const Errc said : {Errc::not_authentic, Errc::expired, Errc::refused, Errc::busy}) {
    if (error.code == make_error_code(said)) return true;
  }
  return false;
}

}  // namespace

PairingCode Node::invite(const ShareId& share, Role role, Duration lifetime) {
  const PairingCode code = PairingCode::generate(device_.entropy);
  // Runs of the invitation that this one replaces end with their sessions.
  for (SessionEntry& entry : sessions_) {
    if (entry.inviter == nullptr) continue;
    entry.inviter.reset();
    entry.session->close(Errc::expired);
  }
  const TimePoint now = Clock::now();
  OpenInvitation open;
  open.share = share;
  open.role = role;
  open.expires = now + lifetime;
  open.invitation = std::make_unique<Invitation>(
      code.password(), now + lifetime - Duration(limits::kInvitationLifetime));
  invitation_ = std::move(open);
  options_.on_change();
  return code;
}

bool Node::invitation_open() const {
  return invitation_ && invitation_->invitation->open(Clock::now());
}

Node::InvitationState Node::invitation(const ShareId& share) const {
  InvitationState state;
  state.share = share;
  if (!invitation_ || invitation_->share != share) return state;
  state.role = invitation_->role;
  state.open = invitation_->invitation->open(Clock::now());
  state.taken_by = invitation_->taken_by;
  return state;
}

void Node::begin_inviting(SessionEntry& entry) {
  if (!invitation_) return entry.session->close(Errc::expired);
  entry.inviter = std::make_unique<PairingInviter>(
      *invitation_->invitation, channel_of(*entry.session, device_.keys.noise_keys().public_key),
      encode_pairing_name(options_.device_name), device_.entropy);
}

void Node::on_pairing_message(PeerSession& session, ByteView message) {
  SessionEntry& entry = entry_of(session);
  if (entry.inviter) return resume_inviter(entry, message);
  if (entry.joining) return resume_joiner(entry, message);
  session.abort({Errc::wrong_state, "pairing that nobody asked for"});
}

void Node::resume_inviter(SessionEntry& entry, ByteView message) {
  InviterAction action = entry.inviter->resume(Clock::now(), message);
  if (auto* send = std::get_if<PairingSend>(&action))
    return entry.session->send_pairing(send->message);
  if (auto* failed = std::get_if<PairingFailed>(&action)) {
    if (!failed->reply.empty()) entry.session->send_pairing(failed->reply);
    options_.log("pairing with a device at " + entry.session->address() +
                 " failed: " + to_string(failed->error));
    entry.inviter.reset();
    entry.session->close(Errc::refused);
    options_.on_change();
    return;
  }
  auto granted = grant_to(entry.session->device(), std::get<PairingProven>(action).description);
  if (!granted) {
    options_.log("cannot let a device in: " + to_string(granted.error()));
    entry.inviter.reset();
    return entry.session->close(Errc::refused);
  }
  entry.session->send_pairing(entry.inviter->grant(*std::move(granted)));
  entry.inviter.reset();
  invitation_->taken_by = entry.session->device();
  options_.on_change();
}

Result<Bytes> Node::grant_to(const DeviceId& device, ByteView description) {
  auto name = decode_pairing_name(description);
  if (!name) return std::move(name).error();
  ShareHost* host = share(invitation_->share);
  if (host == nullptr) return Error{Errc::not_found, "share of the invitation"};
  const Membership& membership = host->membership();
  if (membership.member(device) == nullptr) {
    MemberOp op;
    op.share = membership.share();
    op.author = device_.keys.id();
    op.parents = membership.heads();
    op.subject = device;
    op.name = *std::move(name);
    op.role = invitation_->role;
    op.at = ShareHost::now().wall;
    const auto sign = [this](std::string_view context, ByteView body) {
      return to_bytes(device_.keys.sign(context, body).view());
    };
    if (auto added = host->add_member_op(sign_member_op(op, sign)); !added) {
      return std::move(added).error();
    }
  }
  const auto ops = membership.ops();
  Bytes grant = encode(Grant{membership.genesis_record(), {ops.begin(), ops.end()}});
  if (grant.size() > kPairingGrantBytesMax) {
    return Error{Errc::limit_exceeded, "membership log of the share"};
  }
  return grant;
}

void Node::begin_joining(SessionEntry& entry) {
  // The search is over.
  if (entry.outcome == nullptr) return entry.session->close(Errc::cancelled);
  // A second guess at the same device would cost its owner another attempt.
  entry.search->device = entry.session->device();
  if (entry.search->devices.contains(entry.session->device())) {
    std::exchange(entry.outcome, nullptr)->set(asked_before());
    return entry.session->close(Errc::cancelled);
  }
  Joining joining{PairingJoiner(entry.code->password(),
                                channel_of(*entry.session, device_.keys.noise_keys().public_key),
                                encode_pairing_name(options_.device_name), device_.entropy),
                  std::exchange(entry.outcome, nullptr)};
  entry.joining = std::make_unique<Joining>(std::move(joining));
  entry.session->send_pairing(entry.joining->joiner.start());
}

void Node::resume_joiner(SessionEntry& entry, ByteView message) {
  JoinerAction action = entry.joining->joiner.resume(message);
  if (auto* send = std::get_if<PairingSend>(&action))
    return entry.session->send_pairing(send->message);
  if (auto* failed = std::get_if<PairingFailed>(&action)) {
    if (!failed->reply.empty()) entry.session->send_pairing(failed->reply);
    entry.joining->outcome->set(failed->error);
  } else {
    entry.joining->outcome->set(decode_grant(std::get<PairingJoined>(action).grant));
  }
  entry.session->close(Errc::closed);
}

// One that was not asked in this round, has not answered in any, and says that it has an invitation
// or not. By lot: whoever announces many could choose names that come first in any order.
std::optional<Node::Inviter> Node::draw_inviter(JoinSearch& search, bool announced) const {
  std::vector<std::map<std::string, Sighted>::const_iterator> candidates;
  const auto& sightings = addresses_.sightings();
  for (auto one = sightings.begin(); one != sightings.end(); ++one) {
    const auto& [instance, sighted] = *one;
    if (sighted.invitation_open != announced || search.asked.contains(instance)) continue;
    if (!search.answered.contains(instance)) candidates.push_back(one);
  }
  if (candidates.empty()) return std::nullopt;
  std::array<std::byte, 8> lot{};
  device_.entropy.fill(lot);
  const auto& [instance, sighted] = *candidates[load_be<std::uint64_t>(lot) % candidates.size()];
  search.asked.insert(instance);
  return Inviter{instance, sighted.addresses, std::nullopt, announced};
}

// Who is asked next in this round: addresses that a person gave, which nobody on the network can
// crowd out, and whose device may have an invitation that no announcement of reaches us; then those
// that announce one; in the last round the others.
std::optional<Node::Inviter> Node::next_inviter(JoinSearch& search) const {
  if (search.answers >= kInvitersTriedMax) return std::nullopt;
  for (const auto& given : given_) {
    const std::string name = given->address.text();
    if (search.answered.contains(name) || !search.asked.insert(name).second) continue;
    return Inviter{name, {}, given->address};
  }
  if (auto inviter = draw_inviter(search, /*announced=*/true)) return inviter;
  if (!search.everybody) return std::nullopt;
  return draw_inviter(search, /*announced=*/false);
}

asio::awaitable<Result<Grant>> Node::join(PairingCode code, JoinDeadlines until) {
  JoinSearch search;
  asio::steady_timer pause(executor_);
  while (!stopping_) {
    search.asked.clear();
    search.unreached.reset();
    while (auto inviter = next_inviter(search)) {
      auto grant = co_await ask_inviter(*std::move(inviter), code, search, until.unreachable);
      if (grant || search.decided) co_return grant;
    }
    const TimePoint last = search.unreached ? until.unreachable
                           : search.refusal ? until.refused
                                            : until.nobody;
    if (search.everybody) {
      if (search.refusal) co_return *search.refusal;
      if (search.unreached) co_return *search.unreached;
      break;
    }
    // A record that has changed twice within a second is believed seconds later only (RFC 6762,
    // section 10.2): who seems to have no invitation may have one.
    search.everybody = Clock::now() >= last;
    if (search.everybody) {
      until.unreachable = std::max(until.unreachable, Clock::now() + kLastRoundTime);
      continue;
    }
    pause.expires_after(kLookAgain);
    co_await pause.async_wait(kAsValue);
  }
  co_return Error{Errc::not_found, "an open invitation"};
}

// Tries a device's addresses until it has answered at one of them, and notes how that went.
asio::awaitable<Result<Grant>> Node::ask_inviter(Inviter inviter, const PairingCode& code,
                                                 JoinSearch& search, TimePoint deadline) {
  if (inviter.given) inviter.addresses = co_await resolve(*inviter.given);
  Error failed{Errc::not_found, "address"};
  for (const SightedAddress& address : inviter.addresses) {
    search.device.reset();
    auto grant = co_await join_at(address, code, search, deadline);
    if (grant) co_return grant;
    failed = std::move(grant).error();
    if (failed == asked_before()) {
      search.answered.insert(inviter.name);
      co_return failed;
    }
    if (!is_answer(failed)) continue;
    ++search.answers;
    if (search.device) search.devices.insert(*search.device);
    // That it has no invitation is what it has said already.
    if (!inviter.announced && failed.code == make_error_code(Errc::expired)) co_return failed;
    search.answered.insert(inviter.name);
    const bool tells_more = failed.code == make_error_code(Errc::not_authentic);
    if (!search.refusal || tells_more) search.refusal = failed;
    search.decided = inviter.given && addresses_.inviting().empty();
    co_return failed;
  }
  if (inviter.announced && !inviter.given) search.unreached = failed;
  co_return failed;
}

asio::awaitable<Result<Grant>> Node::join_at(SightedAddress address, const PairingCode& code,
                                             JoinSearch& search, TimePoint deadline) {
  const auto endpoint = make_endpoint(address.ip, address.port);
  if (!endpoint) co_return endpoint.error();
  std::vector<asio::ip::tcp::endpoint> candidates(1, *endpoint);
  auto socket = co_await dial(std::move(candidates));
  if (!socket) co_return socket.error();
  auto channel = SecureChannel::initiate(device_, Purpose::pair, channel_options(std::nullopt),
                                         ShareHost::now(), suite_for(to_string(address)));
  auto session = std::make_unique<PeerSession>(*this, *std::move(socket), std::move(channel),
                                               to_string(address));
  const PeerSession* running = session.get();
  OneShot<Result<Grant>> outcome(executor_);
  SessionEntry& entry = adopt(std::move(session));
  entry.outcome = &outcome;
  entry.code = &code;
  entry.search = &search;
  run_session(entry);
  auto grant = co_await outcome.wait_until(deadline);
  // The session must not speak to this frame any more.
  for (SessionEntry& left : sessions_) {
    if (left.session.get() != running) continue;
    left.outcome = nullptr;
    left.joining.reset();
    if (!grant) left.session->abort({Errc::cancelled, "pairing"});
  }
  if (!grant) co_return Error{Errc::peer_timed_out, to_string(address)};
  co_return *std::move(grant);
}

}  // namespace lansync
