// Avahi's two libraries in one process.
#pragma once

struct AvahiEntryGroup;

namespace lansync {

// libavahi-client and libavahi-core 0.8 both export a function avahi_entry_group_free(): the one's
// is its interface, the other's an internal one, with other arguments, that it calls through the
// dynamic linker. Whichever library comes first in the process gets the calls of both. So:
//   - libavahi-core is linked first, which discovery/CMakeLists.txt sees to and this function
//   checks: false
//     means that the embedded responder would crash and must not be used;
//   - the client's function is looked up in its own library by free_client_group();
//   - no group is left for avahi_client_free() to free, because it would call the wrong function.
[[nodiscard]] bool avahi_core_calls_its_own();

// avahi_entry_group_free() of libavahi-client.
void free_client_group(AvahiEntryGroup* group);

}  // namespace lansync
