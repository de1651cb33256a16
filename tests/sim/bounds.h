// How much a device has on its hands.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "core/base/time.h"
#include "core/engine/job.h"
#include "core/wire/chunk_data.h"
#include "core/wire/message.h"
#include "tests/sim/ghost.h"

namespace lansync::sim {

// R1: what an engine keeps in memory for its disk and its peers has limits, whatever the number and
// size of the files: jobs under way by kind, the steps of one, requests that wait for an answer,
// bytes that were asked for or wait to be written, bytes that were read for a peer, messages that
// wait.
//
// One running program's. It is told what the engine gives out and what it gets back, and knows the
// engine's constants but not its counters.
class Bounds {
 public:
  explicit Bounds(std::size_t peers) : peers_(peers) {}

  void begin_job(const Job& job);
  void end_job(JobId id, bool failed);
  void sent(std::size_t to, const MessageBody& body, TimePoint now);
  void heard(std::size_t from, const MessageBody& body, TimePoint now);
  // A chunk went out; a piece of one arrived.
  void gave(std::uint64_t bytes);
  void got(std::size_t from, const ChunkData& header, std::size_t bytes, TimePoint now);
  void lost(std::size_t peer);

  [[nodiscard]] std::optional<Violation> check(TimePoint now) const;
  // Messages that the engine has for one peer and nobody has taken.
  [[nodiscard]] static std::optional<Violation> check_waiting(std::size_t messages);

 private:
  static constexpr std::size_t kKinds = std::variant_size_v<decltype(Job::work)>;

  struct Peer {
    // By number: the bytes of each place that has not arrived. None for a chunk list.
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint64_t>> requests;
    TimePoint last_word{};  // From it, or to it while it owed nothing.
  };

  void settle_place(Peer& peer, std::uint32_t request, std::uint32_t place);

  std::size_t peers_;
  struct UnderWay {
    std::size_t kind = 0;
    std::uint64_t to_write = 0;
    std::uint64_t to_read = 0;  // For a peer.
  };
  std::map<JobId, UnderWay> under_way_;
  std::array<std::size_t, kKinds> jobs_{};
  std::map<std::size_t, Peer> asked_;
  std::uint64_t to_write_ = 0;
  std::uint64_t ahead_ = 0;  // Being read for peers, or read, at least.
  std::size_t steps_ = 0;
};

}  // namespace lansync::sim
