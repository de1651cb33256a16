// How many strangers may be at the door at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/base/limits.h"

namespace lansync {

struct HalfOpenLimits {
  std::size_t slots_max = limits::kHalfOpenMax;
  std::size_t per_address_max = limits::kHalfOpenPerAddressMax;
};

class HalfOpenTable;

// One place among the connections that have not shown who they are. Given free by established(),
// failed() or its destruction, whichever comes first. Empty by default: then it does nothing.
class HalfOpenTicket {
 public:
  HalfOpenTicket() = default;
  HalfOpenTicket(std::shared_ptr<HalfOpenTable> table, std::uint64_t id);
  HalfOpenTicket(HalfOpenTicket&& other) noexcept = default;
  HalfOpenTicket& operator=(HalfOpenTicket&& other) noexcept;
  ~HalfOpenTicket() { release(); }

  // What to call, at most once, if the place is taken away for another connection. It must not
  // destroy the ticket.
  void on_evicted(std::function<void()> evict);

  void established() { release(); }
  void failed(const Error& error);

 private:
  void release();

  std::shared_ptr<HalfOpenTable> table_;
  std::uint64_t id_ = 0;
};

// Bounds the connections that have not shown who they are, in all and from one address. A newcomer
// is never turned away: the oldest has to go, of the same address first. So a flood of connections
// costs no more memory than the slots, and whoever is through its handshake before the flood has
// filled them all still gets in.
//
// Its table is shared with the tickets, which may outlive it. Confined to the network thread.
class HalfOpenSlots {
 public:
  // Told about connections that failed before they were established.
  using OnFailed = std::function<void(const std::string& address, const Error& error)>;

  explicit HalfOpenSlots(HalfOpenLimits limits, OnFailed on_failed = {});

  // A place for a connection from `address`; may evict others.
  HalfOpenTicket admit(const std::string& address);

  [[nodiscard]] std::size_t size() const;

 private:
  std::shared_ptr<HalfOpenTable> table_;
};

}  // namespace lansync
