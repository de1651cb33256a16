// What a member may say about files that no honest one would.
#include <functional>
#include <utility>

#include "core/base/byte_io.h"
#include "core/chunk/hash.h"
#include "core/wire/chunk_data.h"
#include "tests/e2e/evil_peer/deeds.h"
#include "transport/record_types.h"

namespace lansync::evil {
namespace {

template <class IdType>
IdType id_from(const Json& hex) {
  return IdType::from(bytes_from(hex)).value();
}

std::string text_from(const Json& hex) { return std::string(as_text(bytes_from(hex))); }

std::uint64_t kind_from(const Json& kind) {
  static const std::map<std::string, ChangeKind> kinds = {{"file", ChangeKind::file},
                                                          {"dir", ChangeKind::dir},
                                                          {"link", ChangeKind::link},
                                                          {"deleted", ChangeKind::deleted},
                                                          {"metadata", ChangeKind::metadata}};
  if (kind.is_number()) return kind;
  return static_cast<std::uint64_t>(kinds.at(kind.get<std::string>()));
}

// "content": the bytes of a file of one chunk. "chunks": those of a file of several. Both can then
// be asked for. "list": lengths and hashes of chunks that nobody has.
void set_content(Member& member, const Json& json, Draft& draft) {
  if (json.contains("content")) {
    Bytes bytes = bytes_from(json.at("content"));
    draft.size = bytes.size();
    draft.content.bytes = member.keep(std::move(bytes)).bytes;
  }
  ChunkList list;
  for (const Json& chunk : json.value("chunks", Json::array())) {
    Bytes bytes = bytes_from(chunk);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    list.chunks.push_back({size, member.keep(std::move(bytes))});
  }
  for (const Json& chunk : json.value("list", Json::array())) {
    list.chunks.push_back({chunk.at(0), id_from<ChunkHash>(chunk.at(1))});
  }
  if (!list.chunks.empty()) {
    draft.size = list.size();
    draft.content = member.keep(list);
    draft.one_chunk = false;
  }
  draft.size = json.value("size", draft.size);
  draft.one_chunk = json.value("one_chunk", draft.one_chunk);
  draft.chunk_class = json.value("chunk_class", std::uint64_t{0});
  if (json.contains("content_id")) draft.content = id_from<ContentId>(json.at("content_id"));
}

Draft draft_from(Member& member, const Json& json) {
  Draft draft;
  draft.path = text_from(json.at("path"));
  draft.kind = kind_from(json.value("kind", Json("file")));
  draft.edited_at = json.value("at", present().wall.ns);
  draft.mode_at = draft.edited_at;
  draft.mtime_at = draft.edited_at;
  draft.mtime = json.value("mtime", draft.edited_at);
  draft.mode = json.value("mode", std::uint64_t{0644});
  draft.link_target = text_from(json.value("target", Json("")));
  set_content(member, json, draft);
  if (json.value("instead", true)) draft.supersedes = member.heads(draft.path);
  return draft;
}

Forgery forgery_from(const Json& json) {
  Forgery forgery;
  if (json.contains("author")) {
    forgery.author = Author{id_from<DeviceId>(json.at("author")), json.at("incarnation")};
  }
  forgery.skipped = json.value("skipped", std::uint64_t{0});
  forgery.again = json.value("again", false);
  forgery.signature = json.value("signature", false);
  forgery.chain = json.value("chain", false);
  forgery.share = json.value("share", false);
  return forgery;
}

// {changes, forgery?, quietly?}: publishes a segment with these changes, and says so in its state.
Json publish(Peer& peer, const Json& order) {
  peer.visit->attend(Duration::zero());
  std::vector<Draft> drafts;
  for (const Json& json : order.at("changes")) drafts.push_back(draft_from(peer.member, json));
  const Segment segment =
      peer.member.publish(drafts, forgery_from(order.value("forgery", Json::object())));
  peer.visit->say(segment);
  peer.visit->say_state(peer.member.clock());
  Json contents = Json::array();
  for (const Draft& draft : drafts) contents.push_back(draft.content.hex());
  return {{"contents", contents}};
}

// Says all that it has published once more, newest first: what is known, and what is out of place.
Json republish(Peer& peer, const Json&) {
  const auto& published = peer.member.published();
  for (auto segment = published.rbegin(); segment != published.rend(); ++segment) {
    peer.visit->say(*segment);
  }
  return {{"segments", published.size()}};
}

// {device, incarnation, counter}: a state whose clock knows more of an author than there is.
Json boast(Peer& peer, const Json& order) {
  CausalClock clock = peer.member.clock();
  clock.advance({id_from<DeviceId>(order.at("device")), order.at("incarnation")},
                order.at("counter"));
  peer.visit->say_state(clock);
  return Json::object();
}

// {bytes}: the name of a chunk, or of a file of one chunk.
Json hash(Peer&, const Json& order) {
  return {{"hash", chunk_hash(bytes_from(order.at("bytes"))).hex()}};
}

// {how}: what becomes of requests from now on.
Json serve(Peer& peer, const Json& order) {
  peer.visit->serve(service_from(order.at("how")).value());
  return Json::object();
}

// {count?, patience_ms?}: so many messages, without reading meanwhile. How many went out.
Json send_many(Peer& peer, const Json& order,
               const std::function<MessageBody(std::uint32_t)>& body) {
  const TimePoint deadline =
      Clock::now() + std::chrono::milliseconds(order.value("patience_ms", 5000));
  std::uint32_t sent = 0;
  while (sent < order.value("count", std::uint32_t{1}) && Clock::now() < deadline) {
    const Bytes message = encode(Message{peer.member.share(), body(sent)});
    const std::array<ByteView, 1> parts{message};
    Conversation& conversation = peer.visit->conversation();
    const Bytes sealed = conversation.seal({.type = kShareMessageRecord}, parts);
    if (conversation.push(sealed, deadline - Clock::now()) < sealed.size()) break;
    ++sent;
  }
  return {{"sent", sent}};
}

// {content, hash?, index?, bytes?, places?, count?, patience_ms?}: asks for that chunk, so often in
// one request and in so many requests, without reading meanwhile. How many requests went out.
Json request_chunks(Peer& peer, const Json& order) {
  ChunkRef ref;
  ref.content = id_from<ContentId>(order.at("content"));
  ref.index = order.value("index", std::uint32_t{0});
  ref.chunk.bytes = order.value("bytes", std::uint32_t{1});
  ref.chunk.hash.bytes = ref.content.bytes;
  if (order.contains("hash")) ref.chunk.hash = id_from<ChunkHash>(order.at("hash"));
  const std::vector<ChunkRef> refs(order.value("places", std::size_t{1}), ref);
  return send_many(peer, order, [&](std::uint32_t number) { return ChunkRequest{number, refs}; });
}

// {kind, count, content?, patience_ms?}: "chunk list request", "member ops request", "hello" (with
// a head that nobody knows), "barrier": so many, without reading. How many went out.
Json ask(Peer& peer, const Json& order) {
  const std::string kind = order.at("kind");
  const auto body = [&](std::uint32_t number) -> MessageBody {
    if (kind == "chunk list request") {
      return ChunkListRequest{number, id_from<ContentId>(order.at("content")), 0};
    }
    if (kind == "member ops request") return MemberOpsRequest{};
    if (kind == "hello") return ShareHello{{MemberOpHash{}}};
    return Barrier{number};
  };
  return send_many(peer, order, body);
}

// {request, bytes}: chunk data that nobody asked for.
Json send_chunk(Peer& peer, const Json& order) {
  Bytes payload = encode(ChunkData{peer.member.share(), order.at("request"), 0, 0});
  append(payload, bytes_from(order.at("bytes")));
  peer.visit->conversation().say(kChunkDataRecord, payload);
  return Json::object();
}

}  // namespace

Deeds share_deeds() {
  return {{"publish", publish}, {"republish", republish},  {"boast", boast},
          {"hash", hash},       {"serve", serve},          {"request chunks", request_chunks},
          {"ask", ask},         {"send chunk", send_chunk}};
}

}  // namespace lansync::evil
