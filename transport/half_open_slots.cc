#include "transport/half_open_slots.h"

#include <algorithm>
#include <list>
#include <utility>

#include "core/base/assert.h"

namespace lansync {

class HalfOpenTable {
 public:
  HalfOpenTable(HalfOpenLimits limits, HalfOpenSlots::OnFailed on_failed)
      : limits_(limits), on_failed_(std::move(on_failed)) {
    LANSYNC_ASSERT(limits_.slots_max > 0 && limits_.per_address_max > 0);
  }

  std::uint64_t admit(const std::string& address) {
    const auto is_neighbour = [&](const Slot& slot) { return slot.address == address; };
    if (std::ranges::count_if(slots_, is_neighbour) >=
        static_cast<std::ptrdiff_t>(limits_.per_address_max)) {
      evict(std::ranges::find_if(slots_, is_neighbour));
    }
    if (slots_.size() == limits_.slots_max) evict(slots_.begin());
    slots_.push_back({++last_id_, address, {}});
    return last_id_;
  }

  void set_evict(std::uint64_t id, std::function<void()> evict) {
    const auto slot = find(id);
    if (slot != slots_.end()) slot->evict = std::move(evict);
  }

  void release(std::uint64_t id) {
    const auto slot = find(id);
    if (slot != slots_.end()) slots_.erase(slot);
  }

  void report_failure(std::uint64_t id, const Error& error) {
    const auto slot = find(id);
    if (slot != slots_.end() && on_failed_) on_failed_(slot->address, error);
  }

  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    std::uint64_t id = 0;
    std::string address;
    std::function<void()> evict;
  };

  std::list<Slot>::iterator find(std::uint64_t id) {
    return std::ranges::find(slots_, id, &Slot::id);
  }

  void evict(std::list<Slot>::iterator slot) {
    const auto evict_owner = std::move(slot->evict);
    slots_.erase(slot);
    if (evict_owner) evict_owner();
  }

  HalfOpenLimits limits_;
  HalfOpenSlots::OnFailed on_failed_;
  std::uint64_t last_id_ = 0;
  // Oldest first.
  std::list<Slot> slots_;
};

HalfOpenTicket::HalfOpenTicket(std::shared_ptr<HalfOpenTable> table, std::uint64_t id)
    : table_(std::move(table)), id_(id) {}

HalfOpenTicket& HalfOpenTicket::operator=(HalfOpenTicket&& other) noexcept {
  if (this != &other) {
    release();
    table_ = std::move(other.table_);
    id_ = other.id_;
  }
  return *this;
}

void HalfOpenTicket::on_evicted(std::function<void()> evict) {
  if (table_) table_->set_evict(id_, std::move(evict));
}

void HalfOpenTicket::failed(const Error& error) {
  if (table_) table_->report_failure(id_, error);
  release();
}

void HalfOpenTicket::release() {
  if (const auto table = std::exchange(table_, nullptr)) table->release(id_);
}

HalfOpenSlots::HalfOpenSlots(HalfOpenLimits limits, OnFailed on_failed)
    : table_(std::make_shared<HalfOpenTable>(limits, std::move(on_failed))) {}

HalfOpenTicket HalfOpenSlots::admit(const std::string& address) {
  return {table_, table_->admit(address)};
}

std::size_t HalfOpenSlots::size() const { return table_->size(); }

}  // namespace lansync
