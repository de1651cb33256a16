// The part of Node that reaches others.
#include <algorithm>

#include "transport/node.h"

namespace lansync {

std::string GivenAddress::text() const { return to_string(SightedAddress{host, port}); }

void Node::sighted(const std::string& instance, Sighted what) {
  for (const SightedAddress& address : what.addresses) {
    backoff_.handle_sighting(to_string(address), Clock::now());
  }
  addresses_.sighted(instance, std::move(what));
  dial_now_.notify();
}

void Node::give_address(const GivenAddress& address) {
  const auto known = find_given(address);
  if (!known) {
    given_.push_back(std::make_shared<Given>(Given{.address = address}));
  } else if (known->device == device_.keys.id()) {
    known->device.reset();  // Until it is found to be so still.
  }
  backoff_.handle_success(address.text());
  dial_now_.notify();
}

bool Node::forget_address(const GivenAddress& address) {
  const auto given = find_given(address);
  if (!given) return false;
  given->forgotten = true;
  std::erase(given_, given);
  if (given->reached) addresses_.forget(*given->reached);
  // A numeric one need not have been reached in this run.
  if (const auto endpoint = make_endpoint(address.host, address.port)) {
    addresses_.forget({endpoint->address().to_string(), address.port});
  }
  backoff_.handle_success(address.text());
  suites_.erase(address.text());
  return true;
}

std::shared_ptr<Node::Given> Node::find_given(const GivenAddress& address) const {
  const auto found =
      std::ranges::find_if(given_, [&](const auto& given) { return given->address == address; });
  return found == given_.end() ? nullptr : *found;
}

std::vector<GivenAddressState> Node::given_addresses() const {
  std::vector<GivenAddressState> states;
  for (const auto& given : given_) {
    const bool connected = is_connected(*given);
    states.push_back({given->address, given->device, connected, connected ? "" : given->problem});
  }
  return states;
}

asio::awaitable<void> Node::dial_loop() {
  while (!stopping_) {
    send_strangers_away();
    dial_what_is_due();
    co_await dial_now_.wait_until(next_look(Clock::now()));
  }
}

bool Node::is_connected(const Given& given) const {
  return given.device && by_device_.contains(*given.device);
}

TimePoint Node::polite_until(const DeviceId& device, TimePoint wanted_since) const {
  return device < device_.keys.id() ? wanted_since + kPoliteDelay : TimePoint::min();
}

TimePoint Node::next_look(TimePoint now) const {
  TimePoint next = now + kRestInterval;
  const auto not_after = [&next](TimePoint at) { next = std::min(next, at); };
  for (const auto& [device, since] : wanted_since_) {
    if (dialling_.contains(device)) continue;
    const TimePoint polite = polite_until(device, since);
    for (const SightedAddress& address : addresses_.addresses_of(device)) {
      not_after(std::max(polite, backoff_.next_attempt(to_string(address))));
    }
  }
  for (const auto& given : given_) {
    const bool waits = !is_connected(*given) && !given->dialling;
    if (waits) not_after(backoff_.next_attempt(given->address.text()));
  }
  for (const SessionEntry& entry : sessions_) {
    if (is_stranger(entry)) not_after(entry.since + kStrangerTime);
  }
  return std::max(next, now + kDialInterval);
}

void Node::dial_what_is_due() {
  const TimePoint now = Clock::now();
  const std::set<DeviceId> devices = wanted();
  std::erase_if(wanted_since_, [&](const auto& one) { return !devices.contains(one.first); });
  for (const DeviceId& device : devices) {
    if (by_device_.contains(device)) {
      wanted_since_.erase(device);
      continue;
    }
    const TimePoint since = wanted_since_.try_emplace(device, now).first->second;
    if (dialling_.contains(device) || dialling_.size() >= kDialsMax) continue;
    if (polite_until(device, since) > now) continue;
    std::vector<SightedAddress> due;
    for (const SightedAddress& address : addresses_.addresses_of(device)) {
      if (backoff_.may_dial(to_string(address), now)) due.push_back(address);
    }
    if (!due.empty()) start_dial(device, std::move(due));
  }
  for (const auto& given : given_) {
    if (is_connected(*given) || given->dialling || !backoff_.may_dial(given->address.text(), now))
      continue;
    given->dialling = true;
    spawn(dial_given(given));
  }
}

bool Node::expects_somebody() const {
  if (!dialling_.empty()) return true;
  const TimePoint now = Clock::now();
  return std::ranges::any_of(wanted(), [&](const DeviceId& device) {
    if (by_device_.contains(device)) return false;
    const auto since = wanted_since_.find(device);
    const bool fresh = since == wanted_since_.end() || since->second + kPoliteDelay > now;
    return fresh && !addresses_.addresses_of(device).empty();
  });
}

void Node::start_dial(DeviceId device, std::vector<SightedAddress> candidates) {
  dialling_.insert(device);
  spawn(dial_device(device, std::move(candidates)));
}

asio::awaitable<void> Node::dial_device(DeviceId device, std::vector<SightedAddress> candidates) {
  for (const SightedAddress& address : candidates) {
    if (stopping_ || by_device_.contains(device)) break;
    const auto answered = co_await dial_once(address, to_string(address), device);
    if (answered && *answered == device) {
      note_answer(to_string(address), address, device);
      break;
    }
    note_failure(to_string(address));
  }
  dialling_.erase(device);
  dial_now_.notify();
}

asio::awaitable<void> Node::dial_given(std::shared_ptr<Given> given) {
  const GivenAddress address = given->address;
  const std::vector<SightedAddress> candidates = co_await resolve(address);
  Result<DeviceId> answered = Error{Errc::not_found, address.host};
  for (const SightedAddress& candidate : candidates) {
    if (stopping_ || given->forgotten) break;
    answered = co_await dial_once(candidate, address.text(), std::nullopt);
    if (answered && !given->forgotten) note_answer(address.text(), candidate, *answered);
    if (answered) break;
  }
  given->dialling = false;
  dial_now_.notify();
  if (given->forgotten) co_return;
  const bool itself = answered && *answered == device_.keys.id();
  if (answered && !itself) co_return;
  if (itself) {
    given->problem = "it is this device itself";
  } else {
    if (given->device == device_.keys.id()) given->device.reset();
    given->problem = candidates.empty() ? "no such name" : answered.error().code.message();
  }
  note_failure(address.text());
  options_.on_change();
}

void Node::note_failure(const std::string& dialled) {
  const TimePoint now = Clock::now();
  if (backoff_.may_dial(dialled, now)) backoff_.handle_failure(dialled, now);
}

void Node::note_answer(const std::string& name, const SightedAddress& address,
                       const DeviceId& device) {
  for (const auto& given : given_) {
    if (given->address.text() != name) continue;
    given->device = device;
    given->reached = address;
  }
  if (device != device_.keys.id()) addresses_.reached(device, address);
  options_.on_change();
}

asio::awaitable<std::vector<SightedAddress>> Node::resolve(GivenAddress address) {
  std::vector<SightedAddress> found;
  asio::ip::tcp::resolver resolver(executor_);
  const std::string service = std::to_string(address.port);
  const auto result = co_await resolver.async_resolve(address.host, service, kAsValue);
  const auto& [failure, entries] = result;
  if (failure) co_return found;
  for (const auto& entry : entries) {
    found.push_back({entry.endpoint().address().to_string(), entry.endpoint().port()});
  }
  co_return found;
}

// Connects and shakes hands; afterwards the session lives by itself. The device that answered; this
// one itself is one, without a session.
asio::awaitable<Result<DeviceId>> Node::dial_once(SightedAddress address, std::string name,
                                                  std::optional<DeviceId> expected) {
  const auto endpoint = make_endpoint(address.ip, address.port);
  if (!endpoint) co_return endpoint.error();
  std::vector<asio::ip::tcp::endpoint> candidates(1, *endpoint);
  auto socket = co_await dial(std::move(candidates));
  if (!socket) co_return socket.error();
  const Error closed{Errc::closed, to_string(address)};
  if (stopping_) co_return closed;
  auto channel = SecureChannel::initiate(device_, Purpose::sync, channel_options(expected),
                                         ShareHost::now(), suite_for(name));
  auto session =
      std::make_unique<PeerSession>(*this, *std::move(socket), std::move(channel), std::move(name));
  const PeerSession* running = session.get();
  OneShot<Result<DeviceId>> handshake(executor_);
  SessionEntry& entry = adopt(std::move(session));
  entry.handshake = &handshake;
  run_session(entry);
  // The handshake has a deadline of its own: it ends, one way or the other.
  const auto answered = co_await handshake.wait_until(TimePoint::max());
  if (!answered || !*answered) co_return closed;
  const DeviceId device = **answered;
  if (device == device_.keys.id()) co_return device;
  // The other side may have refused us since.
  const auto alive = [running](const SessionEntry& one) { return one.session.get() == running; };
  if (std::ranges::none_of(sessions_, alive)) co_return closed;
  co_return device;
}

}  // namespace lansync
