// STATE/node.json, which says which folders are shares: damaged, or as it was saved.
#include <fstream>

#include "cli/daemon/share_registry.h"
#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/temporary_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  static const test::TemporaryFolder folder;
  const auto file = folder.path() / "node.json";
  const auto saved = folder.path() / "saved.json";
  std::ofstream(file, std::ios::binary) << as_text(FuzzInput(data, size).take_rest());
  const auto registry = cli::ShareRegistry::load(file);
  if (!registry) {
    LANSYNC_ASSERT(registry.error().exit == cli::ExitCode::integrity);
    return 0;
  }
  LANSYNC_ASSERT(registry->save(saved).has_value());
  const auto again = cli::ShareRegistry::load(saved);
  LANSYNC_ASSERT(again.has_value() && again->given == registry->given);
  LANSYNC_ASSERT(again->remembered == registry->remembered);
  LANSYNC_ASSERT(again->shares.size() == registry->shares.size());
  return 0;
}
