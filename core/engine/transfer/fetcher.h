// Brings the bytes of files to the staging folder.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/engine/job.h"
#include "core/engine/peer_state.h"
#include "core/engine/transfer/held_chunks.h"
#include "core/index/index.h"
#include "core/wire/chunk_data.h"
#include "core/wire/message.h"

namespace lansync {

// A file whose content is to be assembled in the staging folder under the name `stage`.
struct Wanted {
  RelativePath path;    // Where it will be installed.
  RelativePath source;  // Whose heads ask for it.
  ContentId content;
  std::uint64_t size = 0;
  bool one_chunk = true;
  Dot version;  // A member whose clock covers it may have the bytes.
  std::string stage;

  friend bool operator==(const Wanted&, const Wanted&) = default;
};

enum class FetchId : std::uint64_t {};

// Decides which chunk of which file is asked of whom, and what is done with what arrives.
//
// A file's life: its chunk list is looked up or asked for; what the staging folder and the disk
// already hold is kept (StageJob; not for a file of one chunk that is nowhere here, which is most
// of them where many come); the rest is requested, many chunks of many files in one request, and
// what the index has here and is not in its place not before the folder was looked at; each chunk
// is written as it arrives, if it is what its hash says (WriteJob). A cut connection loses only
// what was under way; a restart begins again with the StageJob. What this disk has and could not
// read is tried once more a while later, as nobody else may have it. What was staged for a path
// where it is not wanted any more becomes what the same content needs elsewhere: a file that turns
// into a conflict copy on its way is not fetched again, whether the process was killed meanwhile or
// not.
//
// Drive it: start() files; perform the jobs; send the requests; take finished() and failed().
//
// Several members that load the same file share the work (fetcher_spread.cc): each chunk has one of
// them that asks for it where the whole file is, and the others get it from that one, which tells
// what it has.
//
// Fair turns: files that one author announced and nobody serves, or a member that does not answer,
// take no room from the files of others and no requests from other members.
//
// Bounds: for each author kFetchesMax files that may be under way, kFetchesKeptMax in all;
// kBytesInFlightMax bytes asked for or being written.
// Owned by one share's engine. `peers` is the engine's and outlives this.
class Fetcher {
 public:
  static constexpr std::size_t kFetchesMax = 1024;
  static constexpr std::size_t kFetchesKeptMax = 8192;
  static constexpr std::uint64_t kBytesInFlightMax = std::uint64_t{32} << 20;
  static constexpr std::size_t kRequestsPerPeerMax = 8;
  static constexpr std::size_t kStageJobsMax = 16;
  // How often the bytes of a file are looked for once more, as what was to be there was moved.
  static constexpr std::size_t kLooksAfterMovesMax = 4;
  // How long a look at the folder is waited for that may tell where bytes are by now.
  static constexpr std::chrono::seconds kLookPatience{5};
  // After how long what could not be read on this disk is tried again, unless somebody has sent it.
  static constexpr std::chrono::seconds kReadAgainDelay{60};
  // A peer that owes an answer and sends nothing for so long is not asked again for a while.
  static constexpr std::chrono::seconds kRequestTimeout{30};
  static constexpr std::chrono::seconds kSilentPause{120};
  // How often members that have got something are asked anew for what they did not have.
  static constexpr std::chrono::seconds kAskAgainDelay{1};
  // A file of fewer chunks is not worth telling each other what one has of it.
  static constexpr std::size_t kSpreadChunksMin = 16;
  // Of what is missing of a file that is spread, so much is chosen from.
  static constexpr std::size_t kSpreadChunksLookedAt = 4096;
  // What is asked of a member that is still loading itself. Little, so that what it gets next can
  // be asked for soon; but as much as is under way on a fast link.
  static constexpr std::uint64_t kSpreadBytesMax = std::uint64_t{2} << 20;
  // And of one that has the whole file, and is asked by others too.
  static constexpr std::uint64_t kSharedBytesMax = std::uint64_t{4} << 20;
  // What another should ask for is asked for at a time where the whole file is, for want of better.
  static constexpr std::uint64_t kSpareBytesMax = std::uint64_t{1} << 20;
  // Requests given up and not answered yet; a late answer to one of them is no fault.
  static constexpr std::size_t kGivenUpMax = 1024;

