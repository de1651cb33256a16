// What may be done with an invitation's code, or without one.
#include <utility>

#include "core/crypto/pairing.h"
#include "core/crypto/pairing_code.h"
#include "tests/e2e/evil_peer/deeds.h"
#include "transport/record_types.h"

namespace lansync::evil {
namespace {

constexpr std::chrono::seconds kPatience{5};

PairingChannel channel_of(const Conversation& conversation, const Member& member) {
  const SecureChannel& channel = conversation.channel();
  const NoisePublicKey& own = member.device().keys.noise_keys().public_key;
  const NoisePublicKey& theirs = channel.peer().certificate.noise_key;
  return channel.role() == NoiseRole::initiator
             ? PairingChannel{channel.handshake_hash(), own, theirs}
             : PairingChannel{channel.handshake_hash(), theirs, own};
}

Result<Bytes> next_pairing_message(Conversation& conversation) {
  const TimePoint deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline && !conversation.ended()) {
    auto record = conversation.hear(deadline - Clock::now());
    if (record && record->header.type == kPairingRecord) return std::move(record->payload);
  }
  if (const auto reason = conversation.reason()) return Error{*reason, "pairing"};
  return Error{Errc::closed, "pairing"};
}

// How far a run goes before it is broken off.
enum class Until : std::uint8_t { request, response, grant };

Result<Bytes> try_code(Peer& peer, Conversation& conversation, const PairingCode& code, Until until,
                       const Bytes& description) {
  PairingJoiner joiner(code.password(), channel_of(conversation, peer.member), description,
                       peer.entropy);
  conversation.say(kPairingRecord, joiner.start());
  while (until != Until::request) {
    const auto message = next_pairing_message(conversation);
    if (!message) return message.error();
    const bool response = !message->empty() && message->front() == std::byte{2};
    if (response && until == Until::response) break;
    JoinerAction action = joiner.resume(*message);
    if (auto* send = std::get_if<PairingSend>(&action)) {
      conversation.say(kPairingRecord, send->message);
    } else if (auto* over = std::get_if<PairingFailed>(&action)) {
      return std::move(over->error);
    } else {
      return std::get<PairingJoined>(std::move(action)).grant;
    }
  }
  return Error{Errc::cancelled, "pairing"};
}

Result<Conversation> dial(Peer& peer, const Json& order) {
  return Conversation::dial(peer.member.device(), Purpose::pair, order.at("ip"), order.at("port"));
}

Bytes description_of(const Json& order) {
  return encode_pairing_name(std::string(as_text(bytes_from(order.value("name", "6576696c")))));
}

// {ip, port, code, name?}: becomes a member, as anybody does who was given the code.
Json join(Peer& peer, const Json& order) {
  auto code = PairingCode::parse(order.at("code").get<std::string>());
  if (!code) return failed(code.error());
  auto conversation = dial(peer, order);
  if (!conversation) return failed(conversation.error());
  const auto answer = try_code(peer, *conversation, *code, Until::grant, description_of(order));
  if (!answer) return failed(answer.error());
  const auto grant = decode_grant(*answer);
  if (!grant) return failed(grant.error());
  if (auto admitted = peer.member.admit(*grant); !admitted) return failed(admitted.error());
  return {{"id", peer.member.id().hex()}, {"share", peer.member.share().hex()}};
}

// {ip, port, count, until, code?}: tries random codes, or that one, one after the other; how each
// of the runs ended. `until` is "request", "response" or "grant".
Json guess(Peer& peer, const Json& order) {
  const std::string name = order.at("until");
  const Until until = name == "request"    ? Until::request
                      : name == "response" ? Until::response
                                           : Until::grant;
  Json outcomes = Json::array();
  for (int i = 0; i < order.at("count").get<int>(); ++i) {
    const auto code = order.contains("code")
                          ? PairingCode::parse(order.at("code").get<std::string>())
                          : Result<PairingCode>(PairingCode::generate(peer.entropy));
    auto conversation = dial(peer, order);
    if (!conversation) {
      outcomes.push_back(to_string(conversation.error()));
      continue;
    }
    const auto answer = try_code(peer, *conversation, *code, until, description_of(order));
    outcomes.push_back(answer ? "let in" : answer.error().code.message());
  }
  return {{"outcomes", outcomes}};
}

// {ip, port, count}: as many runs at once as it can get; the answers to their first messages.
Json guess_at_once(Peer& peer, const Json& order) {
  std::list<std::pair<Conversation, PairingJoiner>> runs;
  for (int i = 0; i < order.at("count").get<int>(); ++i) {
    auto conversation = dial(peer, order);
    if (!conversation) continue;
    PairingJoiner joiner(PairingCode::generate(peer.entropy).password(),
                         channel_of(*conversation, peer.member), description_of(order),
                         peer.entropy);
    conversation->say(kPairingRecord, joiner.start());
    runs.emplace_back(*std::move(conversation), std::move(joiner));
  }
  int answered = 0;
  int refused = 0;
  int hung_up = 0;
  for (auto& [conversation, joiner] : runs) {
    const auto message = next_pairing_message(conversation);
    if (!message) {
      ++hung_up;
    } else if (message->front() == std::byte{2}) {
      ++answered;
    } else {
      ++refused;
    }
  }
  return {{"answered", answered}, {"refused", refused}, {"hung_up", hung_up}};
}

// {count}: listens on so many ports as somebody who has an invitation; returns the ports.
Json set_traps(Peer& peer, const Json& order) {
  Json ports = Json::array();
  for (int i = 0; i < order.at("count").get<int>(); ++i) {
    auto listener = TcpListener::open(0);
    if (!listener) return failed(listener.error());
    ports.push_back(listener->port());
    peer.traps.push_back({*std::move(listener)});
  }
  return {{"ports", ports}};
}

// Makes a share of its own, whose owner it is, and waits for whoever has the code that it returns.
Json found(Peer& peer, const Json&) {
  Genesis genesis;
  peer.entropy.fill(genesis.nonce);
  genesis.name = "Photos";
  genesis.creator = peer.member.id();
  genesis.creator_name = "founder";
  genesis.created_at = present().wall;
  const Grant own{sign_genesis(genesis, peer.member.sign()), {}};
  if (auto admitted = peer.member.admit(own); !admitted) return failed(admitted.error());
  auto listener = TcpListener::open(0);
  if (!listener) return failed(listener.error());
  const PairingCode code = PairingCode::generate(peer.entropy);
  const std::uint16_t port = listener->port();
  peer.traps.push_back({*std::move(listener), code});
  return {{"port", port}, {"code", code.text()}};
}

// The joiner has shown that it knows the code of a true invitation.
Bytes grant_to(Peer& peer, const DeviceId& joiner, ByteView description) {
  Membership& membership = peer.member.membership();
  MemberOp op;
  op.share = membership.share();
  op.author = peer.member.id();
  op.parents = membership.heads();
  op.subject = joiner;
  op.name = decode_pairing_name(description).value();
  op.at = present().wall;
  (void)membership.add(sign_member_op(op, peer.member.sign()));
  const auto ops = membership.ops();
  return encode(Grant{membership.genesis_record(), {ops.begin(), ops.end()}});
}

Json look_at_traps(Peer& peer, const Json&) {
  Json guesses = Json::array();
  for (const Trap& trap : peer.traps) guesses.push_back(trap.guesses);
  return {{"guesses", guesses}};
}

}  // namespace

