// What the two ways onto the air have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "discovery/peer_address.h"
#include "discovery/peer_table.h"

namespace lansync {

// What a responder (AvahiClientResponder, AvahiCoreResponder) tells its owner; a seam because there
// are two of them. Called on the discovery thread, from within Avahi: the owner must not destroy or
// call the responder from here.
class ResponderEvents {
 public:
  virtual ~ResponderEvents() = default;

  // Returns the instance to stop following, if this one is one too many.
  virtual std::optional<std::string> handle_appeared(const ServiceKey& key) = 0;
  // The TXT strings are in the order of the wire.
  virtual void handle_resolved(const ServiceKey& key, const std::vector<std::string>& txt,
                               const PeerAddress& address) = 0;
  virtual void handle_unresolved(const ServiceKey& key) = 0;
  virtual void handle_disappeared(const ServiceKey& key) = 0;
  // It looks at everything anew.
  virtual void handle_restarted() = 0;
  // usable(), failed() or state() is no longer what it was.
  virtual void handle_state_changed() = 0;
};

}  // namespace lansync
