// Gives members the bytes they ask for.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/engine/job.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/index.h"
#include "core/wire/message.h"

namespace lansync {

// Answers requests for chunk lists and chunks out of the visible files of the share, and of those
// that are being loaded, and of nothing else: what is served is looked up by its hash in the index,
// never by a name that a peer says, and is compared with its hash before it goes out. A chunk that
// is not there, or not what it was, is reported as missing.
//
// Nothing is made ready before the peer's connection takes it, but for kBytesAheadMax of chunks: a
// peer that asks and does not read costs kRequestsMax questions of each kind, and is then at fault.
// Owned by one share's engine, as is `fetcher`.
class Server {
 public:
  static constexpr std::uint64_t kBytesAheadMax = std::uint64_t{8} << 20;
  static constexpr std::uint64_t kChunkCostBytes = 256;  // Of each chunk, beside its bytes.
  static constexpr std::size_t kRequestsMax = 128;       // Waiting, of one peer and one kind.

  struct ServeJob {
    DeviceId peer;
    std::uint64_t session = 0;  // What was read for a connection that is gone is thrown away.
    std::uint32_t request = 0;
    std::uint32_t place = 0;
    ReadJob read;
  };
  struct Data {
    std::uint32_t request = 0;
    std::uint32_t place = 0;
    Bytes bytes;  // The whole chunk.
  };

  Server(Index& index, const Fetcher& fetcher) : index_(index), fetcher_(fetcher) {}

  void handle_peer_down(const DeviceId& peer);
  // Errors: limit_exceeded (more requests than allowed).
  Result<void> handle_chunk_list_request(const DeviceId& peer, const ChunkListRequest& request);
  Result<void> handle_chunk_request(const DeviceId& peer, ChunkRequest request);
  // The file, if it turned out to be other than the index has it, is worth a look.
  std::optional<RelativePath> handle_read(const ServeJob& job, Result<Bytes> bytes);

  Result<std::optional<ServeJob>> poll_job();
  std::optional<Data> poll_data(const DeviceId& peer);
  // A chunk list, or what is missing. An error is the index's.
  Result<std::optional<MessageBody>> poll_answer(const DeviceId& peer);

 private:
  struct Peer {
    std::uint64_t session = 0;
    std::deque<ChunkListRequest> lists;
    std::deque<ChunkRequest> waiting;
    std::size_t next_place = 0;  // In the first waiting request.
    std::deque<Data> ready;
    std::uint64_t bytes_ahead = 0;  // Being read, or ready.
    std::deque<ChunksMissing> missing;
  };

  Peer& peer_of(const DeviceId& device);
  static void note_missing(Peer& peer, std::uint32_t request, std::uint32_t place);
  Result<ChunkListReply> list_reply(const ChunkListRequest& request);
  Result<std::optional<ReadJob>> locate(const ChunkRef& ref);
  Result<std::optional<ReadJob>> locate_installed(const ChunkRef& ref);

  Index& index_;
  const Fetcher& fetcher_;
  std::map<DeviceId, Peer> peers_;
  std::uint64_t sessions_ = 0;
  // The chunk list looked at last: requests for one file come together.
  ContentId last_content_;
  ChunkList last_list_;
  std::vector<std::uint64_t> last_offsets_;
};

}  // namespace lansync
