#include "discovery/avahi_core_responder.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-core/core.h>
#include <avahi-core/lookup.h>

#include "discovery/avahi_service_watch.h"
#include "discovery/avahi_symbols.h"
#include "discovery/limits.h"
#include "discovery/service_name.h"

namespace lansync {

// libavahi-core, for AvahiServiceWatch.
struct AvahiCoreApi {
  using Context = AvahiServer;
  using Browser = AvahiSServiceBrowser;
  using Resolver = AvahiSServiceResolver;
  static constexpr TxtOrder kTxtOrder = TxtOrder::reversed;

  static Browser* new_browser(Context* server, const char* type,
                              AvahiSServiceBrowserCallback callback, void* user) {
    return avahi_s_service_browser_new(server, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, type, nullptr,
                                       {}, callback, user);
  }
  static void free_browser(Browser* browser) { avahi_s_service_browser_free(browser); }
  static Resolver* new_resolver(Context* server, const ServiceKey& key, const char* type,
                                const char* domain, AvahiSServiceResolverCallback callback,
                                void* user) {
    return avahi_s_service_resolver_new(server, key.interface_index, key.protocol,
                                        key.instance.c_str(), type, domain, key.protocol, {},
                                        callback, user);
  }
  static void free_resolver(Resolver* resolver) { avahi_s_service_resolver_free(resolver); }
};

namespace {

// Avahi spreads its packets over time with rand(), and never seeds it: all hosts would speak at
// once.
void seed_jitter_once() {
  static std::once_flag seeded;
  std::call_once(seeded, [] { std::srand(std::random_device{}()); });
}

struct ServerConfig {
  AvahiServerConfig value{};

  ServerConfig() { avahi_server_config_init(&value); }
  ~ServerConfig() { avahi_server_config_free(&value); }
  ServerConfig(const ServerConfig&) = delete;
  ServerConfig& operator=(const ServerConfig&) = delete;
};

std::set<std::string> names_of(const std::vector<LocalInterface>& interfaces) {
  std::set<std::string> names;
  for (const LocalInterface& interface : interfaces) names.insert(interface.name);
  return names;
}

}  // namespace

struct AvahiCoreResponder::Callbacks {
  static void server_changed(AvahiServer* server, AvahiServerState state, void* user) {
    auto& self = *static_cast<AvahiCoreResponder*>(user);
    // The server itself publishes nothing that could collide; what we publish is the publication's.
    if (state == AVAHI_SERVER_FAILURE) self.retry_later(avahi_strerror(avahi_server_errno(server)));
  }
};

void AvahiCoreResponder::FreeServer::operator()(AvahiServer* server) const {
  avahi_server_free(server);
}

AvahiCoreResponder::AvahiCoreResponder(AvahiLoop& loop, ResponderEvents& events, DiscoveryLog log)
    : loop_(loop),
      events_(events),
      log_(std::move(log)),
      retry_delay_(discovery_limits::kServerRetryMin),
      rebuild_(loop, [this] { rebuild(); }),
      interfaces_(loop, [this] { follow_network(); }),
      clock_(loop, [this] { rebuild_.arm_after({}); }) {
  seed_jitter_once();
  rebuild_.arm_after({});
}

AvahiCoreResponder::~AvahiCoreResponder() { close(); }

void AvahiCoreResponder::announce(const Announcement& announcement) {
  announcement_ = announcement;
  if (publication_) publication_->announce(announcement);
}

void AvahiCoreResponder::rescan() { rebuild_.arm_after({}); }

std::string AvahiCoreResponder::state() const {
  if (!server_) return problem_.empty() ? "starting" : "no network: " + problem_;
  if (!announcement_) return "embedded (looking only)";
  const std::string& unseen = publication_->problem();
  return unseen.empty() ? "embedded" : "embedded (not to be seen: " + unseen + ")";
}

std::string AvahiCoreResponder::publication_problem() const {
  return publication_ ? publication_->problem() : std::string();
}

void AvahiCoreResponder::rebuild() {
  rebuild_.disarm();
  close();
  std::string problem = open();
  if (!problem.empty()) {
    close();
    retry_later(std::move(problem));
  } else {
    problem_.clear();
    retry_delay_ = discovery_limits::kServerRetryMin;
    events_.handle_restarted();
  }
  events_.handle_state_changed();
}

void AvahiCoreResponder::close() {
  watch_.reset();
  publication_.reset();
  server_.reset();
}

// Returns what is wrong, or nothing.
std::string AvahiCoreResponder::open() {
  const std::vector<LocalInterface> interfaces = interfaces_to_use(list_interfaces());
  allowed_ = names_of(interfaces);
  if (interfaces.empty()) return "no usable interface";
  if (!avahi_core_calls_its_own()) return "avahi's libraries are loaded in the wrong order";

  ServerConfig config;
  config.value.publish_hinfo = 0;
  config.value.publish_addresses = 0;
  config.value.publish_workstation = 0;
  config.value.publish_domain = 0;
  config.value.enable_wide_area = 0;
  if (announcement_) {
    avahi_free(config.value.host_name);
    config.value.host_name = avahi_strdup(instance_name(announcement_->device_tag).c_str());
  }
  const std::vector<std::string> names(allowed_.begin(), allowed_.end());
  config.value.allow_interfaces = to_string_list(names).release();

  int error = 0;
  server_.reset(
      avahi_server_new(loop_.api(), &config.value, &Callbacks::server_changed, this, &error));
  if (!server_) return avahi_strerror(error);
  publication_ = std::make_unique<AvahiCorePublication>(loop_, server_.get(),
                                                        [this] { events_.handle_state_changed(); });
  publication_->set_addresses(addresses_to_publish(interfaces));
  if (announcement_) publication_->announce(*announcement_);
  watch_ = std::make_unique<AvahiServiceWatch<AvahiCoreApi>>(server_.get(), events_);
  return watch_->valid() ? "" : avahi_strerror(avahi_server_errno(server_.get()));
}

void AvahiCoreResponder::follow_network() {
  const std::vector<LocalInterface> interfaces = interfaces_to_use(list_interfaces());
  const std::set<std::string> names = names_of(interfaces);
  // Avahi's own list is fixed when the server is built. One that went is no reason to build
  // another: it may come back.
  if (!server_ || !std::ranges::includes(allowed_, names)) return rebuild_.arm_after({});
  publication_->set_addresses(addresses_to_publish(interfaces));
}

void AvahiCoreResponder::retry_later(std::string problem) {
  problem_ = std::move(problem);
  rebuild_.arm_after(retry_delay_);
  retry_delay_ = std::min<Duration>(retry_delay_ * 2, discovery_limits::kServerRetryMax);
}

}  // namespace lansync
