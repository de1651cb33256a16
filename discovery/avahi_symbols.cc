#include "discovery/avahi_symbols.h"

#include <dlfcn.h>

#include "core/base/assert.h"

namespace lansync {
namespace {

constexpr const char* kSharedName = "avahi_entry_group_free";

// The library that the dynamic linker finds a function in.
Dl_info library_of(const char* function) {
  Dl_info info{};
  void* address = dlsym(RTLD_DEFAULT, function);
  LANSYNC_ASSERT(address != nullptr && dladdr(address, &info) != 0);
  return info;
}

using FreeGroup = int (*)(AvahiEntryGroup*);

FreeGroup find_client_function() {
  // The library is loaded already, and stays so: the handle need not be kept.
  void* library = dlopen(library_of("avahi_client_new").dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  LANSYNC_ASSERT(library != nullptr);
  void* function = dlsym(library, kSharedName);
  LANSYNC_ASSERT(function != nullptr);
  return reinterpret_cast<FreeGroup>(function);
}

}  // namespace

bool avahi_core_calls_its_own() {
  return library_of(kSharedName).dli_fbase == library_of("avahi_server_new").dli_fbase;
}

void free_client_group(AvahiEntryGroup* group) {
  static const FreeGroup free_group = find_client_function();
  free_group(group);
}

}  // namespace lansync
