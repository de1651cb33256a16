// Avahi's values as ours, and back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct AvahiAddress;
struct AvahiStringList;

namespace lansync {

// The address as text; a link-local IPv6 one with the interface that it was heard on as its scope.
std::string ip_text(const AvahiAddress& address, int interface_index);

// How a string list is linked: libavahi-core hands out a received record's strings last first,
// avahi-daemon's clients get them first first.
enum class TxtOrder { reversed, wire };
// The strings in the order of the wire. Stops where the limits of parse_txt() are exceeded, with
// enough to exceed them.
std::vector<std::string> txt_strings(const AvahiStringList* list, TxtOrder order);

struct FreeStringList {
  void operator()(AvahiStringList* list) const;
};
using StringList = std::unique_ptr<AvahiStringList, FreeStringList>;
// As Avahi wants it for publishing.
StringList to_string_list(const std::vector<std::string>& strings);

// The name to try after a collision: "name #2", "name-2".
std::string alternative_service_name(const std::string& name);
std::string alternative_host_name(const std::string& name);

}  // namespace lansync
