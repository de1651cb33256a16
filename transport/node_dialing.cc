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
  const auto known = std::ranges::find(given_, address, &Given::address);
  if (known == given_.end()) given_.push_back({address, {}, {}, false});
  backoff_.handle_success(address.text());
  dial_now_.notify();
}

std::vector<GivenAddressState> Node::given_addresses() const {
  std::vector<GivenAddressState> states;
  for (const Given& given : given_) {
    const bool connected = given.device && by_device_.contains(*given.device);
    states.push_back({given.address, given.device, connected, connected ? "" : given.problem});
  }
  return states;
}

asio::awaitable<void> Node::dial_loop() {
  while (!stopping_) {
    send_strangers_away();
    dial_what_is_due();
    co_await dial_now_.wait_until(Clock::now() + kDialInterval);
  }
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
    const bool polite = device < device_.keys.id() && since + kPoliteDelay > now;
    if (polite) continue;
    std::vector<SightedAddress> due;
    for (const SightedAddress& address : addresses_.addresses_of(device)) {
      if (backoff_.may_dial(to_string(address), now)) due.push_back(address);
    }
    if (!due.empty()) start_dial(device, std::move(due));
  }
  for (std::size_t i = 0; i < given_.size(); ++i) {
    Given& given = given_[i];
    const bool connected = given.device && by_device_.contains(*given.device);
    if (connected || given.dialling || !backoff_.may_dial(given.address.text(), now)) continue;
    given.dialling = true;
    spawn(dial_given(i));
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
    const auto failed = co_await dial_once(address, to_string(address), device);
    if (!failed) break;
    backoff_.handle_failure(to_string(address), Clock::now());
  }
  dialling_.erase(device);
}

asio::awaitable<void> Node::dial_given(std::size_t index) {
  const GivenAddress address = given_[index].address;
  const std::vector<SightedAddress> candidates = co_await resolve(address);
  std::optional<Error> failed = Error{Errc::not_found, address.host};
  for (const SightedAddress& candidate : candidates) {
    if (stopping_) break;
    failed = co_await dial_once(candidate, address.text(), std::nullopt);
    if (!failed) break;
  }
  given_[index].dialling = false;
  if (!failed) co_return;
  const bool no_such_name = candidates.empty();
  given_[index].problem = no_such_name ? "no such name" : failed->code.message();
  backoff_.handle_failure(address.text(), Clock::now());
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

// Connects and shakes hands; afterwards the session lives by itself. Nothing if that went well.
asio::awaitable<std::optional<Error>> Node::dial_once(SightedAddress address, std::string name,
                                                      std::optional<DeviceId> expected) {
  const auto endpoint = make_endpoint(address.ip, address.port);
  if (!endpoint) co_return endpoint.error();
  std::vector<asio::ip::tcp::endpoint> candidates(1, *endpoint);
  auto socket = co_await dial(std::move(candidates));
  if (!socket) co_return socket.error();
  if (stopping_) co_return std::optional<Error>();
  auto channel = SecureChannel::initiate(device_, Purpose::sync, channel_options(expected),
                                         ShareHost::now(), suite_for(name));
  auto session =
      std::make_unique<PeerSession>(*this, *std::move(socket), std::move(channel), std::move(name));
  const PeerSession* running = session.get();
  OneShot<bool> handshake(executor_);
  SessionEntry& entry = adopt(std::move(session));
  entry.handshake = &handshake;
  run_session(entry);
  // The handshake has a deadline of its own: it ends, one way or the other.
  const auto established = co_await handshake.wait_until(TimePoint::max());
  if (!established || !*established) co_return Error{Errc::closed, to_string(address)};
  const auto alive = [running](const SessionEntry& one) { return one.session.get() == running; };
  if (std::ranges::none_of(sessions_, alive)) co_return Error{Errc::closed, to_string(address)};
  for (Given& given : given_) {
    if (given.address.text() == running->dialled()) given.device = running->device();
  }
  if (running->device() != device_.keys.id()) addresses_.reached(running->device(), address);
  options_.on_change();
  co_return std::optional<Error>();
}

}  // namespace lansync
