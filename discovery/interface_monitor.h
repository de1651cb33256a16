// Notices that the network changed.
#pragma once

#include "discovery/avahi_loop.h"
#include "discovery/file_descriptor.h"

namespace lansync {

// Calls a task when an interface or an address came, went or changed (rtnetlink(7)), once for all
// that happens within kNetworkSettleTime. What it is now, the task finds out for itself.
//
// Loop thread only. Where netlink is not allowed, nothing is ever noticed.
class InterfaceMonitor {
 public:
  InterfaceMonitor(AvahiLoop& loop, AvahiLoop::Task changed);

 private:
  void handle_ready();

  FileDescriptor socket_;
  LoopTimer settled_;
  std::unique_ptr<LoopWatch> watch_;
};

}  // namespace lansync
