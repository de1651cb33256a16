#include "discovery/avahi_values.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <avahi-common/address.h>
#include <avahi-common/alternative.h>
#include <avahi-common/malloc.h>
#include <avahi-common/strlst.h>
#include <net/if.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

bool is_link_local(const AvahiAddress& address) {
  return address.proto == AVAHI_PROTO_INET6 && address.data.ipv6.address[0] == 0xfe &&
         (address.data.ipv6.address[1] & 0xc0) == 0x80;
}

std::string take(char* text) {
  std::string result(text);
  avahi_free(text);
  return result;
}

}  // namespace

std::string ip_text(const AvahiAddress& address, int interface_index) {
  std::array<char, AVAHI_ADDRESS_STR_MAX> text{};
  avahi_address_snprint(text.data(), text.size(), &address);
  std::string result(text.data());
  if (!is_link_local(address)) return result;

  std::array<char, IF_NAMESIZE> name{};
  const bool named = if_indextoname(static_cast<unsigned>(interface_index), name.data()) != nullptr;
  return result + '%' + (named ? std::string(name.data()) : std::to_string(interface_index));
}

std::vector<std::string> txt_strings(const AvahiStringList* list, TxtOrder order) {
  std::vector<std::string> result;
  std::size_t bytes = 0;
  for (const AvahiStringList* entry = list; entry != nullptr; entry = entry->next) {
    if (result.size() > discovery_limits::kTxtEntriesMax ||
        bytes > discovery_limits::kTxtBytesMax) {
      break;
    }
    result.emplace_back(reinterpret_cast<const char*>(entry->text), entry->size);
    bytes += entry->size + 1;
  }
  if (order == TxtOrder::reversed) std::ranges::reverse(result);
  return result;
}

void FreeStringList::operator()(AvahiStringList* list) const { avahi_string_list_free(list); }

StringList to_string_list(const std::vector<std::string>& strings) {
  AvahiStringList* list = nullptr;
  for (const std::string& text : strings) list = avahi_string_list_add(list, text.c_str());
  return StringList(list);
}

std::string alternative_service_name(const std::string& name) {
  return take(avahi_alternative_service_name(name.c_str()));
}

std::string alternative_host_name(const std::string& name) {
  return take(avahi_alternative_host_name(name.c_str()));
}

}  // namespace lansync
