// Devices with nodes, on loopback.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/seeded_entropy.h"
#include "transport/node.h"

namespace lansync::test {

// How long a test waits for what must come; one that gets this far has failed.
inline constexpr std::chrono::seconds kPatience{30};

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
    REQUIRE(node->listen(listen));
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

  // Closes a share and opens it again with nothing but its files, as the device that `incarnation`
  // makes of it.
  ShareHost& reopen_share(const ShareId& share, std::uint64_t incarnation) {
    Membership membership = node->share(share)->membership();
    node->remove_share(share);
    return host(std::move(membership), incarnation);
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
  [[nodiscard]] std::size_t lines_with(std::string_view text) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        log, [&](const std::string& line) { return line.find(text) != line.npos; }));
  }
  [[nodiscard]] bool refused_somebody() const { return lines_with("pairing with") > 0; }

  std::shared_ptr<MemoryFileSystem> files = std::make_shared<MemoryFileSystem>();
  std::vector<std::string> log;
  std::optional<Node> node;

 private:
  ShareHost& host(Membership membership, std::uint64_t incarnation = 1) {
    files->set_root_identity({1, 1, membership.share().hex()});
    ShareHost::Parts parts;
    parts.file_system = files;
    parts.index = std::make_unique<MemoryIndex>();
    parts.membership = std::make_unique<Membership>(std::move(membership));
    parts.config = {.self = {keys_.id(), incarnation},
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
  Network() : anna(context_, "anna", 1), ben(context_, "ben", 2), carl(context_, "carl", 3) {}
  ~Network() {
    for (Device* device : {&anna, &ben, &carl}) device->node->stop();
    context_.run();
  }

  void introduce() {
    anna.node->sighted("ben", ben.sighting());
    ben.node->sighted("anna", anna.sighting());
  }

  // Where nobody listens.
  SightedAddress closed_port() {
    asio::ip::tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    return {"127.0.0.1", acceptor.local_endpoint().port()};
  }

  [[nodiscard]] asio::io_context& context() { return context_; }

  bool run_until(const std::function<bool()>& reached) {
    const TimePoint end = Clock::now() + kPatience;
    while (!reached() && Clock::now() < end) context_.run_one_for(std::chrono::milliseconds(100));
    return reached();
  }

  void begin_join(Device& device, const PairingCode& code, const JoinDeadlines& until) {
    outcome_.reset();
    asio::co_spawn(
        context_, device.node->join(code, until),
        [this](const std::exception_ptr&, Result<Grant> grant) { outcome_ = std::move(grant); });
  }

  Result<Grant> end_join() {
    REQUIRE(run_until([this] { return outcome_.has_value(); }));
    return *std::move(outcome_);
  }

  Result<Grant> join(Device& device, const PairingCode& code,
                     const JoinDeadlines& until = settled()) {
    begin_join(device, code, until);
    return end_join();
  }

  // All that can be found has been found; what was found may take its time.
  static JoinDeadlines settled() { return {{}, {}, never()}; }
  // Further than a test waits.
  static TimePoint never() { return Clock::now() + 2 * kPatience; }

 private:
  asio::io_context context_{1};
  std::optional<Result<Grant>> outcome_;

 public:
  Device anna;
  Device ben;
  Device carl;
};

}  // namespace lansync::test
