#include "cli/daemon/sync_node.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "cli/daemon/device_identity.h"
#include "cli/daemon/heap.h"
#include "cli/version.h"
#include "core/base/escape.h"
#include "core/engine/history/incarnation.h"
#include "discovery/mdns_discovery.h"
#include "discovery/static_discovery.h"

namespace lansync::cli {
namespace {

// What a watcher that sees everything leaves to the clock, and what one that does not.
constexpr std::chrono::minutes kScanIntervalWatched{10};
constexpr std::chrono::seconds kScanIntervalUnwatched{10};
constexpr std::chrono::seconds kHouseInterval{5};
// Ports tried after the usual one, if that one is taken and nobody asked for it.
constexpr std::uint16_t kOtherPorts = 16;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "this-device";
  const std::string text = name.data();
  return check_device_name(text) ? text : "this-device";
}

MdnsOptions::Responder responder_for(DiscoveryBackend backend) {
  switch (backend) {
    case DiscoveryBackend::avahi: return MdnsOptions::Responder::daemon;
    case DiscoveryBackend::embedded: return MdnsOptions::Responder::embedded;
    case DiscoveryBackend::automatic:
    case DiscoveryBackend::none: break;
  }
  return MdnsOptions::Responder::automatic;
}

}  // namespace

SyncNode::SyncNode(const NodeParts& parts)
    : parts_(parts),
      device_name_(parts.config.device_name.empty() ? host_name() : parts.config.device_name),
      house_timer_(parts.context.get_executor()),
      pool_(parts.context.get_executor()),
      self_(std::make_shared<SyncNode*>(this)) {}

SyncNode::~SyncNode() {
  *self_ = nullptr;
  discovery_.reset();
  folders_.clear();
}

