// The device on the network: who is connected to it, and to whom it wants to be.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/entropy.h"
#include "core/crypto/pairing.h"
#include "core/crypto/pairing_code.h"
#include "core/engine/dial_backoff.h"
#include "core/sync/grant.h"
#include "core/wire/chunk_data.h"
#include "transport/address_book.h"
#include "transport/dialer.h"
#include "transport/listener.h"
#include "transport/log_limiter.h"
#include "transport/one_shot.h"
#include "transport/peer_session.h"
#include "transport/share_host.h"

namespace lansync {

// An address that a person gave.
struct GivenAddress {
  std::string host;  // A name or a numeric address.
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const GivenAddress&, const GivenAddress&) = default;
};

// How it went with a given address lately.
struct GivenAddressState {
  GivenAddress address;
  std::optional<DeviceId> device;  // Who answered there last; it may be this device itself.
  bool connected = false;
  std::string problem;  // Empty while connected.
};

// How long Node::join() goes on.
struct JoinDeadlines {
  // When everybody who announces an invitation has been found: from then on it is an answer if all
  // of them refuse. An address that a person gave need not be waited for, and decides at once
  // unless somebody else announces an invitation.
  TimePoint refused;
  // The same, if nobody has announced one: the announcement may be on its way.
  TimePoint nobody;
  // Until when those that were found and cannot be reached are tried again.
  TimePoint unreachable;
};

// Routes between connections and shares. It decides nothing about shares; about connections:
//
//   - with every member of every share it wants exactly one. Both ends may dial: of two connections
//   that
//     cross, the one that the smaller device id dialled stays; an older one gives way to a newer
//     one;
//   - whoever is no member of anything within kStrangerTime is sent away;
//   - an address whose sessions end before kLastingTime is dialled less and less often;
//   - one invitation is open at a time.
//
// Confined to the network thread. stop(), then let the io_context run until the sessions have
// ended.
class Node final : public PeerSessionOwner {
 public:
  static constexpr std::chrono::seconds kStrangerTime{10};
  // Between two looks at whom to dial: at least, and at most, for what nobody tells it of.
  static constexpr std::chrono::milliseconds kDialInterval{250};
  static constexpr std::chrono::seconds kRestInterval{5};
  // How long the larger id leaves the dialling to the smaller one.
  static constexpr std::chrono::seconds kPoliteDelay{2};
  static constexpr std::size_t kDialsMax = 8;
  // How long a session lasts at least that was worth dialling. Whoever shakes hands and hangs up
  // would otherwise be dialled again at once, for ever. Long enough to keep them to 12 sessions a
  // minute if they wait for it; short against the wait after a few failures, lest a network that
  // works for moments only be punished.
  static constexpr std::chrono::seconds kLastingTime{5};
  // Devices that one code is tried with: each of them may guess once what it is.
  static constexpr std::size_t kInvitersTriedMax = 20;

  struct Options {
    std::string device_name;
    std::function<void(const std::string& line)> log;
    // The announcement, the members or the addresses changed.
    std::function<void()> on_change;
  };
  struct InvitationState {
    ShareId share;
    Role role = Role::editor;
    bool open = false;
    std::optional<DeviceId> taken_by;
  };

  // `device`, `entropy` and `pool` outlive it.
  Node(asio::any_io_executor executor, const LocalDevice& device, WorkerPool& pool,
       Options options);
  ~Node() override;

  // Errors: Listener::open()'s.
  Result<void> listen(const ListenOptions& options);
  [[nodiscard]] std::optional<std::uint16_t> port() const;
  void start();
  void stop();

  // --- Shares ---
  ShareHost& add_share(ShareHost::Parts parts);
  // Ends the sessions with the share's members. A session greets once for each share: in one that
  // went on, they would say nothing to the share if it were added again. Other shares that they
  // have together with us go on in the next session.
  void remove_share(const ShareId& share);
  [[nodiscard]] ShareHost* share(const ShareId& share);