  struct Request {
    DeviceId peer;
    MessageBody body;
  };
  struct FetchJob {
    FetchId fetch;
    std::variant<StageJob, WriteJob> work;
    DeviceId peer;            // Of a WriteJob: who sent the bytes.
    std::uint32_t chunk = 0;  // Of a WriteJob.
  };
  struct Failed {
    RelativePath path;
    RelativePath source;
    Error error;
  };

  Fetcher(Index& index, std::map<DeviceId, PeerState>& peers, DeviceId self = {})
      : index_(index), peers_(peers), self_(self) {}

  // How many files that this device published may be started, at least. Fetches for which there is
  // no source at present do not take its room; nobody may take all that there is, even if all of
  // theirs have none.
  [[nodiscard]] std::size_t room_for(const DeviceId& author) const;
  // If the same content is being fetched for the path, it is from now on for this source; another
  // content for the path is replaced.
  Result<void> start(const Wanted& wanted);
  void cancel(const RelativePath& path);
  // This content stands at the path now; what else was fetched for it is not wanted any more.
  void consumed(const RelativePath& path, const ContentId& content);
  // What the last process left in the staging folder. Once, at first.
  void find_staged(std::span<const std::string> names);
  // A step that failed may have left something in the staging folder.
  void expect_garbage() { garbage_ = true; }
  // Whether something is left in the staging folder that nothing wants any more, and nobody is
  // writing there. Asking resets it.
  bool take_garbage();
  // Cancels what is fetched for `source`, except at these paths.
  void keep_only(const RelativePath& source, const std::set<RelativePath>& paths);
  // Whether this content is staged for this path, ready to be installed.
  [[nodiscard]] bool staged(const RelativePath& path, const ContentId& content) const;
  [[nodiscard]] bool fetching(const RelativePath& path, const ContentId& content) const;
  [[nodiscard]] bool under_way(const RelativePath& path) const { return by_path_.contains(path); }
  // Where a chunk is that has come and is not installed yet.
  [[nodiscard]] std::optional<ReadJob> staged_chunk(const ChunkRef& ref) const;
  [[nodiscard]] std::vector<std::string> stages() const;
  [[nodiscard]] std::vector<Wanted> wanted() const;
  // Whether anything is going on that may still succeed with the peers there are.
  [[nodiscard]] bool busy() const;
  // Bytes of the files under way that are staged already.
  [[nodiscard]] std::uint64_t staged_bytes() const;

  // Inputs. Messages that answer nothing are errors (Errc::wrong_state): the peer's fault.
  Result<void> handle_chunk_list(const DeviceId& peer, const ChunkListReply& reply);
  Result<void> handle_data(const DeviceId& peer, const ChunkData& header, ByteView data,
                           TimePoint now);
  Result<void> handle_missing(const DeviceId& peer, const ChunksMissing& missing);
  // What a member has of what it is loading. Errors: malformed.
  Result<void> handle_held(const DeviceId& peer, const ChunksHeld& held);
  void handle_staged(FetchId fetch, Result<Staged> staged);
  void handle_written(const FetchJob& job, Result<Written> written);
  void handle_peer_down(const DeviceId& peer);
  // A peer has all that it covers: what it lacked is there now.
  void handle_peer_progress(const DeviceId& peer);
  // A peer has other files than before, and waits for more: what it lacked may be there now.
  void handle_peer_news(const DeviceId& peer);
  // A file of this content went to the trash, perhaps before a StageJob could copy it from its
  // path.
  void handle_trashed(const ContentId& content);
  // Something else stands at these paths than the index knew: bytes that were looked for there may
  // be at another path that it knows.
  void handle_found(const std::set<RelativePath>& paths);
  // Steps are under way that may move what stands at these paths to the trash. Bytes that are
  // looked for there and not found may be in a place that the index does not name yet: they are
  // looked for once more when it does, before anybody is asked.
  void handle_moves_begun(std::set<RelativePath> paths);
  // The index says what became of them before the next job is polled.
  void handle_moves_ended();
  // The folder was looked at since take_mislaid().
  void handle_looked();
  void handle_timeout(TimePoint now);