Outcome<void> SyncNode::start() {
  auto keys = load_device_keys(parts_.paths, parts_.environment.uid, entropy_);
  if (!keys) return std::move(keys).error();
  keys_ = std::move(*keys);
  device_.emplace(LocalDevice{.keys = *keys_,
                              .entropy = entropy_,
                              .certificate = keys_->certify(ShareHost::now().wall),
                              .suites = supported_suites(),
                              .software_version = kVersion});
  std::array<std::byte, 4> nonce{};
  entropy_.fill(nonce);
  boot_nonce_ = to_hex(nonce);

  auto registry = ShareRegistry::load(parts_.paths.state_dir / "node.json");
  if (!registry) return std::move(registry).error();
  registry_ = std::move(*registry);

  Node::Options options;
  options.device_name = device_name_;
  options.log = [this](const std::string& line) { log(LogLevel::info, line); };
  options.on_change = [this] { handle_change(); };
  node_ =
      std::make_unique<Node>(parts_.context.get_executor(), *device_, pool_, std::move(options));
  if (auto listening = begin_listening(); !listening) return listening;
  for (const GivenAddress& address : registry_.given) node_->give_address(address);
  for (const auto& [device, addresses] : registry_.remembered) {
    for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
      node_->remember(device, *address);
    }
  }
  for (const auto& [id, share] : registry_.shares) {
    Folder& folder = folders_[id];
    folder.registered = share;
    open_folder(folder, false);
  }
  node_->start();
  begin_discovery();
  asio::co_spawn(parts_.context, keep_house(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  return {};
}

Outcome<void> SyncNode::begin_listening() {
  HostPort wanted = parts_.config.listen;
  const std::uint16_t last = parts_.config.listen_given
                                 ? wanted.port
                                 : static_cast<std::uint16_t>(wanted.port + kOtherPorts);
  for (; wanted.port <= last; ++wanted.port) {
    const bool everywhere = wanted.host == "::";
    ListenOptions options;
    if (!everywhere) options.address = wanted.host;
    options.port = wanted.port;
    const auto opened = node_->listen(options);
    if (opened) return {};
    listen_problem_ = to_string(opened.error());
    if (opened.error().code != std::errc::address_in_use) break;
  }
  // Others can still be reached from here.
  log(LogLevel::error, "cannot listen: " + listen_problem_);
  return {};
}

void SyncNode::begin_discovery() {
  discovery_since_ = Clock::now();
  if (parts_.config.discovery == DiscoveryBackend::none) {
    discovery_ = std::make_unique<StaticDiscovery>(std::vector<Sighting>());
  } else {
    MdnsOptions options;
    options.responder = responder_for(parts_.config.discovery);
    options.log = [&log = parts_.log](const std::string& line) {
      log.write(LogLevel::warning, line);
    };
    discovery_ = std::make_unique<MdnsDiscovery>(std::move(options));
  }
  announce();
  const auto started = discovery_->start(
      [self = self_, executor = parts_.context.get_executor()](const Sighting& sighting) {
        asio::post(executor, [self, sighting] {
          if (*self != nullptr) (*self)->handle_sighting(sighting);
        });
      });
  if (!started) log(LogLevel::error, "discovery: " + to_string(started.error()));
}

void SyncNode::announce() {
  if (!discovery_ || !node_ || !node_->port()) return;
  Announcement announcement;
  announcement.port = *node_->port();
  announcement.device_tag = device_tag(keys_->id());
  announcement.boot_nonce = boot_nonce_;
  announcement.invitation_open = node_->invitation_open();
  if (announced_ && *announced_ == announcement) return;
  announced_ = announcement;
  discovery_->announce(announcement);
}

void SyncNode::handle_sighting(const Sighting& sighting) {
  if (stopping_) return;
  if (sighting.gone) return node_->gone(sighting.instance);
  Sighted sighted{sighting.device_tag, sighting.invitation_open, {}};
  for (const PeerAddress& address : sighting.addresses) {
    sighted.addresses.push_back({address.ip, address.port});
  }
  node_->sighted(sighting.instance, std::move(sighted));
}

// Called often: does little unless something is different.
void SyncNode::handle_change() {
  if (stopping_) return;
  busy_ = memory_in_use_ = true;
  announce();
  bool changed = false;
  for (auto& [id, folder] : folders_) {
    if (folder.host == nullptr) continue;
    const auto ops = folder.host->membership().ops();
    if (ops.size() == folder.ops_saved) continue;
    folder.ops_saved = ops.size();
    folder.registered.ops.assign(ops.begin(), ops.end());
    registry_.shares[id] = folder.registered;
    changed = true;
  }
  if (node_ && node_->addresses().remembered() != registry_.remembered) addresses_changed_ = true;
  if (!changed) return;
  if (node_) node_->recheck_members();
  if (auto saved = save_registry(); !saved) log(LogLevel::error, describe(saved.error()));
}

Outcome<void> SyncNode::save_registry() {
  if (node_) registry_.remembered = node_->addresses().remembered();
  addresses_changed_ = false;
  return registry_.save(parts_.paths.state_dir / "node.json");
}

asio::awaitable<void> SyncNode::keep_house() {
  while (!stopping_) {
    house_timer_.expires_after(kHouseInterval);
    co_await house_timer_.async_wait(kAsValue);
    if (stopping_) break;
    const bool at_rest = !std::exchange(busy_, false);
    if (at_rest && std::exchange(memory_in_use_, false)) release_freed_memory();
    announce();  // An invitation may have expired.
    reopen_failed();
    for (auto& [id, folder] : folders_) log_differences(folder);
    if (!addresses_changed_) continue;
    if (auto saved = save_registry(); !saved) log(LogLevel::error, describe(saved.error()));
  }
}

// --- Folders ------------------------------------------------------------------------------------

Outcome<SyncNode::Folder*> SyncNode::register_share(RegisteredShare share) {
  const ShareId id = share.id;
  Folder folder;
  folder.registered = std::move(share);
  open_folder(folder, true);
  if (folder.problem) return *folder.problem;
  registry_.shares[id] = folder.registered;
  Folder& kept = folders_[id] = std::move(folder);
  if (auto saved = save_registry(); !saved) return std::move(saved).error();
  return &kept;
}

void SyncNode::open_folder(Folder& folder, bool fresh) {
  auto opened =
      open_share(folder.registered, parts_.paths.state_dir, fresh, *keys_, device_name_, entropy_);
  if (!opened) {
    folder.problem = opened.error();
    log(LogLevel::error, describe(opened.error()));
    return;
  }
  folder.problem.reset();
  if (opened->index_was_copied) {
    log(LogLevel::warning, "the index of " + escape_for_display(folder.registered.path.string()) +
                               " was put back from a copy: beginning a new log");
  }
  const ShareId id = folder.registered.id;
  opened->parts.events = &parts_.events;
  folder.host = &node_->add_share(std::move(opened->parts));
  FolderWatch::Callbacks callbacks;
  callbacks.on_event = [this, id](const WatchEvent& event) {
    ShareHost* host = node_->share(id);
    if (host == nullptr) return;
    host->handle_hint(event.dir, event.recursive);
    if (!event.written.empty()) host->handle_written(event.dir, event.written);
  };
  callbacks.on_state = [this, id](const std::string& problem) {
    const auto known = folders_.find(id);
    if (known == folders_.end() || known->second.host == nullptr) return;
    if (known->second.watch_problem == problem) return;
    known->second.watch_problem = problem;
    known->second.host->set_scan_interval(problem.empty() ? Duration(kScanIntervalWatched)
                                                          : Duration(kScanIntervalUnwatched));
  };
  folder.watch = std::make_unique<FolderWatch>(parts_.context.get_executor(), pool_, opened->root,
                                               std::move(callbacks));
  folder.watch->start();
  log(LogLevel::info, "sharing " + escape_for_display(folder.registered.path.string()));
}

// A disk that was not mounted may be there by now.
void SyncNode::reopen_failed() {
  for (auto& [id, folder] : folders_) {
    if (folder.problem && folder.problem->exit == ExitCode::not_found) open_folder(folder, false);
    renew_if_behind(folder);
  }
}

// Others have seen more of this device's log than its index has, or something else: it was restored
// from a backup. What it publishes from now on must not carry numbers that were used before.
void SyncNode::renew_if_behind(Folder& folder) {
  if (folder.host == nullptr) return;
  const ShareEngine& engine = folder.host->engine();
  const std::optional<Author> forked = engine.forked_log();
  if (!forked && !engine.behind_itself()) return;
  log(LogLevel::warning,
      "the index of " + escape_for_display(folder.registered.path.string()) +
          (forked ? " and other devices know different changes of " + short_name(forked->device) +
                        ", which was put back from a backup: looking at everything anew"
                  : " is older than what others have seen of it: beginning a new log"));
  Index& index = folder.host->index();
  const auto renewed =
      forked ? begin_anew(index, *forked, entropy_) : renew_incarnation(index, entropy_);
  close_folder(folder);
  if (renewed) open_folder(folder, false);
}

void SyncNode::log_differences(Folder& folder) const {
  if (folder.host == nullptr) return;
  std::set<std::pair<DeviceId, RelativePath>> found;
  for (const auto& [device, result] : folder.host->engine().audits()) {
    for (const RelativePath& path : result.paths) {
      if (!found.emplace(device, path).second || folder.differences.contains({device, path})) {
        continue;
      }
      log(LogLevel::error, "audit: " + escape_for_display(path.text()) + " in " +
                               escape_for_display(folder.registered.path.string()) +
                               " is not the same on " + short_name(device));
    }
  }
  folder.differences = std::move(found);
}

void SyncNode::close_folder(Folder& folder) {
  folder.watch.reset();
  folder.host = nullptr;
  node_->remove_share(folder.registered.id);
}

void SyncNode::stop() {
  stopping_ = true;
  if (auto saved = save_registry(); !saved) log(LogLevel::error, describe(saved.error()));
  discovery_.reset();
  house_timer_.cancel();
  for (auto& [id, folder] : folders_) {
    folder.watch.reset();
    if (folder.host != nullptr) folder.host->stop();
    folder.host = nullptr;
  }
  node_->stop();
  pool_.stop();
}

}  // namespace lansync::cli
