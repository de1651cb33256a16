#include "discovery/avahi_core_publication.h"

#include <array>
#include <utility>

#include <avahi-common/address.h>
#include <avahi-common/domain.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-core/core.h>
#include <avahi-core/publish.h>
#include <avahi-core/rr.h>

#include "core/base/assert.h"
#include "discovery/avahi_values.h"
#include "discovery/limits.h"
#include "discovery/service_name.h"
#include "discovery/txt_record.h"

namespace lansync {
namespace {

// "All service types on this network" (RFC 6763, section 9), with the TTL that everybody gives it.
constexpr const char* kServiceTypesName = "_services._dns-sd._udp.local";
constexpr std::uint32_t kServiceTypesTtlSeconds = 4500;

std::string in_domain(const std::string& name) { return name + "." + kServiceDomain; }

std::string full_service_name(const std::string& instance) {
  std::array<char, AVAHI_DOMAIN_NAME_MAX> name{};
  const int error = avahi_service_name_join(name.data(), name.size(), instance.c_str(),
                                            kServiceType, kServiceDomain);
  LANSYNC_ASSERT(error >= 0);
  return name.data();
}

std::vector<std::string> txt_of(const Announcement& announcement) {
  return encode_txt({.version = announcement.version,
                     .device_tag = announcement.device_tag,
                     .boot_nonce = announcement.boot_nonce,
                     .invitation_open = announcement.invitation_open});
}

// Adds one record whose data `fill` sets.
template <class Fill>
int add_record(AvahiServer* server, AvahiSEntryGroup* group, const std::string& name,
               std::uint16_t type, std::uint32_t ttl, int flags, Fill fill) {
  AvahiRecord* record = avahi_record_new_full(name.c_str(), AVAHI_DNS_CLASS_IN, type, ttl);
  if (record == nullptr) return AVAHI_ERR_NO_MEMORY;
  fill(record->data);
  const int error = avahi_server_add(server, group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                     static_cast<AvahiPublishFlags>(flags), record);
  avahi_record_unref(record);
  return error;
}

}  // namespace

struct AvahiCorePublication::Callbacks {
  static void service_changed(AvahiServer* server, AvahiSEntryGroup*, AvahiEntryGroupState state,
                              void* user) {
    auto& self = *static_cast<AvahiCorePublication*>(user);
    if (state == AVAHI_ENTRY_GROUP_COLLISION) {
      self.service_collided_ = true;
      self.rename_.arm_after({});
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
      self.set_problem(avahi_strerror(avahi_server_errno(server)));
    }
  }
  static void address_changed(AvahiServer* server, AvahiSEntryGroup*, AvahiEntryGroupState state,
                              void* user) {
    auto& self = *static_cast<AvahiCorePublication*>(user);
    if (state == AVAHI_ENTRY_GROUP_COLLISION) {
      self.host_collided_ = true;
      self.rename_.arm_after({});
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
      self.set_problem(avahi_strerror(avahi_server_errno(server)));
    }
  }
};

AvahiCorePublication::AvahiCorePublication(AvahiLoop& loop, AvahiServer* server,
                                           std::function<void()> changed)
    : server_(server),
      changed_(std::move(changed)),
      rename_(loop, [this] { rename_after_collision(); }) {}

AvahiCorePublication::~AvahiCorePublication() {
  if (service_ != nullptr) avahi_s_entry_group_free(service_);
  for (const auto& [address, group] : published_addresses_) avahi_s_entry_group_free(group);
}

void AvahiCorePublication::announce(const Announcement& announcement) {
  const std::optional<Announcement> before = std::exchange(announcement_, announcement);
  if (before == announcement_) return;
  alternatives_ = 0;
  const bool same_name = before && before->device_tag == announcement.device_tag;
  if (same_name && before->port == announcement.port && service_ != nullptr &&
      add_txt(/*update=*/true) >= 0) {
    return;
  }
  if (!same_name) {
    instance_ = host_ = instance_name(announcement.device_tag);
    for (const auto& [address, group] : published_addresses_) avahi_s_entry_group_free(group);
    published_addresses_.clear();
  }
  publish_addresses();
  publish_service();
}

void AvahiCorePublication::set_addresses(std::set<LocalAddress> addresses) {
  addresses_ = std::move(addresses);
  if (announcement_) publish_addresses();
}

void AvahiCorePublication::publish_service() {
  if (service_ == nullptr) {
    service_ = avahi_s_entry_group_new(server_, &Callbacks::service_changed, this);
  }
  if (service_ == nullptr) return set_problem(avahi_strerror(avahi_server_errno(server_)));
  avahi_s_entry_group_reset(service_);
  int error = add_service_records();
  if (error >= 0) error = avahi_s_entry_group_commit(service_);
  if (error == AVAHI_ERR_COLLISION) {  // This very server holds the name already.
    service_collided_ = true;
    return rename_.arm_after({});
  }
  set_problem(error < 0 ? avahi_strerror(error) : "");
}

int AvahiCorePublication::add_service_records() {
  const std::string type = in_domain(kServiceType);
  const std::string service = full_service_name(instance_);
  const std::string host = in_domain(host_);
  constexpr std::uint32_t kTtl = discovery_limits::kRecordTtlSeconds;

  int error = add_record(server_, service_, type, AVAHI_DNS_TYPE_PTR, kTtl, 0,
                         [&service](auto& data) { data.ptr.name = avahi_strdup(service.c_str()); });
  if (error < 0) return error;
  error =
      add_record(server_, service_, kServiceTypesName, AVAHI_DNS_TYPE_PTR, kServiceTypesTtlSeconds,
                 0, [&type](auto& data) { data.ptr.name = avahi_strdup(type.c_str()); });
  if (error < 0) return error;
  error = add_record(server_, service_, service, AVAHI_DNS_TYPE_SRV, kTtl, AVAHI_PUBLISH_UNIQUE,
                     [this, &host](auto& data) {
                       data.srv.priority = 0;
                       data.srv.weight = 0;
                       data.srv.port = announcement_->port;
                       data.srv.name = avahi_strdup(host.c_str());
                     });
  return error < 0 ? error : add_txt(/*update=*/false);
}

int AvahiCorePublication::add_txt(bool update) {
  const int flags = AVAHI_PUBLISH_UNIQUE | (update ? AVAHI_PUBLISH_UPDATE : 0);
  return add_record(server_, service_, full_service_name(instance_), AVAHI_DNS_TYPE_TXT,
                    discovery_limits::kRecordTtlSeconds, flags, [this](auto& data) {
                      data.txt.string_list = to_string_list(txt_of(*announcement_)).release();
                    });
}

void AvahiCorePublication::publish_addresses() {
  std::erase_if(published_addresses_, [this](const auto& entry) {
    if (addresses_.contains(entry.first)) return false;
    avahi_s_entry_group_free(entry.second);
    return true;
  });
  for (const LocalAddress& address : addresses_) {
    if (published_addresses_.contains(address)) continue;
    const int error = add_address(address);
    if (error < 0) set_problem(address.ip + ": " + avahi_strerror(error));
  }
}

int AvahiCorePublication::add_address(const LocalAddress& address) {
  AvahiAddress parsed{};
  if (avahi_address_parse(address.ip.c_str(), AVAHI_PROTO_UNSPEC, &parsed) == nullptr) {
    return AVAHI_ERR_INVALID_ADDRESS;
  }
  AvahiSEntryGroup* group = avahi_s_entry_group_new(server_, &Callbacks::address_changed, this);
  if (group == nullptr) return avahi_server_errno(server_);
  published_addresses_.emplace(address, group);
  const int error = avahi_server_add_address(
      server_, group, static_cast<AvahiIfIndex>(address.interface_index), AVAHI_PROTO_UNSPEC,
      AVAHI_PUBLISH_NO_REVERSE, in_domain(host_).c_str(), &parsed);
  return error < 0 ? error : avahi_s_entry_group_commit(group);
}

void AvahiCorePublication::rename_after_collision() {
  const bool host = std::exchange(host_collided_, false);
  const bool service = std::exchange(service_collided_, false);
  if (alternatives_++ == discovery_limits::kAlternativeNamesMax) {
    return set_problem("every name that was tried is taken: " + instance_);
  }
  if (service) instance_ = alternative_service_name(instance_);
  if (host) {
    host_ = alternative_host_name(host_);
    for (const auto& [address, group] : published_addresses_) avahi_s_entry_group_free(group);
    published_addresses_.clear();
    publish_addresses();
  }
  publish_service();
}

void AvahiCorePublication::set_problem(std::string problem) {
  if (problem_ == problem) return;
  problem_ = std::move(problem);
  changed_();
}

}  // namespace lansync
