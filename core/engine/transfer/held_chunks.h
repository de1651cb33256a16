// Who has which chunks of a content that is being loaded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"

namespace lansync {

// Which chunks of one content this device and the members have that are loading it too, and what
// they have told each other of that. The two ends of a connection may begin to load at different
// times, and what is told to one that has not begun is lost: so whoever begins says so, is greeted
// in turn, and is told everything anew.
//
// Drive it: add() what is here; handle_held() what members say; poll_held() what they are to be
// told. Bounds: one bit for each chunk and member.
// Owned by one fetch.
class HeldChunks {
 public:
  explicit HeldChunks(std::size_t chunks) : here_(chunks) {}

  // This device has it, verified.
  void add(std::uint32_t chunk);
  [[nodiscard]] bool here(std::uint32_t chunk) const { return here_[chunk]; }

  // Requires all of them to be less than the number of chunks.
  void handle_held(const DeviceId& member, std::span<const std::uint32_t> chunks);
  // The member has ended, or is not connected any more.
  void forget(const DeviceId& member) { members_.erase(member); }
  // Whether it has said so.
  [[nodiscard]] bool is_loading(const DeviceId& member) const;
  // Which chunks a member has that is loading: a bit for each, or null. Until the next input.
  [[nodiscard]] const std::vector<bool>* of(const DeviceId& member) const;

  // What the member does not know yet; at first, that this device is loading. At most
  // limits::kRequestChunksMax chunks.
  std::optional<std::vector<std::uint32_t>> poll_held(const DeviceId& member);
  // Those that were told anything.
  [[nodiscard]] std::vector<DeviceId> greeted() const;

 private:
  struct Member {
    bool loading = false;
    bool greeted = false;
    std::vector<bool> has;
    std::size_t told = 0;  // Of those in order_.
  };

  std::vector<bool> here_;
  std::vector<std::uint32_t> order_;  // In which they came.
  std::map<DeviceId, Member> members_;
};

}  // namespace lansync