  // --- Addresses ---
  void sighted(const std::string& instance, Sighted what);
  void gone(const std::string& instance) { addresses_.gone(instance); }
  void give_address(const GivenAddress& address);
  // The address is not dialled any more, neither as one that a person gave nor as one where a
  // device was reached by it. A session that is up stays. False if nobody gave this address.
  bool forget_address(const GivenAddress& address);
  [[nodiscard]] std::vector<GivenAddressState> given_addresses() const;
  [[nodiscard]] const AddressBook& addresses() const { return addresses_; }
  void remember(const DeviceId& device, const SightedAddress& address) {
    addresses_.reached(device, address);
  }

  // --- Pairing ---
  // Opens an invitation, in the place of one that is open.
  PairingCode invite(const ShareId& share, Role role, Duration lifetime);
  [[nodiscard]] bool invitation_open() const;
  [[nodiscard]] InvitationState invitation(const ShareId& share) const;
  // Looks for whoever has an invitation for this code, and becomes a member: asks the given
  // addresses, and then everybody who announces one, in random order; each once, and no more than
  // kInvitersTriedMax that answer.
  //
  // Errors: not_found (nobody has an open invitation); not_authentic (a wrong code), expired,
  // refused or busy, as somebody answered; what kept the last one that was found from being asked.
  asio::awaitable<Result<Grant>> join(PairingCode code, JoinDeadlines until);

  // --- People ---
  [[nodiscard]] const PeerSession* session(const DeviceId& device) const;
  // Whether a member is being dialled, or was sighted a moment ago and is about to be.
  [[nodiscard]] bool expects_somebody() const;
  // Members came or went: dials them, and ends the sessions with a device that shares nothing with
  // us any more.
  void recheck_members();
  // When it looks next for whom to dial, if nothing happens before. Who is at rest is to sleep.
  [[nodiscard]] TimePoint next_look(TimePoint now) const;

 private:
  // Shared with the coroutine that dials it, which may outlive its place in the list.
  struct Given {
    GivenAddress address;
    std::optional<DeviceId> device;
    std::optional<SightedAddress> reached;  // Where that device was; of a name, what it meant.
    std::string problem;
    bool dialling = false;
    bool forgotten = false;
  };
  struct OpenInvitation {
    ShareId share;
    Role role = Role::editor;
    TimePoint expires;
    std::unique_ptr<Invitation> invitation;
    std::optional<DeviceId> taken_by;
  };
  // What a pairing session of ours, as joiner, leads to.
  struct Joining {
    PairingJoiner joiner;
    OneShot<Result<Grant>>* outcome;
  };
  // Somebody to try a code with.
  struct Inviter {
    std::string name;  // The instance, or the given address.
    std::vector<SightedAddress> addresses;
    std::optional<GivenAddress> given;
    bool announced = true;  // That it has an invitation, or a person said so.
  };
  // What a join has come to so far.
  struct JoinSearch {
    std::set<std::string> asked;     // In this round: instances, given addresses.
    std::set<std::string> answered;  // Of them, in any round.
    // Who they have proven to be. What an announcement says of its device proves nothing, and
    // anybody can announce somebody else's address.
    std::set<DeviceId> devices;
    std::optional<DeviceId> device;  // Who is being asked, once that is proven.
    std::size_t answers = 0;
    std::optional<Error> refusal;    // The answer that tells most.
    std::optional<Error> unreached;  // In this round.
    bool decided = false;
    bool everybody = false;  // This round asks those that announce no invitation, too.
  };
  struct SessionEntry {
    std::unique_ptr<PeerSession> session;
    TimePoint since{};
    std::unique_ptr<PairingInviter> inviter;
    std::unique_ptr<Joining> joining;
    OneShot<Result<DeviceId>>* handshake = nullptr;  // Told who answered, for whoever dialled.
    OneShot<Result<Grant>>* outcome = nullptr;       // Until the joining begins.
    const PairingCode* code = nullptr;
    JoinSearch* search = nullptr;  // Lives as long as the outcome.
  };
  using Sessions = std::list<SessionEntry>;

  // PeerSessionOwner.
  void on_session_established(PeerSession& session) override;
  void on_share_message(PeerSession& session, Message message) override;
  void on_chunk_data(PeerSession& session, const ChunkData& header, ByteView data) override;
  void on_pairing_message(PeerSession& session, ByteView message) override;
  void on_session_drained(PeerSession& session) override;
  void on_session_closed(PeerSession& session, const Error& error) override;