  // Outputs, to be drained after every input.
  std::optional<FetchJob> poll_job();
  std::optional<Request> poll_request(TimePoint now);
  // What a member is to be told of what is here of files that both are loading.
  std::optional<ChunksHeld> poll_held(const DeviceId& to);
  std::optional<Failed> poll_failed();
  // Whether bytes were missed where the index has them: a person has been there, and may have moved
  // them. The whole folder is to be looked at: nobody is asked for them before handle_looked(), or
  // kLookPatience later.
  bool take_mislaid(TimePoint now);
  // The source of a file that became ready.
  std::optional<RelativePath> poll_ready();
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

 private:
  enum class Phase : std::uint8_t {
    need_list,
    listing,
    need_stage,
    staging,
    moving,   // What was looked for may have been moved: until it is known where to.
    mislaid,  // The same, but by a person.
    loading,
    staged
  };
  static constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::staged) + 1;

  struct Fetch {
    FetchId id{};
    Wanted wanted;
    Phase phase = Phase::need_list;
    ChunkList list;
    std::vector<std::uint64_t> offsets;
    std::deque<std::uint32_t> missing;  // Chunks to ask for.
    std::size_t under_way = 0;          // Chunks asked for or being written.
    std::set<DeviceId> lacking;         // Peers that said they do not have it.
    bool look_again = false;            // The bytes came to the trash while they were looked for.
    std::set<RelativePath> places;      // Where the last StageJob looks for them.
    std::size_t looks_after_moves = 0;
    std::vector<std::uint32_t> expected;  // The chunks that the last StageJob looks for there.
    bool was_mislaid = false;
    bool unread = false;             // The last StageJob could not read what this disk may have.
    bool begun = false;              // There may be something in the staging folder under its name.
    std::optional<HeldChunks> held;  // If it may be spread.
  };
  struct Place {
    FetchId fetch{};
    std::uint32_t chunk = 0;
    Chunk expected;
    Bytes arrived;
    bool done = false;
  };
  // What goes into one request.
  struct Asking {
    ChunkRequest request;
    std::vector<Place> places;
    std::uint64_t bytes = 0;
    [[nodiscard]] bool fits(const Chunk& chunk) const;
  };
  struct Outstanding {
    DeviceId peer;
    std::vector<Place> places;  // Empty for a chunk list.
    FetchId list_of{};
    TimePoint last_progress;
  };

