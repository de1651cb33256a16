#include "transport/node.h"

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// How long a test waits for what must come; one that gets this far has failed.
constexpr auto kPatience = 30s;

// A device with a node, a pool and, once it has one, a share in memory.
class Device {
 public:
  Device(asio::io_context& context, const std::string& name, std::uint64_t seed)
      : entropy_(seed),
        keys_(DeviceKeys::generate(entropy_)),
        local_{.keys = keys_,
               .entropy = entropy_,
               .certificate = keys_.certify(ShareHost::now().wall),
               .suites = supported_suites(),
               .software_version = "test"},
        pool_(context.get_executor(), {.threads_max = 1, .jobs_max = 64}) {
    Node::Options options;
    options.device_name = name;
    options.log = [this](const std::string& line) { log.push_back(line); };
    options.on_change = [] {};
    node.emplace(context.get_executor(), local_, pool_, std::move(options));
    ListenOptions listen;
    listen.address = "127.0.0.1";
    REQUIRE(node->listen(std::move(listen)));
    node->start();
  }

  Sign sign() {
    return [this](std::string_view context, ByteView body) {
      return to_bytes(keys_.sign(context, body).view());
    };
  }

  ShareHost& found_share() {
    Genesis genesis;
    entropy_.fill(genesis.nonce);
    genesis.name = "Share";
    genesis.creator = keys_.id();
    genesis.creator_name = "founder";
    return host(*Membership::found(sign_genesis(genesis, sign())));
  }

  ShareHost& enter_share(const Grant& grant) {
    auto membership = *Membership::found(grant.genesis);
    for (const SignedRecord& op : grant.ops) REQUIRE(membership.add(op));
    return host(std::move(membership));
  }

  Sighted sighting() {
    return {device_tag(keys_.id()), node->invitation_open(), {{"127.0.0.1", *node->port()}}};
  }

  [[nodiscard]] const DeviceId& id() const { return keys_.id(); }

  std::shared_ptr<MemoryFileSystem> files = std::make_shared<MemoryFileSystem>();
  std::vector<std::string> log;
  std::optional<Node> node;

 private:
  ShareHost& host(Membership membership) {
    files->set_root_identity({1, 1, membership.share().hex()});
    ShareHost::Parts parts;
    parts.file_system = files;
    parts.index = std::make_unique<MemoryIndex>();
    parts.membership = std::make_unique<Membership>(std::move(membership));
    parts.config = {.self = {keys_.id(), 1},
                    .device_name = "device",
                    .sign = sign(),
                    .root = *files->root_identity()};
    return node->add_share(std::move(parts));
  }

  SeededEntropy entropy_;
  DeviceKeys keys_;
  LocalDevice local_;
  WorkerPool pool_;
};

// Devices on one network thread; whatever is sighted is told by hand.
class Network {
 public:
  Network() : anna(context_, "anna", 1), ben(context_, "ben", 2) {}
  ~Network() {
    anna.node->stop();
    ben.node->stop();
    context_.run();
  }

  void introduce() {
    anna.node->sighted("ben", ben.sighting());
    ben.node->sighted("anna", anna.sighting());
  }

  bool run_until(const std::function<bool()>& reached) {
    const TimePoint end = Clock::now() + kPatience;
    while (!reached() && Clock::now() < end) context_.run_one_for(100ms);
    return reached();
  }

  Result<Grant> join(Device& device, const PairingCode& code) {
    std::optional<Result<Grant>> outcome;
    asio::co_spawn(
        context_, device.node->join(code, Clock::now() + 10s),
        [&](const std::exception_ptr&, Result<Grant> grant) { outcome = std::move(grant); });
    REQUIRE(run_until([&] { return outcome.has_value(); }));
    return *std::move(outcome);
  }

 private:
  asio::io_context context_{1};

 public:
  Device anna;
  Device ben;
};

TEST_CASE("A device that has the code becomes a member and gets the files", "[node]") {
  Network network;
  network.anna.files->user_write("hello", "hello");
  ShareHost& share = network.anna.found_share();
  const PairingCode code = network.anna.node->invite(share.id(), Role::editor, 10min);
  network.introduce();
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  CHECK(share.membership().member(network.ben.id()) != nullptr);
  CHECK_FALSE(network.anna.node->invitation_open());

  network.ben.enter_share(*grant);
  REQUIRE(network.run_until([&] { return network.ben.files->snapshot().contains("hello"); }));
  CHECK(network.ben.files->snapshot().at("hello").content == "hello");
  // Both may have dialled: one session is left.
  REQUIRE(network.run_until([&] {
    return network.anna.node->session(network.ben.id()) != nullptr &&
           network.ben.node->session(network.anna.id()) != nullptr;
  }));
}

TEST_CASE("A wrong code makes nobody a member and costs an attempt", "[node]") {
  Network network;
  ShareHost& share = network.anna.found_share();
  network.anna.node->invite(share.id(), Role::editor, 10min);
  network.introduce();
  SeededEntropy other(99);
  for (int attempt = 0; attempt < limits::kInvitationAttemptsMax; ++attempt) {
    const auto grant = network.join(network.ben, PairingCode::generate(other));
    REQUIRE_FALSE(grant);
    CHECK(grant.error().code == make_error_code(Errc::not_authentic));
  }
  CHECK_FALSE(network.anna.node->invitation_open());
  const auto sixth = network.join(network.ben, PairingCode::generate(other));
  REQUIRE_FALSE(sixth);
  CHECK(sixth.error().code == make_error_code(Errc::refused));
  CHECK(share.membership().members().size() == 1);
}

TEST_CASE("Without an invitation there is nobody to join", "[node]") {
  Network network;
  network.anna.found_share();
  network.introduce();
  SeededEntropy entropy(5);
  const auto grant = network.join(network.ben, PairingCode::generate(entropy));
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == make_error_code(Errc::not_found));
}

}  // namespace
}  // namespace lansync::test