  SessionEntry& entry_of(const PeerSession& session);
  SessionEntry& adopt(std::unique_ptr<PeerSession> session);
  void accept(asio::ip::tcp::socket socket, HalfOpenTicket ticket);
  void run_session(SessionEntry& entry);
  void adopt_peer(PeerSession& session);
  void drop_peer(PeerSession& session);
  [[nodiscard]] bool has_lasted(const PeerSession& session);
  [[nodiscard]] bool displaces(const PeerSession& newer, const SessionEntry& older) const;

  void begin_joining(SessionEntry& entry);
  void begin_inviting(SessionEntry& entry);
  void resume_inviter(SessionEntry& entry, ByteView message);
  void resume_joiner(SessionEntry& entry, ByteView message);
  Result<Bytes> grant_to(const DeviceId& device, ByteView description);
  asio::awaitable<Result<Grant>> join_at(SightedAddress address, const PairingCode& code,
                                         JoinSearch& search, TimePoint deadline);
  asio::awaitable<Result<Grant>> ask_inviter(Inviter inviter, const PairingCode& code,
                                             JoinSearch& search, TimePoint deadline);
  [[nodiscard]] std::optional<Inviter> next_inviter(JoinSearch& search) const;
  [[nodiscard]] std::optional<Inviter> draw_inviter(JoinSearch& search, bool announced) const;
  asio::awaitable<std::vector<SightedAddress>> resolve(GivenAddress address);

  asio::awaitable<void> dial_loop();
  void dial_what_is_due();
  void start_dial(DeviceId device, std::vector<SightedAddress> candidates);
  asio::awaitable<void> dial_device(DeviceId device, std::vector<SightedAddress> candidates);
  asio::awaitable<void> dial_given(std::shared_ptr<Given> given);
  asio::awaitable<Result<DeviceId>> dial_once(SightedAddress address, std::string name,
                                              std::optional<DeviceId> expected);
  // Once for each attempt: of a session that ended at once, whoever dialled hears, too.
  void note_failure(const std::string& dialled);
  // `device` answered at `address`, which was dialled by this name.
  void note_answer(const std::string& name, const SightedAddress& address, const DeviceId& device);
  [[nodiscard]] std::shared_ptr<Given> find_given(const GivenAddress& address) const;
  [[nodiscard]] bool is_connected(const Given& given) const;
  // From when on a device is dialled by us, and not we by it.
  [[nodiscard]] TimePoint polite_until(const DeviceId& device, TimePoint wanted_since) const;
  void send_strangers_away();
  [[nodiscard]] bool is_stranger(const SessionEntry& entry) const;
  [[nodiscard]] std::set<DeviceId> wanted() const;
  [[nodiscard]] bool is_member_anywhere(const DeviceId& device) const;
  ChannelOptions channel_options(std::optional<DeviceId> expected) const;
  [[nodiscard]] std::optional<CipherSuite> suite_for(const std::string& dialled) const;
  // A line about a connection with this device, which it can cause as often as it likes.
  void log_about(const DeviceId& device, const std::string& line);
  void spawn(asio::awaitable<void> task);

  asio::any_io_executor executor_;
  const LocalDevice& device_;
  WorkerPool& pool_;
  const Options options_;
  std::unique_ptr<Listener> listener_;
  AddressBook addresses_;
  DialBackoff backoff_;
  std::vector<std::shared_ptr<Given>> given_;
  // Addresses that refused our suite, and the one to try there instead.
  std::map<std::string, CipherSuite> suites_;
  std::map<DeviceId, LogLimiter> member_logs_;
  LogLimiter stranger_log_;  // One for all: a stranger has as many ids as it wants.
  std::map<DeviceId, TimePoint> wanted_since_;
  std::set<DeviceId> dialling_;
  std::map<ShareId, std::unique_ptr<ShareHost>> shares_;
  Sessions sessions_;
  std::map<DeviceId, PeerSession*> by_device_;
  std::optional<OpenInvitation> invitation_;
  Notifier dial_now_;
  bool stopping_ = false;
  std::size_t tasks_ = 0;
};

}  // namespace lansync
