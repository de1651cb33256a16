// Our records in the embedded server.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "discovery/avahi_loop.h"
#include "discovery/discovery.h"
#include "discovery/local_network.h"

struct AvahiSEntryGroup;
struct AvahiServer;

namespace lansync {

// Publishes the service and the host it is on, record by record.
//
// Why not avahi_server_add_service() and the server's own address records: those come with a
// reverse record (2.0.77.10.in-addr.arpa PTR …) for each address, which must be unique and which a
// system's avahi-daemon publishes as well. Whoever comes second renames itself for ever: us, or the
// user's machine. So the host name here is one that nobody else uses, its addresses are added with
// NO_REVERSE, and the service points to it.
//
// Each address has an entry group of its own, so that one more does not send a goodbye for the
// others. Names that collide are replaced by alternatives.
//
// Belongs to a server: destroy it first. Loop thread only.
class AvahiCorePublication {
 public:
  // `changed` is called when problem() may have changed.
  AvahiCorePublication(AvahiLoop& loop, AvahiServer* server, std::function<void()> changed);
  ~AvahiCorePublication();
  AvahiCorePublication(const AvahiCorePublication&) = delete;
  AvahiCorePublication& operator=(const AvahiCorePublication&) = delete;

  // Publishes this in place of what was; if only the TXT record differs, without taking the rest
  // back.
  void announce(const Announcement& announcement);
  // Our addresses from now on.
  void set_addresses(std::set<LocalAddress> addresses);

  // Why we are not to be seen, or empty.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Callbacks;

  void publish_service();
  void publish_addresses();
  [[nodiscard]] int add_service_records();
  [[nodiscard]] int add_address(const LocalAddress& address);
  [[nodiscard]] int add_txt(bool update);
  void rename_after_collision();
  void set_problem(std::string problem);

  AvahiServer* server_;
  std::function<void()> changed_;
  // A name is not replaced from within Avahi's callback that says it collided.
  LoopTimer rename_;
  bool service_collided_ = false;
  bool host_collided_ = false;
  int alternatives_ = 0;

  std::optional<Announcement> announcement_;
  std::string instance_;
  std::string host_;
  std::set<LocalAddress> addresses_;
  AvahiSEntryGroup* service_ = nullptr;
  std::map<LocalAddress, AvahiSEntryGroup*> published_addresses_;
  std::string problem_;
};

}  // namespace lansync
