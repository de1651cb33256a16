// A member's stay with an honest device: what is expected of it it does, unless told otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/wire/message.h"
#include "tests/e2e/evil_peer/conversation.h"
#include "tests/e2e/evil_peer/member.h"

namespace lansync::evil {

// What becomes of a request for chunks or for a chunk list.
enum class Service : std::uint8_t {
  honest,
  missing,    // "I do not have it."
  silent,     // No answer.
  wrong,      // As many bytes, other ones; a list of other chunks.
  twice,      // What was asked for, and then once more.
  too_long,   // One byte more than the chunk has.
  elsewhere,  // As the answer to a request that nobody made.
  endless,    // A list that goes on and on.
};
std::optional<Service> service_from(const std::string& name);

// Answers pings, barriers and requests, and keeps count of what it is told. Owned by whoever drives
// it: attend() whenever bytes may have come.
class Visit {
 public:
  Visit(Member& member, Conversation conversation);

  // Says hello and how far the member is, as one that was there before would.
  void greet();
  void attend(Duration patience);
  void say(const MessageBody& body);
  // How far the member says it is: what it knows, or another clock.
  void say_state(const CausalClock& clock);

  void serve(Service service) { service_ = service; }
  void set_deaf(bool deaf) { deaf_ = deaf; }
  [[nodiscard]] bool deaf() const { return deaf_; }
  [[nodiscard]] Conversation& conversation() { return conversation_; }
  // How many messages of each kind have come, by their place in MessageBody; chunks are beside it.
  [[nodiscard]] const std::map<std::size_t, std::uint64_t>& heard() const { return heard_; }
  [[nodiscard]] std::uint64_t chunks_heard() const { return chunks_heard_; }
  [[nodiscard]] std::uint64_t pongs_heard() const { return pongs_heard_; }
  // What the other side last said of itself.
  [[nodiscard]] const std::optional<ShareState>& state() const { return state_; }

 private:
  void handle(const Record& record);
  void handle(const MessageBody& body);
  void answer(const ChunkListRequest& request);
  void answer(const ChunkRequest& request);
  void send_chunk(std::uint32_t request, std::uint32_t place, ByteView bytes);

  Member& member_;
  Conversation conversation_;
  Service service_ = Service::honest;
  bool deaf_ = false;
  std::map<std::size_t, std::uint64_t> heard_;
  std::uint64_t chunks_heard_ = 0;
  std::uint64_t pongs_heard_ = 0;
  std::optional<ShareState> state_;
};

}  // namespace lansync::evil