  void enter(Fetch& fetch, Phase phase);
  void miss(Fetch& fetch, std::uint32_t chunk);
  [[nodiscard]] const std::set<FetchId>& in(Phase phase) const {
    return in_phase_[static_cast<std::size_t>(phase)];
  }
  [[nodiscard]] bool may_succeed(Phase phase) const;
  void list_is_known(Fetch& fetch);
  std::size_t expect_all_of(const DeviceId& peer);
  [[nodiscard]] bool lacks_news(const Fetch& fetch) const;
  void follow_news(TimePoint now);
  std::optional<DeviceId> source_for(const Fetch& fetch) const;
  [[nodiscard]] bool can_serve(const PeerState& peer, const Fetch& fetch) const;
  [[nodiscard]] std::size_t requests_to(const DeviceId& peer) const;
  std::optional<Request> poll_list_request(TimePoint now);
  std::optional<Request> poll_chunk_request(PeerState& peer, TimePoint now);
  static void ask(Fetch& fetch, std::uint32_t chunk, Asking& asking);
  static void ask_in_order(Fetch& fetch, Asking& asking);
  void consider_spreading(Fetch& fetch);
  void end_spreading(Fetch& fetch);
  [[nodiscard]] bool may_load(const PeerState& peer, const Wanted& wanted) const;
  [[nodiscard]] static bool is_partial(const PeerState& peer, const Fetch& fetch);
  [[nodiscard]] std::vector<DeviceId> sharers(const Fetch& fetch) const;
  void ask_spread(const PeerState& peer, Fetch& fetch, Asking& asking);
  void ask_partial(const PeerState& peer, Fetch& fetch, Asking& asking);
  void ask_whole(const PeerState& peer, Fetch& fetch, const std::vector<DeviceId>& sharers,
                 Asking& asking);
  [[nodiscard]] bool stalled(const Fetch& fetch) const;
  [[nodiscard]] bool was_given_up(const DeviceId& peer, std::uint32_t request) const;
  void heard_from(const DeviceId& peer, TimePoint now);
  void erase(const RelativePath& path);
  void displace(const RelativePath& path);
  void give_up(const RelativePath& path);
  [[nodiscard]] std::string left_of(const ContentId& content) const;
  [[nodiscard]] bool at_work_on(const std::string& stage) const;
  std::optional<FetchJob> poll_write_job();
  void let_go(const Dot& version);
  void drop_source(const RelativePath& source, FetchId id);
  void erase(std::map<FetchId, Fetch>::iterator fetch);
  Result<StageJob> stage_job(const Fetch& fetch);
  [[nodiscard]] bool needs_no_stage_job(const Fetch& fetch, const StageJob& job) const;
  std::optional<FetchJob> poll_stage_job();
  void look_again_if_idle(Fetch& fetch);
  void read_again();
  [[nodiscard]] bool may_have_moved(const Fetch& fetch) const;
  [[nodiscard]] static bool is_mislaid(const Fetch& fetch, const Staged& staged);
  void give_back(Place& place, const DeviceId& peer, bool lacks);
  void drop_request(std::uint32_t request, bool lacks);
  void retire_if_done(std::uint32_t request);
  void fail(FetchId id, Error error);
  void check_done(Fetch& fetch);

  Index& index_;
  std::map<DeviceId, PeerState>& peers_;
  const DeviceId self_;
  std::map<FetchId, Fetch> fetches_;
  std::map<RelativePath, FetchId> by_path_;
  std::map<RelativePath, std::set<FetchId>> by_source_;
  std::array<std::set<FetchId>, kPhases> in_phase_;
  std::set<FetchId> to_ask_;              // Those that have chunks to ask for.
  std::map<DeviceId, std::size_t> kept_;  // How many fetches, by who published the file.
  std::map<ContentId, FetchId> spread_;   // Those that may be.
  // What members were told that this device is loading, and it is not any more.
  std::map<DeviceId, std::set<ContentId>> ended_;
  std::map<std::uint32_t, Outstanding> requests_;
  std::map<std::uint32_t, DeviceId> given_up_;
  std::deque<FetchJob> write_jobs_;
  std::deque<Failed> failed_;
  std::uint64_t bytes_in_flight_ = 0;
  std::map<FetchId, std::set<std::string>> staging_;  // StageJobs under way: on which files.
  std::multiset<std::string> writing_;                // The files of WriteJobs under way.
  // Staged files that nobody wants any more and that are still there, if only in part.
  std::map<ContentId, std::string> left_;
  std::set<std::string> found_;  // Those of the last process, by their names.
  std::set<DeviceId> news_;      // Whom to ask anew.
  TimePoint ask_again_at_{};     // Not before.
  bool garbage_ = true;          // At first, whatever the last process left.
  bool lacks_room_ = false;      // The last file that could tell did not fit on the disk.
  TimePoint now_{};              // Of the last input that told it.
  std::uint64_t next_fetch_ = 1;
  std::uint32_t next_request_ = 1;
  std::deque<RelativePath> ready_;
  std::set<RelativePath> moving_;  // What stands there is being moved.
  bool mislaid_ = false;           // Some are since take_mislaid().
  std::optional<TimePoint> look_until_;
  std::optional<TimePoint> read_again_at_;
};

}  // namespace lansync
