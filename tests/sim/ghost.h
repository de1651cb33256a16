// What people did, as they see it: the measure of everything that the devices do.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/memory_file_system.h"

namespace lansync::sim {

using test::SeenNode;
using test::SeenTree;

// The bytes of a file or the target of a link, as a number. Every version that a person writes
// has bytes of its own, so the bytes tell the version.
using VersionId = std::uint64_t;

// Zero for what has no version: directories, and files too short to be told apart.
VersionId version_of(const SeenNode& node);

// A broken promise. Invariants are numbered as in docs/simulation.md.
struct Violation {
  std::string invariant;
  std::string what;
};

// A person's deed supersedes exactly what that device's disk showed at the path in that moment,
// whoever wrote it, and nothing else: every other version is owed to who wrote it, on every device,
// whatever the devices say to each other.
//
// It is told every deed as the difference of what was to be seen before and after. A version is
// claimed for a path by a deed that puts it there, until a deed takes it from there.
class Ghost {
 public:
  void acted(std::size_t device, const SeenTree& before, const SeenTree& after);
  // What is at the path has a new mtime. If it is a conflict copy, that makes it a file of its own.
  void touched(const std::string& path, const SeenTree& tree);
  // Another file has come to the path. If it shows the same version, that was put there once more:
  // it may stay though somebody else takes it back in the same moment, and need not.
  void put_again(const std::string& path, const SeenTree& before, const SeenTree& after);
  // The version was at this path, and is superseded by what the device's person put there, though
  // it was not to be seen in that moment.
  void superseded(VersionId version, const std::string& path, std::size_t device);
  // Conflict copies may come to stand beside a path that this device's person has removed, before
  // the device has noticed (it `remembers` something there). It cannot tell that they were not in
  // sight, and makes files of their own of them. To be told the tree after each of its calls.
  void copies_came(std::size_t device, const SeenTree& tree,
                   const std::function<bool(const std::string&)>& remembers);
  // Not a deed: the machine shows older files again, or has forgotten what it knew of them. What it
  // shows and nobody is owed any more may stay, and need not.
  void put_back(const SeenTree& tree);
  // The same, and some of it may be in pieces that nobody wrote.
  void leave(const SeenTree& tree);
  // The machine shows nothing at this path any more where it showed this, and nor does anybody
  // else. That the same bytes are at another path is no reason to owe them here.
  void forget_place(VersionId version, const std::string& path);
  // A person had taken the version back here and put it back again, and the device knows of
  // neither, or no more: for it, the version was never gone. Who hears that it went does not owe
  // it. What is at the path may be a conflict copy of what was at `source`.
  void forget_return(VersionId version, const std::string& path, const std::string& source);
  // What is nowhere else went with what was put back.
  void forgive(const std::set<VersionId>& lost, const std::set<std::string>& lost_dirs);
  // All devices know of all deeds so far. What is not owed by then has to be gone for good.
  void settled(const SeenTree& tree);

  // Versions that somebody has written and nobody taken back.
  [[nodiscard]] std::set<VersionId> owed() const;
  [[nodiscard]] bool is_owed(VersionId version) const;
  [[nodiscard]] bool was_written(VersionId version) const { return names_.contains(version); }
  [[nodiscard]] bool was_put_at(VersionId version, const std::string& path) const;
  // At how many paths somebody has put it.
  [[nodiscard]] std::size_t places(VersionId version) const;
  // Whether it must not be shown any more: it was gone from everywhere once, or all devices knew it
  // before somebody removed it.
  [[nodiscard]] bool is_buried(VersionId version) const;
  // Directories that somebody made and nobody removed.
  [[nodiscard]] std::set<std::string> owed_dirs() const;
  [[nodiscard]] std::string name(VersionId version) const;
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  struct Claim {
    bool live = true;
    bool may_be_copy = false;                    // Of what is at another path, or on its own.
    std::uint64_t round = 0;                     // Of settling, before which it was made.
    std::map<std::size_t, std::uint64_t> ended;  // By which device, in which round.
  };

  void make(Claim& claim, bool added, std::size_t device);
  void end(Claim& claim, std::size_t device);
  void claim(VersionId version, const std::string& path, const SeenNode& node, std::size_t device);
  void claim_dir(const std::string& path, std::size_t device);
  void disclaim(VersionId version, const std::string& path, std::size_t device,
                const SeenTree& before, const SeenTree& after);
  void keep_copy(VersionId version, const std::string& copy);
  [[nodiscard]] bool is_file_of_its_own(const std::string& path) const;
  void detach_copies(const std::string& path, const SeenTree& before);

  std::map<VersionId, std::map<std::string, Claim>> claims_;
  std::map<VersionId, std::string> names_;
  std::set<VersionId> buried_;
  std::map<std::string, Claim> dirs_;
  // By device: what its person has removed, and what that was.
  std::map<std::size_t, std::map<std::string, VersionId>> removed_;
  std::uint64_t round_ = 1;
  std::uint64_t changes_ = 0;
};

// Whether the name is one that lansync gives to a conflict copy, and what the copy is of.
bool is_copy_name(std::string_view path);
bool is_copy_of(std::string_view copy, std::string_view path);
// The same of what stands in a directory above, as its own has gone.
bool is_copy_above(std::string_view copy, std::string_view path);

}  // namespace lansync::sim
