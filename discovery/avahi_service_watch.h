// Browsing and resolving, alike for the daemon and the embedded server.
//
// Included by avahi_*_responder.cc only: everybody else is spared Avahi's headers.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <avahi-common/address.h>
#include <avahi-common/defs.h>
#include <avahi-common/strlst.h>

#include "discovery/avahi_values.h"
#include "discovery/responder_events.h"
#include "discovery/service_name.h"

namespace lansync {

// Follows every instance of our service: a browser, and for each (instance, interface, protocol) a
// resolver that is kept, because the browser does not tell of a new port or record.
//
// Each resolver asks for the address family of the protocol it was seen by. Both together give one
// address of each family, which is enough to dial, at half the objects.
//
// `Api` names one of Avahi's two twin interfaces: types Context, Browser, Resolver, constant
// kTxtOrder, and functions new_browser, free_browser, new_resolver, free_resolver.
//
// Belongs to a server or client and must be destroyed before it.
template <class Api>
class AvahiServiceWatch {
 public:
  AvahiServiceWatch(typename Api::Context* context, ResponderEvents& events)
      : context_(context), events_(events) {
    browser_ = Api::new_browser(context_, kServiceType, &on_browse, this);
  }
  ~AvahiServiceWatch() {
    for (const auto& [key, resolver] : resolvers_) Api::free_resolver(resolver);
    if (browser_ != nullptr) Api::free_browser(browser_);
  }
  AvahiServiceWatch(const AvahiServiceWatch&) = delete;
  AvahiServiceWatch& operator=(const AvahiServiceWatch&) = delete;

  // Whether there is a browser; Avahi's error number says why not.
  [[nodiscard]] bool valid() const { return browser_ != nullptr; }

 private:
  static void on_browse(typename Api::Browser*, AvahiIfIndex interface, AvahiProtocol protocol,
                        AvahiBrowserEvent event, const char* name, const char*, const char* domain,
                        AvahiLookupResultFlags, void* self) {
    auto* watch = static_cast<AvahiServiceWatch*>(self);
    if (name == nullptr || !is_instance_name(name)) return;
    const ServiceKey key{.instance = name, .interface_index = interface, .protocol = protocol};
    if (event == AVAHI_BROWSER_NEW) watch->follow(key, domain);
    if (event == AVAHI_BROWSER_REMOVE) watch->unfollow(key);
  }

  static void on_resolve(typename Api::Resolver*, AvahiIfIndex interface, AvahiProtocol protocol,
                         AvahiResolverEvent event, const char* name, const char*, const char*,
                         const char*, const AvahiAddress* address, std::uint16_t port,
                         AvahiStringList* txt, AvahiLookupResultFlags, void* self) {
    auto* watch = static_cast<AvahiServiceWatch*>(self);
    if (name == nullptr) return;
    const ServiceKey key{.instance = name, .interface_index = interface, .protocol = protocol};
    if (event == AVAHI_RESOLVER_FOUND && address != nullptr) {
      watch->events_.handle_resolved(key, txt_strings(txt, Api::kTxtOrder),
                                     {.ip = ip_text(*address, interface), .port = port});
    } else {
      watch->events_.handle_unresolved(key);
    }
  }

  void follow(const ServiceKey& key, const char* domain) {
    const std::optional<std::string> evicted = events_.handle_appeared(key);
    if (evicted) {
      std::erase_if(resolvers_, [&evicted](const auto& entry) {
        if (entry.first.instance != *evicted) return false;
        Api::free_resolver(entry.second);
        return true;
      });
    }
    if (resolvers_.contains(key)) return;
    auto* resolver = Api::new_resolver(context_, key, kServiceType, domain, &on_resolve, this);
    if (resolver != nullptr)
      resolvers_.emplace(key, resolver);  // Else the daemon's limits are reached.
  }

  void unfollow(const ServiceKey& key) {
    const auto found = resolvers_.find(key);
    if (found != resolvers_.end()) {
      Api::free_resolver(found->second);
      resolvers_.erase(found);
    }
    events_.handle_disappeared(key);
  }

  typename Api::Context* context_;
  ResponderEvents& events_;
  typename Api::Browser* browser_ = nullptr;
  std::map<ServiceKey, typename Api::Resolver*> resolvers_;
};

}  // namespace lansync
