#include "discovery/avahi_client_responder.h"

#include <utility>

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/error.h>

#include "core/base/assert.h"
#include "discovery/avahi_service_watch.h"
#include "discovery/avahi_symbols.h"
#include "discovery/limits.h"
#include "discovery/service_name.h"
#include "discovery/txt_record.h"

namespace lansync {

// libavahi-client, for AvahiServiceWatch.
struct AvahiClientApi {
  using Context = AvahiClient;
  using Browser = AvahiServiceBrowser;
  using Resolver = AvahiServiceResolver;
  static constexpr TxtOrder kTxtOrder = TxtOrder::wire;

  static Browser* new_browser(Context* client, const char* type,
                              AvahiServiceBrowserCallback callback, void* user) {
    return avahi_service_browser_new(client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, type, nullptr, {},
                                     callback, user);
  }
  static void free_browser(Browser* browser) { avahi_service_browser_free(browser); }
  static Resolver* new_resolver(Context* client, const ServiceKey& key, const char* type,
                                const char* domain, AvahiServiceResolverCallback callback,
                                void* user) {
    return avahi_service_resolver_new(client, key.interface_index, key.protocol,
                                      key.instance.c_str(), type, domain, key.protocol, {},
                                      callback, user);
  }
  static void free_resolver(Resolver* resolver) { avahi_service_resolver_free(resolver); }
};

namespace {

StringList txt_list_of(const Announcement& announcement) {
  return to_string_list(encode_txt({.version = announcement.version,
                                    .device_tag = announcement.device_tag,
                                    .boot_nonce = announcement.boot_nonce,
                                    .invitation_open = announcement.invitation_open}));
}

}  // namespace

struct AvahiClientResponder::Callbacks {
  static void client_changed(AvahiClient* client, AvahiClientState state, void* user) {
    auto& self = *static_cast<AvahiClientResponder*>(user);
    self.client_ = client;  // It is called before avahi_client_new() returns.
    switch (state) {
      case AVAHI_CLIENT_S_RUNNING: self.handle_running(); break;
      case AVAHI_CLIENT_S_REGISTERING:
      case AVAHI_CLIENT_S_COLLISION:
        // The host's name, which our service points to, is about to change.
        if (self.group_ != nullptr) avahi_entry_group_reset(self.group_);
        break;
      case AVAHI_CLIENT_CONNECTING: self.usable_ = false; break;
      case AVAHI_CLIENT_FAILURE:
        self.problem_ = avahi_strerror(avahi_client_errno(client));
        self.failed_ = true;
        break;
    }
    self.events_.handle_state_changed();
  }

  static void group_changed(AvahiEntryGroup* group, AvahiEntryGroupState state, void* user) {
    auto& self = *static_cast<AvahiClientResponder*>(user);
    if (state == AVAHI_ENTRY_GROUP_COLLISION) {
      self.rename_.arm_after({});
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
      self.problem_ = avahi_strerror(avahi_client_errno(avahi_entry_group_get_client(group)));
      self.events_.handle_state_changed();
    }
  }
};

Result<std::unique_ptr<AvahiClientResponder>> AvahiClientResponder::connect(
    AvahiLoop& loop, ResponderEvents& events) {
  std::unique_ptr<AvahiClientResponder> responder(new AvahiClientResponder(loop, events));
  int error = 0;
  AvahiClient* client = avahi_client_new(loop.api(), AVAHI_CLIENT_NO_FAIL,
                                         &Callbacks::client_changed, responder.get(), &error);
  responder->client_ = client;
  if (client == nullptr) return Error{Errc::unsupported, avahi_strerror(error)};
  return responder;
}

AvahiClientResponder::AvahiClientResponder(AvahiLoop& loop, ResponderEvents& events)
    : events_(events), rename_(loop, [this] {
        if (alternatives_++ == discovery_limits::kAlternativeNamesMax) {
          problem_ = "every name that was tried is taken: " + instance_;
          return events_.handle_state_changed();
        }
        instance_ = alternative_service_name(instance_);
        publish();
      }) {}

AvahiClientResponder::~AvahiClientResponder() {
  drop_objects();
  if (client_ != nullptr) avahi_client_free(client_);
}

std::string AvahiClientResponder::state() const {
  if (!usable()) return "no avahi-daemon";
  if (!announcement_) return "avahi-daemon (looking only)";
  return problem_.empty() ? "avahi-daemon" : "avahi-daemon (not to be seen: " + problem_ + ")";
}

void AvahiClientResponder::activate() {
  LANSYNC_ASSERT(usable());
  if (active_) return;
  active_ = true;
  browse();
  publish();
}

void AvahiClientResponder::announce(const Announcement& announcement) {
  const std::optional<Announcement> before = std::exchange(announcement_, announcement);
  if (before == announcement_) return;
  alternatives_ = 0;
  const bool same_name = before && before->device_tag == announcement.device_tag;
  if (!same_name) instance_ = instance_name(announcement.device_tag);
  if (!active_ || !usable()) return;
  if (same_name && before->port == announcement.port && update_txt()) return;
  publish();
}

void AvahiClientResponder::rescan() {
  if (active_ && usable()) browse();
}

void AvahiClientResponder::handle_running() {
  usable_ = true;
  if (active_) publish();
}

void AvahiClientResponder::drop_objects() {
  watch_.reset();
  if (group_ != nullptr) free_client_group(std::exchange(group_, nullptr));
}

void AvahiClientResponder::browse() {
  watch_.reset();
  watch_ = std::make_unique<AvahiServiceWatch<AvahiClientApi>>(client_, events_);
  events_.handle_restarted();
}

void AvahiClientResponder::publish() {
  if (!announcement_ || !usable()) return;
  if (group_ == nullptr) {
    group_ = avahi_entry_group_new(client_, &Callbacks::group_changed, this);
  } else {
    avahi_entry_group_reset(group_);
  }
  int error = group_ == nullptr ? avahi_client_errno(client_) : add_service();
  // Another program on this machine has our name.
  if (error == AVAHI_ERR_COLLISION) return rename_.arm_after({});
  if (error >= 0) error = avahi_entry_group_commit(group_);
  problem_ = error < 0 ? avahi_strerror(error) : "";
  events_.handle_state_changed();
}

int AvahiClientResponder::add_service() {
  return avahi_entry_group_add_service_strlst(
      group_, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, {}, instance_.c_str(), kServiceType, nullptr,
      nullptr, announcement_->port, txt_list_of(*announcement_).get());
}

bool AvahiClientResponder::update_txt() {
  return group_ != nullptr && avahi_entry_group_is_empty(group_) == 0 &&
         avahi_entry_group_update_service_txt_strlst(group_, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                     {}, instance_.c_str(), kServiceType, nullptr,
                                                     txt_list_of(*announcement_).get()) >= 0;
}

}  // namespace lansync
