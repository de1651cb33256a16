// What may be done to a connection, by a member or by anybody on the network.
#include <array>
#include <utility>

#include "tests/e2e/evil_peer/deeds.h"
#include "transport/record_types.h"

namespace lansync::evil {
namespace {

constexpr RecordHeader kPing{.type = kPingRecord};

std::chrono::milliseconds patience_of(const Json& order) {
  return std::chrono::milliseconds(order.value("patience_ms", 5000));
}

// {ip, port, greet?}: a connection for the share; with a hello unless `greet` is false.
Json connect(Peer& peer, const Json& order) {
  peer.visit.reset();
  auto conversation =
      Conversation::dial(peer.member.device(), Purpose::sync, order.at("ip"), order.at("port"));
  if (!conversation) return failed(conversation.error());
  peer.visit.emplace(peer.member, *std::move(conversation));
  if (order.value("greet", true)) peer.visit->greet();
  return Json::object();
}

// {how}: "reset", "half" (says nothing more, but listens) or "at once".
Json leave(Peer& peer, const Json& order) {
  const std::string how = order.at("how");
  if (how == "half") {
    peer.visit->conversation().stop_sending();
    return Json::object();
  }
  if (how == "reset") peer.visit->conversation().reset();
  peer.visit.reset();
  return Json::object();
}

// What is known of the visit.
Json look(Peer& peer, const Json&) {
  Json answer{{"connected", false}};
  if (!peer.visit) return answer;
  peer.visit->attend(Duration::zero());
  answer["connected"] = !peer.visit->conversation().ended();
  answer["chunks"] = peer.visit->chunks_heard();
  answer["pongs"] = peer.visit->pongs_heard();
  Json& heard = answer["heard"] = Json::object();
  for (const auto& [kind, count] : peer.visit->heard()) heard[std::to_string(kind)] = count;
  if (const auto& state = peer.visit->state()) {
    Json& clock = answer["clock"] = Json::array();
    for (const CausalClock::Entry& entry : state->clock.entries()) {
      clock.push_back({{"device", entry.author.device.hex()},
                       {"incarnation", entry.author.incarnation},
                       {"counter", entry.counter}});
    }
  }
  return answer;
}

// {deaf}: whether it reads what comes.
Json listen(Peer& peer, const Json& order) {
  peer.visit->set_deaf(order.at("deaf"));
  return Json::object();
}

// {type, flags?, payload?, size?, count, patience_ms?}: a record so many times, without reading
// meanwhile. How many went out.
Json flood(Peer& peer, const Json& order) {
  const RecordHeader header{.type = RecordType{order.at("type").get<std::uint8_t>()},
                            .flags = order.value("flags", std::uint8_t{0})};
  Bytes payload = bytes_from(order.value("payload", ""));
  payload.resize(std::max(payload.size(), order.value("size", std::size_t{0})));
  const std::array<ByteView, 1> parts{payload};
  Conversation& conversation = peer.visit->conversation();
  const TimePoint deadline = Clock::now() + patience_of(order);
  std::uint64_t sent = 0;
  while (sent < order.at("count").get<std::uint64_t>() && Clock::now() < deadline) {
    const Bytes sealed = conversation.seal(header, parts);
    if (conversation.push(sealed, deadline - Clock::now()) < sealed.size()) break;
    ++sent;
  }
  return {{"sent", sent}};
}

// {how}: sends two pings of which the network makes something else: "double", "drop" (the first),
// "swap", "flip" (a bit of the first), "cut" (the second in the middle, and the end).
Json tamper(Peer& peer, const Json& order) {
  Conversation& conversation = peer.visit->conversation();
  Bytes first = conversation.seal(kPing, {});
  Bytes second = conversation.seal(kPing, {});
  const std::string how = order.at("how");
  if (how == "flip") first.back() ^= std::byte{1};
  if (how == "cut") second.resize(second.size() / 2);
  if (how == "swap") std::swap(first, second);
  if (how != "drop") conversation.push(first, patience_of(order));
  if (how == "double") conversation.push(first, patience_of(order));
  conversation.push(second, patience_of(order));
  if (how == "cut") conversation.stop_sending();
  return Json::object();
}

// {bytes}: puts them into the stream as they are.
Json inject(Peer& peer, const Json& order) {
  peer.visit->conversation().push(bytes_from(order.at("bytes")), patience_of(order));
  return Json::object();
}

// {ip, port, count}: the same first message of a handshake on so many connections, one after the
// other, each left as soon as it is answered; how many were.
Json replay_first_message(Peer& peer, const Json& order) {
  ChannelOptions options;
  options.accept_peer = [](Purpose, const DeviceId&) { return true; };
  const auto channel =
      SecureChannel::initiate(peer.member.device(), Purpose::sync, options, present());
  const Bytes first = to_bytes(channel.pending_output());
  int answered = 0;
  for (int i = 0; i < order.at("count").get<int>(); ++i) {
    auto socket = TcpSocket::connect(order.at("ip"), order.at("port"));
    if (!socket) continue;
    socket->send(first, patience_of(order));
    if (!socket->receive(patience_of(order)).empty()) ++answered;
  }
  return {{"answered", answered}};
}

// {ip, port}: says once more all that this visit has said, to the same device.
Json replay_visit(Peer& peer, const Json& order) {
  const Bytes said = peer.visit->conversation().said();
  auto socket = TcpSocket::connect(order.at("ip"), order.at("port"));
  if (!socket) return failed(socket.error());
  socket->send(said, patience_of(order));
  std::size_t came = 0;
  const TimePoint deadline = Clock::now() + patience_of(order);
  while (!socket->ended() && Clock::now() < deadline) {
    came += socket->receive(deadline - Clock::now()).size();
  }
  return {{"came", came}, {"ended", socket->ended()}};
}

// {ip, port, count}: connections of devices that prove who they are and then say nothing; held.
Json stay_silent(Peer& peer, const Json& order) {
  for (int i = 0; i < order.at("count").get<int>(); ++i) {
    auto conversation =
        Conversation::dial(peer.member.device(), Purpose::sync, order.at("ip"), order.at("port"));
    if (conversation) peer.held.push_back(*std::move(conversation));
  }
  return {{"held", peer.held.size()}};
}

// How many of those are still there.
Json look_at_held(Peer& peer, const Json&) {
  int alive = 0;
  for (Conversation& conversation : peer.held) {
    while (conversation.hear(Duration::zero())) {
    }
    alive += conversation.ended() ? 0 : 1;
  }
  return {{"alive", alive}};
}

}  // namespace

Json failed(const Error& error) {
  return {{"error", error.code.message()}, {"about", error.context}};
}

Bytes bytes_from(const Json& hex) { return from_hex(hex.get<std::string>()).value(); }

Deeds connection_deeds() {
  return {{"connect", connect},
          {"leave", leave},
          {"look", look},
          {"listen", listen},
          {"flood", flood},
          {"tamper", tamper},
          {"inject", inject},
          {"replay first message", replay_first_message},
          {"replay visit", replay_visit},
          {"stay silent", stay_silent},
          {"look at held", look_at_held}};
}

}  // namespace lansync::evil
