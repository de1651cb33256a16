// Sessions that end, and how they are begun anew.
#include <catch2/catch.hpp>

#include "tests/transport/loopback.h"
#include "tests/transport/node_network.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Whether this share has heard from a member in the session that is up, and that all is the same.
bool is_even_with(const ShareHost& share, const DeviceId& device) {
  const auto status = share.engine().status();
  return std::ranges::any_of(status.members, [&](const MemberStatus& one) {
    return one.member.device == device && one.in_sync;
  });
}

TEST_CASE("Members greet each other anew after a share was closed and opened again", "[node]") {
  Network network;
  network.anna.files->user_write("hello", "hello");
  ShareHost& annas = network.anna.found_share();
  const ShareId id = annas.id();
  const PairingCode code = network.anna.node->invite(id, Role::editor, 10min);
  network.introduce();
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  ShareHost& bens = network.ben.enter_share(*grant);
  const auto settled = [&](const ShareHost& share) {
    return is_even_with(share, network.ben.id()) && is_even_with(bens, network.anna.id());
  };
  REQUIRE(network.run_until([&] { return settled(annas); }));

  // From here on Ben has nothing to say of his own accord.
  const ShareHost& reopened = network.anna.reopen_share(id, 2);
  REQUIRE_FALSE(is_even_with(reopened, network.ben.id()));
  CHECK(network.run_until([&] { return settled(reopened); }));
}

// Shakes hands with everybody who calls, and with whoever it calls, and hangs up at once.
class Quitter {
 public:
  explicit Quitter(asio::io_context& context)
      : context_(context), acceptor_(context, {asio::ip::address_v4::any(), 0}) {
    device_.local.certificate = device_.keys.certify(ShareHost::now().wall);
    accept();
  }
  // What it began must come to its end before it goes.
  ~Quitter() {
    acceptor_.close();
    for (const auto& side : sides_) side->connection.abort({Errc::cancelled, "test"});
    const auto finished = [](const auto& side) { return side->finished; };
    while (!std::ranges::all_of(sides_, finished)) context_.run_one();
  }
  Quitter(const Quitter&) = delete;
  Quitter& operator=(const Quitter&) = delete;

  [[nodiscard]] GivenAddress address() const {
    return {"127.0.0.1", acceptor_.local_endpoint().port()};
  }

  void call(std::uint16_t port) {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), port});
    begin(std::move(socket),
          SecureChannel::initiate(device_.local, Purpose::sync, open_options(), ShareHost::now()));
  }

  // When it hung up.
  std::vector<TimePoint> ends;

 private:
  void accept() {
    acceptor_.async_accept([this](const asio::error_code& failure, tcp::socket socket) {
      if (failure) return;
      begin(std::move(socket),
            SecureChannel::respond(device_.local, open_options(), ShareHost::now()));
      accept();
    });
  }

  void begin(tcp::socket socket, SecureChannel channel) {
    Side& side =
        *sides_.emplace_back(std::make_unique<Side>(std::move(socket), std::move(channel)));
    side.observer.established = [this](Connection& connection) {
      ends.push_back(Clock::now());
      connection.close(Errc::refused);
    };
    side.start();
  }

  asio::io_context& context_;
  TestDevice device_{9};
  tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<Side>> sides_;
};

TEST_CASE("Whoever shakes hands and hangs up is called less and less often", "[node]") {
  Network network;
  Quitter quitter(network.context());
  network.anna.node->give_address(quitter.address());
  REQUIRE(network.run_until([&] { return quitter.ends.size() == 3; }));
  // At least half of the first wait, and half of the next one.
  CHECK(quitter.ends[2] - quitter.ends[0] >= DialBackoffOptions().delay_min * 3 / 2);
}

TEST_CASE("Whoever connects and hangs up again and again fills no log", "[node]") {
  Network network;
  Quitter quitter(network.context());
  for (std::size_t calls = 1; calls <= 3 * LogLimits().lines_max; ++calls) {
    quitter.call(*network.anna.node->port());
    REQUIRE(network.run_until([&] { return quitter.ends.size() == calls; }));
  }
  CHECK(network.anna.lines_with("connected ") > 0);
  CHECK(network.anna.lines_with("connected ") <= LogLimits().lines_max);
}

// Twice as many as a code is tried with, and then Anna, whose invitation is the true one.
void hide_behind_false_inviters(Network& network, const Quitter& quitter) {
  for (std::size_t number = 1; number <= 2 * Node::kInvitersTriedMax; ++number) {
    const std::string ip = "127.0.1." + std::to_string(number);
    network.ben.node->sighted("a liar at " + ip, {ip, true, {{ip, quitter.address().port}}});
  }
  network.ben.node->sighted("anna", network.anna.sighting());
}

TEST_CASE("No choice of names hides an invitation behind false ones", "[node]") {
  Network network;
  Quitter quitter(network.context());
  const ShareId id = network.anna.found_share().id();
  const PairingCode code = network.anna.node->invite(id, Role::editor, 10min);
  hide_behind_false_inviters(network, quitter);
  // Each time with a chance of about one in two: never, once in 2^60.
  bool found = false;
  for (int attempt = 0; attempt < 60 && !found; ++attempt) {
    quitter.ends.clear();
    found = network.join(network.ben, code).has_value();
    CHECK(quitter.ends.size() <= Node::kInvitersTriedMax);
  }
  CHECK(found);
}

TEST_CASE("Nobody hides an invitation by what it announces of itself", "[node]") {
  Network network;
  Quitter quitter(network.context());
  const ShareId id = network.anna.found_share().id();
  const SightedAddress liar{"127.0.0.1", quitter.address().port};
  // Who is asked first is drawn: never the liar, once in 2^20.
  for (int attempt = 0; attempt < 20; ++attempt) {
    const PairingCode code = network.anna.node->invite(id, Role::editor, 10min);
    const Sighted anna = network.anna.sighting();
    Sighted sighted{anna.device_tag, true, {liar}};
    if (attempt % 2 == 0) sighted = {"another", true, {liar, anna.addresses.front()}};
    network.ben.node->sighted("a liar", sighted);
    network.ben.node->sighted("anna", anna);
    CHECK(network.join(network.ben, code));
  }
  CHECK_FALSE(quitter.ends.empty());
}

TEST_CASE("An address that a person gave is not crowded out by false inviters", "[node]") {
  Network network;
  Quitter quitter(network.context());
  const ShareId id = network.anna.found_share().id();
  const PairingCode code = network.anna.node->invite(id, Role::editor, 10min);
  hide_behind_false_inviters(network, quitter);
  network.ben.node->give_address({"127.0.0.1", *network.anna.node->port()});
  CHECK(network.join(network.ben, code));
  CHECK(quitter.ends.empty());
}

}  // namespace
}  // namespace lansync::test
