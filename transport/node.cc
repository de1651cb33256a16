#include "transport/node.h"

#include <algorithm>

namespace lansync {
namespace {

constexpr std::size_t kSuitesMax = 1024;

}  // namespace

Node::Node(asio::any_io_executor executor, const LocalDevice& device, WorkerPool& pool,
           Options options)
    : executor_(executor),
      device_(device),
      pool_(pool),
      options_(std::move(options)),
      backoff_(load_be<std::uint64_t>(device.keys.id().view())),
      stranger_log_(options_.log),
      dial_now_(executor) {}

Node::~Node() = default;

Result<void> Node::listen(const ListenOptions& options) {
  auto opened = Listener::open(
      executor_, options,
      [this](asio::ip::tcp::socket socket, HalfOpenTicket ticket) {
        accept(std::move(socket), std::move(ticket));
      },
      [this](const std::string& line) { options_.log(line); });
  if (!opened) return std::move(opened).error();
  listener_ = *std::move(opened);
  spawn(listener_->run());
  return {};
}

std::optional<std::uint16_t> Node::port() const {
  if (!listener_) return std::nullopt;
  return listener_->endpoint().port();
}

void Node::start() { spawn(dial_loop()); }

void Node::stop() {
  stopping_ = true;
  if (listener_) listener_->stop();
  dial_now_.notify();
  for (SessionEntry& entry : sessions_) entry.session->close(Errc::closed);
  shares_.clear();
}

// The one place where coroutines begin that nobody waits for; they end before the node does.
void Node::spawn(asio::awaitable<void> task) {
  ++tasks_;
  asio::co_spawn(executor_, std::move(task), [this](std::exception_ptr failure) {
    --tasks_;
    if (failure) std::rethrow_exception(failure);
  });
}

// --- Shares -------------------------------------------------------------------------------------

ShareHost& Node::add_share(ShareHost::Parts parts) {
  auto host = std::make_unique<ShareHost>(executor_, pool_, std::move(parts), options_.on_change);
  const ShareId id = host->id();
  ShareHost& added = *(shares_[id] = std::move(host));
  added.start();
  for (const auto& [device, session] : by_device_) added.add_peer(device, *session);
  dial_now_.notify();
  return added;
}

void Node::remove_share(const ShareId& share) {
  const auto removed = shares_.find(share);
  if (removed == shares_.end()) return;
  std::vector<PeerSession*> carried;
  for (const auto& [device, session] : by_device_) {
    if (removed->second->membership().member(device) != nullptr) carried.push_back(session);
  }
  shares_.erase(removed);
  if (invitation_ && invitation_->share == share) invitation_.reset();
  for (PeerSession* session : carried) {
    log_about(session->device(), "ending the connection with " + short_name(session->device()) +
                                     ": a share was closed");
    drop_peer(*session);
    session->close(Errc::closed);
  }
  recheck_members();
}

ShareHost* Node::share(const ShareId& share) {
  const auto found = shares_.find(share);
  return found == shares_.end() ? nullptr : found->second.get();
}

bool Node::is_member_anywhere(const DeviceId& device) const {
  return std::ranges::any_of(shares_, [&](const auto& entry) {
    return entry.second->membership().member(device) != nullptr;
  });
}

std::set<DeviceId> Node::wanted() const {
  std::set<DeviceId> devices;
  for (const auto& [id, host] : shares_) {
    for (const auto& [device, member] : host->membership().members()) {
      if (!member.removed && device != device_.keys.id()) devices.insert(device);
    }
  }
  return devices;
}

void Node::recheck_members() { dial_now_.notify(); }

// --- Sessions -----------------------------------------------------------------------------------

ChannelOptions Node::channel_options(std::optional<DeviceId> expected) const {
  ChannelOptions options;
  options.purposes = {Purpose::sync, Purpose::pair};
  // Whoever dials a member shows itself to that member only. Strangers may come: a device that
  // joined through somebody else proves it right after, or is sent away.
  options.accept_peer = [expected](Purpose, const DeviceId& device) {
    return !expected || *expected == device;
  };
  return options;
}

std::optional<CipherSuite> Node::suite_for(const std::string& dialled) const {
  const auto known = suites_.find(dialled);
  if (known == suites_.end()) return std::nullopt;
  return known->second;
}

void Node::accept(asio::ip::tcp::socket socket, HalfOpenTicket ticket) {
  if (stopping_) return;
  auto channel = SecureChannel::respond(device_, channel_options(std::nullopt), ShareHost::now());
  auto session = std::make_unique<PeerSession>(*this, std::move(socket), std::move(channel),
                                               std::string(), std::move(ticket));
  run_session(adopt(std::move(session)));
}

Node::SessionEntry& Node::adopt(std::unique_ptr<PeerSession> session) {
  SessionEntry entry;
  entry.session = std::move(session);
  entry.since = Clock::now();
  return sessions_.emplace_back(std::move(entry));
}

void Node::run_session(SessionEntry& entry) {
  PeerSession* session = entry.session.get();
  ++tasks_;
  asio::co_spawn(executor_, session->run(), [this, session](std::exception_ptr failure) {
    --tasks_;
    std::erase_if(sessions_, [&](const SessionEntry& one) { return one.session.get() == session; });
    dial_now_.notify();
    if (failure) std::rethrow_exception(failure);
  });
}

Node::SessionEntry& Node::entry_of(const PeerSession& session) {
  return *std::ranges::find_if(
      sessions_, [&](const SessionEntry& entry) { return entry.session.get() == &session; });
}

void Node::on_session_established(PeerSession& session) {
  SessionEntry& entry = entry_of(session);
  entry.since = Clock::now();
  dial_now_.notify();
  if (entry.handshake != nullptr) std::exchange(entry.handshake, nullptr)->set(session.device());
  if (session.purpose() == Purpose::pair) {
    // A person's doing, and no reason to come back.
    if (session.initiated()) backoff_.handle_success(session.dialled());
    return session.initiated() ? begin_joining(entry) : begin_inviting(entry);
  }
  adopt_peer(session);
}

bool Node::displaces(const PeerSession& newer, const SessionEntry& older) const {
  const bool own_is_smaller = device_.keys.id() < newer.device();
  const bool crossing = newer.initiated() != older.session->initiated() &&
                        older.since + std::chrono::seconds(3) > Clock::now();
  return !crossing || newer.initiated() == own_is_smaller;
}

void Node::adopt_peer(PeerSession& session) {
  const DeviceId device = session.device();
  if (const auto known = by_device_.find(device); known != by_device_.end()) {
    PeerSession& other = *known->second;
    if (!displaces(session, entry_of(other))) return session.close(Errc::busy);
    drop_peer(other);
    other.close(Errc::busy);
  }
  by_device_[device] = &session;
  log_about(device, "connected to " + short_name(device) + " at " + session.address());
  for (const auto& [id, host] : shares_) host->add_peer(device, session);
  options_.on_change();
}

bool Node::has_lasted(const PeerSession& session) {
  return entry_of(session).since + kLastingTime <= Clock::now();
}

void Node::drop_peer(PeerSession& session) {
  const auto known = by_device_.find(session.device());
  if (known == by_device_.end() || known->second != &session) return;
  by_device_.erase(known);
  if (!session.dialled().empty() && has_lasted(session)) {
    backoff_.handle_success(session.dialled());
  }
  for (const auto& [id, host] : shares_) host->remove_peer(session.device());
}

void Node::on_share_message(PeerSession& session, Message message) {
  const auto known = by_device_.find(session.device());
  if (known == by_device_.end() || known->second != &session) return;
  const auto host = shares_.find(message.share);
  // A share that we do not have is nobody's business: no answer, no error.
  if (host == shares_.end()) return;
  const auto done = host->second->handle_message(session.device(), std::move(message.body));
  if (!done) session.abort(done.error());
}

void Node::on_chunk_data(PeerSession& session, const ChunkData& header, ByteView data) {
  const auto known = by_device_.find(session.device());
  if (known == by_device_.end() || known->second != &session) return;
  const auto host = shares_.find(header.share);
  if (host == shares_.end()) return;
  const auto done = host->second->handle_chunk(session.device(), header, data);
  if (!done) session.abort(done.error());
}

void Node::on_session_drained(PeerSession& session) {
  for (const auto& [id, host] : shares_) {
    if (session.established() && host->has_peer(session.device())) host->pump();
  }
}

void Node::on_session_closed(PeerSession& session, const Error& error) {
  SessionEntry& entry = entry_of(session);
  if (entry.handshake != nullptr) {
    std::exchange(entry.handshake, nullptr)
        ->set(session.met_itself() ? Result<DeviceId>(device_.keys.id()) : Result<DeviceId>(error));
  }
  if (const auto suite = session.alternative_suite();
      suite && suites_.size() < kSuitesMax && !session.dialled().empty()) {
    suites_[session.dialled()] = *suite;
    backoff_.handle_success(session.dialled());
  }
  // The reason for closing is the inviter's answer, if it gave no other.
  Error outcome = session.met_itself() ? Error{Errc::not_found, session.address()} : error;
  if (const auto reason = session.closed_by_peer()) outcome = {*reason, session.address()};
  if (entry.joining) entry.joining->outcome->set(outcome);
  if (entry.outcome != nullptr) entry.outcome->set(outcome);
  if (!session.dialled().empty() && error.code != make_error_code(Errc::closed)) {
    for (const auto& given : given_) {
      if (given->address.text() == session.dialled()) given->problem = error.code.message();
    }
  }
  const bool was_up =
      by_device_.size() > 0 &&
      std::ranges::any_of(by_device_, [&](const auto& one) { return one.second == &session; });
  if (!was_up) return;
  log_about(session.device(),
            "disconnected from " + short_name(session.device()) + ": " + to_string(error));
  // One that gave way to another, or that we ended, says nothing about the address.
  if (!session.dialled().empty() && !has_lasted(session)) note_failure(session.dialled());
  drop_peer(session);
  options_.on_change();
}

void Node::log_about(const DeviceId& device, const std::string& line) {
  LogLimiter& log = is_member_anywhere(device)
                        ? member_logs_.try_emplace(device, options_.log).first->second
                        : stranger_log_;
  log.handle_line(line, Clock::now());
}

const PeerSession* Node::session(const DeviceId& device) const {
  const auto found = by_device_.find(device);
  return found == by_device_.end() ? nullptr : found->second;
}

bool Node::is_stranger(const SessionEntry& entry) const {
  const PeerSession& session = *entry.session;
  return session.established() &&
         (session.purpose() == Purpose::pair || !is_member_anywhere(session.device()));
}

void Node::send_strangers_away() {
  for (const SessionEntry& entry : sessions_) {
    const bool long_enough = entry.since + kStrangerTime < Clock::now();
    if (long_enough && is_stranger(entry)) entry.session->close(Errc::refused);
  }
}

}  // namespace lansync
