// Whether a folder can become, or stay, a share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/failure.h"
#include "cli/paths.h"

namespace lansync::cli {

// What the disk says about the folder named by a person.
struct FolderFacts {
  enum class Kind { missing, directory, other };

  std::filesystem::path path;  // Absolute, links resolved as far as it exists.
  Kind kind = Kind::missing;
  bool accessible = true;  // Readable, writable and searchable by us.
  // The nearest directory above it that holds a share's marker; empty if there is none.
  std::filesystem::path marked_above;
};

struct KnownShare {
  std::string name;
  std::filesystem::path path;
};

// What the folder must keep clear of.
struct FolderSurroundings {
  std::filesystem::path user_home;              // Links resolved, as all the others.
  std::vector<std::filesystem::path> own_dirs;  // Where lansync keeps its own state.
  std::vector<KnownShare> shares;
};

enum class FolderVerdict { usable, to_be_created, already_shared };

// Fails with `refused` and the reason. Pure: the client asks it without shares before it talks to
// the daemon, the daemon again with them.
Outcome<FolderVerdict> check_folder(const FolderFacts& facts,
                                    const FolderSurroundings& surroundings);

// Looks at the disk. Fails if the path cannot be said in UTF-8 or its parents cannot be searched.
Outcome<FolderFacts> look_at_folder(const std::filesystem::path& folder);

// The surroundings without the shares.
FolderSurroundings surroundings_of(const Environment& environment, const Paths& paths);

// The known share at `folder` or above it; nothing if there is none. For commands that take a share
// by its folder.
std::optional<KnownShare> share_of(const std::filesystem::path& folder,
                                   const std::vector<KnownShare>& shares);

}  // namespace lansync::cli
