// The node behind the control socket.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "cli/daemon/daemon.h"
#include "cli/daemon/folder_watch.h"
#include "cli/daemon/open_share.h"
#include "cli/daemon/share_registry.h"
#include "cli/folder_check.h"
#include "core/os/system_entropy.h"
#include "discovery/discovery.h"
#include "transport/node.h"
#include "transport/worker_pool.h"

namespace lansync::cli {

// Builds everything that syncs and joins it together: keys, registry, discovery, the transport's
// Node, a host and a watcher for each share. What commands do with it is in join_command.cc,
// connect_command.cc and commands.cc beside it, what they tell in reports.cc.
//
// A share that cannot be opened does not keep the others from running; it stays in the list with
// its problem. Confined to the network thread, but for discovery's, whose sightings are posted.
class SyncNode final : public DaemonNode {
 public:
  explicit SyncNode(const NodeParts& parts);
  ~SyncNode() override;

  Outcome<void> start() override;
  void stop() override;
  asio::awaitable<Outcome<Answer>> run(Request request, Reply& reply) override;

 private:
  struct Folder {
    RegisteredShare registered;
    // Both absent while the share cannot be opened.
    ShareHost* host = nullptr;
    std::unique_ptr<FolderWatch> watch;
    std::string watch_problem;
    std::optional<Failure> problem;
    // What audits found, and the log was told of.
    std::set<std::pair<DeviceId, RelativePath>> differences;
    std::size_t ops_saved = 0;  // How much of the membership log the registry has.
  };

  // join_command.cc
  asio::awaitable<Outcome<Answer>> join(JoinRequest request, Reply& reply);
  asio::awaitable<Outcome<Answer>> join_with_code(std::filesystem::path folder, std::string text,
                                                  Reply& reply);
  asio::awaitable<Outcome<std::string>> ask_code(Reply& reply);
  asio::awaitable<bool> wait_for_invitations();
  Outcome<Answer> create_share(const JoinRequest& request, const std::filesystem::path& folder);
  asio::awaitable<void> meet_members(ShareId id);

  // connect_command.cc
  asio::awaitable<Outcome<Answer>> connect(ConnectRequest request);
  Outcome<Answer> forget(const ForgetRequest& request);
  Outcome<void> forget_address(const GivenAddress& address);
  [[nodiscard]] std::optional<std::string> name_of_member(const DeviceId& device) const;

  // commands.cc
  Outcome<Answer> invite(const InviteRequest& request);
  asio::awaitable<Outcome<Answer>> await_member(AwaitMemberRequest request);
  asio::awaitable<Outcome<Answer>> leave(LeaveRequest request);
  asio::awaitable<Outcome<Answer>> flush(FlushRequest request, Reply& reply);
  Outcome<Answer> resume(const ResumeRequest& request);
  Outcome<Answer> status(const StatusRequest& request) const;
  Outcome<Answer> peers() const;
  asio::awaitable<void> pause(Duration duration) const;

  // verify_command.cc
  asio::awaitable<Outcome<Answer>> verify(VerifyRequest request, Reply& reply);
  asio::awaitable<Outcome<VerifiedShare>> verify_share(ShareId id, Reply& reply);
  asio::awaitable<std::vector<ComparedMember>> compare_members(ShareId id, Reply& reply);

  // reports.cc
  [[nodiscard]] DeviceReport device_report() const;
  [[nodiscard]] ShareReport share_report(const Folder& folder) const;
  [[nodiscard]] MemberReport member_report(const MemberStatus& status) const;
  [[nodiscard]] std::vector<MemberReport> member_reports(const Folder& folder) const;
  [[nodiscard]] static ShareName name_of(const Folder& folder);
  InvitationReport open_invitation(const Folder& folder, Role role, Duration lifetime);

  Outcome<void> begin_listening();
  void begin_discovery();
  void announce();
  void handle_sighting(const Sighting& sighting);
  void handle_change();

  Outcome<Folder*> register_share(RegisteredShare share);
  void open_folder(Folder& folder, bool fresh);
  void reopen_failed();
  void renew_if_behind(Folder& folder);
  void log_differences(Folder& folder) const;
  void close_folder(Folder& folder);
  Outcome<Folder*> folder_of(const std::string& path);
  [[nodiscard]] std::vector<KnownShare> known_shares() const;
  Outcome<void> save_registry();
  void log(LogLevel level, const std::string& event) const { parts_.log.write(level, event); }
  asio::awaitable<void> keep_house();

  const NodeParts parts_;
  const std::string device_name_;
  SystemEntropy entropy_;
  std::optional<DeviceKeys> keys_;
  std::optional<LocalDevice> device_;
  ShareRegistry registry_;
  std::map<ShareId, Folder> folders_;
  std::string boot_nonce_;
  std::string listen_problem_;
  TimePoint discovery_since_{};
  std::optional<Announcement> announced_;
  asio::steady_timer house_timer_;
  bool stopping_ = false;
  bool busy_ = false;           // Since the house was last kept.
  bool memory_in_use_ = false;  // Since it was last released.
  bool addresses_changed_ = false;

  WorkerPool pool_;
  std::unique_ptr<Node> node_;
  std::shared_ptr<SyncNode*> self_;  // For what discovery posts.
  std::unique_ptr<Discovery> discovery_;
};

}  // namespace lansync::cli
