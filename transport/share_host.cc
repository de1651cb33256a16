#include "transport/share_host.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lansync {
namespace {

// In the order of the alternatives.
constexpr std::array<Literal, std::variant_size_v<MessageBody>> kMessages = {
    "hello",           "member ops request",
    "member ops",      "state",
    "segment",         "chunk list request",
    "chunk list",      "chunk request",
    "chunks missing",  "barrier",
    "barrier reached", "audit question",
    "audit answer",    "chunks held"};
constexpr std::array<Literal, std::variant_size_v<JobResult>> kJobs = {
    "list", "hash", "stage", "write", "read", "apply", "clean", "empty trash", "check"};

const Error* error_of(const JobResult& result) {
  return std::visit([](const auto& outcome) { return outcome ? nullptr : &outcome.error(); },
                    result);
}

}  // namespace

ShareHost::ShareHost(asio::any_io_executor executor, WorkerPool& pool, Parts parts,
                     std::function<void()> on_change)
    : executor_(executor),
      pool_(pool),
      lane_(pool.add_lane()),
      parts_(std::move(parts)),
      on_change_(std::move(on_change)),
      engine_(*parts_.index, *parts_.membership, parts_.config),
      timer_(executor),
      self_(std::make_shared<ShareHost*>(this)) {}

ShareHost::~ShareHost() { *self_ = nullptr; }

void ShareHost::stop() {
  *self_ = nullptr;
  timer_.cancel();
  engine_.handle_stop();
}

Now ShareHost::now() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {Clock::now(),
          WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()}};
}

void ShareHost::record(Literal what, Literal detail, const DeviceId* device, std::uint64_t number) {
  if (parts_.events == nullptr) return;
  parts_.events->record({.at = now().wall,
                         .what = what,
                         .detail = detail,
                         .share = FlightRecorder::tag(id().view()),
                         .device = device == nullptr ? 0 : FlightRecorder::tag(device->view()),
                         .number = number});
}

// Its words may hold names: only the number is kept.
void ShareHost::record_error(Literal what, const Error& error, const DeviceId* device) {
  const bool ours = error.code.category() == lansync_category();
  record(what, ours ? Literal("lansync error") : Literal("system error"), device,
         static_cast<std::uint64_t>(error.code.value()));
}

void ShareHost::start() {
  record("start");
  engine_.start(now());
  pump();
}

void ShareHost::add_peer(const DeviceId& device, PeerLink& link) {
  record("peer up", "", &device);
  links_[device] = &link;
  engine_.handle_peer_up(device, now());
  pump();
}

void ShareHost::remove_peer(const DeviceId& device) {
  if (links_.erase(device) == 0) return;
  record("peer down", "", &device);
  engine_.handle_peer_down(device, now());
  pump();
}

Result<void> ShareHost::handle_message(const DeviceId& from, MessageBody body) {
  record("message", kMessages[body.index()], &from);
  auto done = engine_.handle_message(from, std::move(body), now());
  if (!done) record_error("message refused:", done.error(), &from);
  pump_soon();
  return done;
}

Result<void> ShareHost::handle_chunk(const DeviceId& from, const ChunkData& header, ByteView data) {
  record("chunk data", "of request", &from, header.request);
  auto done = engine_.handle_chunk_data(from, header, data, now());
  if (!done) record_error("chunk data refused:", done.error(), &from);
  pump_soon();
  return done;
}

void ShareHost::handle_hint(const RelativePath& dir, bool recursive) {
  record("hint", recursive ? Literal("of a tree") : Literal("of a folder"));
  engine_.handle_hint(dir, recursive, now());
  pump();
}

void ShareHost::handle_written(const RelativePath& dir, const std::set<std::string>& names) {
  engine_.handle_written(dir, names, now());
  pump();
}

void ShareHost::set_scan_interval(Duration interval) {
  engine_.set_scan_interval(interval, now());
  pump();
}

std::uint64_t ShareHost::begin_flush() {
  record("flush");
  const std::uint64_t id = engine_.begin_flush(now());
  pump();
  return id;
}

void ShareHost::release_deletions() {
  record("resume");
  engine_.release_deletions(now());
  pump();
}

Result<void> ShareHost::begin_verification() {
  record("verify");
  auto begun = engine_.begin_verification(now());
  pump();
  return begun;
}

void ShareHost::ask_audits(std::set<DeviceId> members) {
  record("ask audits");
  engine_.ask_audits(std::move(members), now());
  pump();
}

Result<void> ShareHost::add_member_op(const SignedRecord& op) {
  record("member op");
  auto added = engine_.add_member_op(op, now());
  pump();
  return added;
}

void ShareHost::pump() {
  // A link that is sent to may fail at once, which is an input of its own.
  pump_again_ = true;
  if (std::exchange(pumping_, true)) return;
  while (std::exchange(pump_again_, false)) {
    start_jobs();
    const auto links = links_;
    for (const auto& [device, link] : links) {
      if (links_.contains(device)) send_to(device, *link);
    }
    start_jobs();  // What was sent made room for more to be read.
  }
  pumping_ = false;
  arm_timer();
  on_change_();
}

void ShareHost::pump_soon() {
  if (std::exchange(pump_posted_, true)) return;
  asio::post(executor_, [self = self_] {
    if (*self == nullptr) return;
    (*self)->pump_posted_ = false;
    (*self)->pump();
  });
}

void ShareHost::start_jobs() {
  const WorkerPool::Burst burst(pool_);
  while (pool_.has_room(lane_)) {
    auto job = engine_.poll_job();
    if (!job) return;
    const JobId id = job->id;
    record("job", kJobs[job->work.index()], nullptr, static_cast<std::uint64_t>(id));
    auto work = [files = parts_.file_system, job = std::move(*job)] {
      return JobRunner(*files).run(job);
    };
    auto done = [self = self_, id](JobResult result) {
      if (*self == nullptr) return;
      (*self)->record("job done", kJobs[result.index()], nullptr, static_cast<std::uint64_t>(id));
      if (const Error* error = error_of(result)) (*self)->record_error("job failed:", *error);
      (*self)->engine_.handle_job(id, std::move(result), now());
      (*self)->pump_soon();
    };
    pool_.submit(std::move(work), std::move(done), lane_);
  }
}

void ShareHost::send_to(const DeviceId& device, PeerLink& link) {
  while (link.has_room()) {
    auto body = engine_.poll_message(device, now());
    if (!body) break;
    link.send_message({id(), *std::move(body)});
  }
  while (link.has_room()) {
    const auto chunk = engine_.poll_data(device);
    if (!chunk) break;
    ChunkData header{id(), chunk->request, chunk->place, 0};
    for (ByteView rest = chunk->bytes; !rest.empty();) {
      const ByteView piece = rest.first(std::min(rest.size(), ChunkData::kDataBytesMax));
      link.send_chunk(header, piece);
      header.offset += static_cast<std::uint32_t>(piece.size());
      rest = rest.subspan(piece.size());
    }
  }
}

void ShareHost::arm_timer() {
  const auto deadline = engine_.next_deadline(Clock::now());
  if (!deadline || *deadline == armed_) return;
  armed_ = *deadline;
  timer_.expires_at(*deadline);
  timer_.async_wait([self = self_](const asio::error_code& failure) {
    if (failure || *self == nullptr) return;
    (*self)->armed_ = {};
    (*self)->record("timer");
    (*self)->engine_.handle_timeout(now());
    (*self)->pump();
  });
}

}  // namespace lansync
