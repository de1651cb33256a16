// What a lansync service is called on the network.
#pragma once

#include <string>
#include <string_view>

namespace lansync {

// RFC 6335, section 5.1.
inline constexpr const char* kServiceType = "_lansync._tcp";
inline constexpr const char* kServiceDomain = "local";

// "lansync-" and the first 8 digits of the tag: the name of the instance, and of the host that the
// embedded responder publishes under. Requires a device tag.
std::string instance_name(const std::string& device_tag);

// Whether a device of ours could go by this name: as above, perhaps with the " #2" that Avahi
// appends after a collision. Anything else is not worth resolving.
[[nodiscard]] bool is_instance_name(std::string_view name);

}  // namespace lansync
