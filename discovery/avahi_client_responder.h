// mDNS through the system's avahi-daemon.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "discovery/avahi_loop.h"
#include "discovery/discovery.h"
#include "discovery/responder_events.h"

struct AvahiClient;
struct AvahiEntryGroup;

namespace lansync {

struct AvahiClientApi;
template <class Api>
class AvahiServiceWatch;

// One connection to the system's bus, and the avahi-daemon behind it as it comes and goes.
//
// It does nothing on the network until activate(): with the daemon only registering or not there,
// somebody else may be in charge. When the daemon dies or the bus does, failed() is true and stays
// so: destroy it and make another, but not from within its events.
//
// Loop thread only; may be destroyed after the loop has stopped.
class AvahiClientResponder {
 public:
  // Errors: unsupported (no bus, or none that lets us in).
  static Result<std::unique_ptr<AvahiClientResponder>> connect(AvahiLoop& loop,
                                                               ResponderEvents& events);
  ~AvahiClientResponder();
  AvahiClientResponder(const AvahiClientResponder&) = delete;
  AvahiClientResponder& operator=(const AvahiClientResponder&) = delete;

  // Whether there is a daemon that can do its work.
  [[nodiscard]] bool usable() const { return usable_ && !failed_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool active() const { return active_; }
  [[nodiscard]] std::string state() const;
  // Why we are not to be seen, or empty.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  // Looks, and publishes what was or will be announced. Requires usable().
  void activate();
  void announce(const Announcement& announcement);
  void rescan();

 private:
  struct Callbacks;

  AvahiClientResponder(AvahiLoop& loop, ResponderEvents& events);
  void handle_running();
  void drop_objects();
  void browse();
  void publish();
  [[nodiscard]] int add_service();
  [[nodiscard]] bool update_txt();

  ResponderEvents& events_;
  LoopTimer rename_;
  AvahiClient* client_ = nullptr;
  bool usable_ = false;
  bool failed_ = false;
  bool active_ = false;

  std::optional<Announcement> announcement_;
  std::string instance_;
  int alternatives_ = 0;
  AvahiEntryGroup* group_ = nullptr;
  std::unique_ptr<AvahiServiceWatch<AvahiClientApi>> watch_;
  std::string problem_;
};

}  // namespace lansync
