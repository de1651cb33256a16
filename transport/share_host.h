// A share's engine, brought to life.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/engine/job_runner.h"
#include "core/engine/share_engine.h"
#include "core/wire/chunk_data.h"
#include "transport/asio.h"
#include "transport/flight_recorder.h"
#include "transport/worker_pool.h"

namespace lansync {

// The way to one connected device, as a share's host needs it.
class PeerLink {
 public:
  virtual ~PeerLink() = default;
  // Whether it takes more now; if not, ShareHost::pump() is called when it does.
  [[nodiscard]] virtual bool has_room() const = 0;
  virtual void send_message(const Message& message) = 0;
  virtual void send_chunk(const ChunkData& header, ByteView data) = 0;
};

// Performs what one ShareEngine asks for: its jobs in a lane of the pool, its messages on the links
// of the connected devices, its deadlines on a timer.
//
// Every input goes through here and ends in pump(). Confined to the network thread; jobs borrow the
// file system, which is shared with them and so outlives them.
class ShareHost {
 public:
  struct Parts {
    std::shared_ptr<FileSystem> file_system;
    std::unique_ptr<Index> index;
    std::unique_ptr<Membership> membership;
    ShareEngine::Config config;
    FlightRecorder* events = nullptr;  // Outlives the host; none: nothing is recorded.
  };

  // The pool outlives it. `on_change` is called after inputs that may have changed the status or
  // the membership.
  ShareHost(asio::any_io_executor executor, WorkerPool& pool, Parts parts,
            std::function<void()> on_change);
  ~ShareHost();
  ShareHost(const ShareHost&) = delete;
  ShareHost& operator=(const ShareHost&) = delete;

  void start();

  void add_peer(const DeviceId& device, PeerLink& link);
  void remove_peer(const DeviceId& device);
  // An error is the peer's fault.
  Result<void> handle_message(const DeviceId& from, MessageBody body);
  Result<void> handle_chunk(const DeviceId& from, const ChunkData& header, ByteView data);
  void handle_hint(const RelativePath& dir, bool recursive);
  void handle_written(const RelativePath& dir, const std::set<std::string>& names);
  void set_scan_interval(Duration interval);
  // The program ends in order. Nothing but the destructor may come after.
  void stop();

  std::uint64_t begin_flush();
  void release_deletions();
  Result<void> begin_verification();
  void ask_audits(std::set<DeviceId> members);
  Result<void> add_member_op(const SignedRecord& op);

  // Does everything that can be done now.
  void pump();

  [[nodiscard]] ShareEngine& engine() { return engine_; }
  [[nodiscard]] const ShareEngine& engine() const { return engine_; }
  // For its owner, when the engine is not to go on.
  [[nodiscard]] Index& index() { return *parts_.index; }
  [[nodiscard]] const ShareId& id() const { return parts_.membership->share(); }
  [[nodiscard]] const Membership& membership() const { return *parts_.membership; }
  [[nodiscard]] bool has_peer(const DeviceId& device) const { return links_.contains(device); }

  static Now now();

 private:
  void record(Literal what, Literal detail = "", const DeviceId* device = nullptr,
              std::uint64_t number = 0);
  void record_error(Literal what, const Error& error, const DeviceId* device = nullptr);
  // The same, once for whatever else has come by then.
  void pump_soon();
  void start_jobs();
  void send_to(const DeviceId& device, PeerLink& link);
  void arm_timer();

  asio::any_io_executor executor_;
  WorkerPool& pool_;
  const Lane lane_;
  Parts parts_;
  std::function<void()> on_change_;
  ShareEngine engine_;
  std::map<DeviceId, PeerLink*> links_;
  asio::steady_timer timer_;
  TimePoint armed_{};
  bool pumping_ = false;
  bool pump_again_ = false;
  bool pump_posted_ = false;
  // Told to results of jobs and timers that come after the end.
  std::shared_ptr<ShareHost*> self_;
};

}  // namespace lansync
