// What people did on a few devices, and what they may therefore expect to see.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/toy_device.h"

namespace lansync::test {

// Drives the devices of a cast and keeps the ghosts: every version that a person ever put at a
// path, and whether a person who saw it there replaced or removed it since. The ghosts know nothing
// of changes, heads or projections but the dot that a version got, by which they tell whether it
// had reached the device of who replaced it.
//
// Every content is written once, so a look at it tells which version it is; only a rename puts the
// same content at another path, where it is a version of its own. A copy is independent.
class Story {
 public:
  explicit Story(const ToyCast& cast);

  // --- What happens. Each returns false, and nothing changes, if it makes no sense now ---
  bool write(std::size_t device, const std::string& path);
  bool remove(std::size_t device, const std::string& path);
  bool make_dir(std::size_t device, const std::string& path);
  bool chmod(std::size_t device, const std::string& path, std::uint32_t mode);
  bool touch(std::size_t device, const std::string& path);
  bool rename(std::size_t device, const std::string& from, const std::string& to);
  // `to` gets what `from` has (the first `limit` segments of it), and shows it unless it is busy:
  // its disk then stays as it is until the next sync.
  bool sync(std::size_t from, std::size_t to, std::size_t limit = ~std::size_t{0},
            bool busy = false);
  // From now on each change is published in a segment of its own, so that a sync can be cut between
  // the changes of one action.
  void publish_one_by_one() { one_by_one_ = true; }
  // Makes the clock of this device wrong from now on.
  void set_clock(std::size_t device, std::int64_t ahead_ns) { ahead_ns_[device] = ahead_ns; }

  // Everybody talks with everybody.
  void close();
  // What is wrong now that everybody has talked with everybody; nothing if all is well.
  [[nodiscard]] std::optional<std::string> fault();
  // The story so far and who sees what.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const ToyDevice& device(std::size_t number) const { return devices_.at(number); }
  [[nodiscard]] ToyDevice& device(std::size_t number) { return devices_.at(number); }

 private:
  // A version at a path.
  struct Ghost {
    std::string content;
    std::string path;
    Dot dot;
    std::string base;  // What it replaced.
    bool superseded = false;
  };
  struct Seen {
    std::string content;
    std::string source;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  // Shows and publishes what a person has just done on a device, whose disk was `before`.
  void done(std::size_t device, const std::map<std::string, Seen>& before, std::string what);
  [[nodiscard]] std::map<std::string, Seen> seen(std::size_t device) const;
  WallTime now(std::size_t device);
  [[nodiscard]] std::optional<std::string> fault_of(std::size_t device) const;

  std::vector<ToyDevice> devices_;
  // What each device had when it last made its disk show it.
  std::vector<CausalClock> displayed_;
  std::vector<std::int64_t> ahead_ns_;
  std::vector<Ghost> ghosts_;
  std::vector<std::string> lines_;
  std::int64_t step_ = 0;
  int written_ = 0;
  bool one_by_one_ = false;
};

}  // namespace lansync::test