void spring(Peer& peer, Trap& trap) {
  auto socket = trap.listener.accept();
  if (!socket) return;
  auto conversation = Conversation::answer(peer.member.device(), *std::move(socket));
  if (!conversation || conversation->channel().purpose() != Purpose::pair) return;
  const PairingCode code = trap.code.value_or(PairingCode::generate(peer.entropy));
  Invitation invitation(code.password(), Clock::now());
  PairingInviter inviter(invitation, channel_of(*conversation, peer.member),
                         encode_pairing_name("evil"), peer.entropy);
  while (const auto message = next_pairing_message(*conversation)) {
    if (message->front() == std::byte{3}) ++trap.guesses;
    InviterAction action = inviter.resume(Clock::now(), *message);
    if (auto* send = std::get_if<PairingSend>(&action)) {
      conversation->say(kPairingRecord, send->message);
      continue;
    }
    if (auto* over = std::get_if<PairingFailed>(&action)) {
      conversation->say(kPairingRecord, over->reply);
    } else {
      const DeviceId joiner = conversation->channel().peer().device();
      const Bytes& description = std::get<PairingProven>(action).description;
      const Bytes grant = grant_to(peer, joiner, description);
      conversation->say(kPairingRecord, inviter.grant(grant));
      conversation->hear(kPatience);  // Until it has gone.
      trap.listener.close();          // From now on the founder calls, and is not called.
    }
    return;
  }
}

Deeds pairing_deeds() {
  return {{"join", join},           {"guess", guess}, {"guess at once", guess_at_once},
          {"set traps", set_traps}, {"found", found}, {"look at traps", look_at_traps}};
}

}  // namespace lansync::evil
