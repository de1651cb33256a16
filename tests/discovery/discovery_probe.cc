// A device that only discovers: announces itself and prints what it sees, for the end-to-end tests.
//
//   discovery_probe automatic|daemon|embedded TAG PORT NONCE
//
// Prints one JSON object a line. Reads one command a line: "invite on", "invite off", "port N",
// "rescan", "state" (answered by an object with a state and a problem). Ends at the end of its
// input.
#include <cstdint>
#include <iostream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "discovery/mdns_discovery.h"

namespace {

using lansync::Announcement;
using lansync::MdnsOptions;
using lansync::Sighting;

// Lines come from the main thread and the discovery thread.
class JsonLines {
 public:
  void write(const nlohmann::json& object) {
    const std::lock_guard lock(mutex_);
    std::cout << object.dump() << std::endl;
  }

 private:
  std::mutex mutex_;
};

nlohmann::json to_json(const Sighting& sighting) {
  nlohmann::json addresses = nlohmann::json::array();
  for (const lansync::PeerAddress& address : sighting.addresses) {
    addresses.push_back({{"ip", address.ip}, {"port", address.port}});
  }
  return {{"event", "sighting"},         {"instance", sighting.instance},
          {"tag", sighting.device_tag},  {"nonce", sighting.boot_nonce},
          {"version", sighting.version}, {"invitation", sighting.invitation_open},
          {"gone", sighting.gone},       {"addresses", addresses}};
}

std::optional<MdnsOptions::Responder> responder_of(const std::string& name) {
  if (name == "automatic") return MdnsOptions::Responder::automatic;
  if (name == "daemon") return MdnsOptions::Responder::daemon;
  if (name == "embedded") return MdnsOptions::Responder::embedded;
  return std::nullopt;
}

void obey(const std::string& line, Announcement& announcement, lansync::Discovery& discovery,
          JsonLines& out) {
  std::istringstream words(line);
  std::string verb;
  std::string object;
  words >> verb >> object;
  if (verb == "state") {
    const auto problem = discovery.problem();
    out.write({{"event", "state"},
               {"state", discovery.state()},
               {"problem", problem ? problem->text : ""}});
  } else if (verb == "rescan") {
    discovery.rescan();
  } else if (verb == "invite") {
    announcement.invitation_open = object == "on";
    discovery.announce(announcement);
  } else if (verb == "port") {
    announcement.port = static_cast<std::uint16_t>(std::stoul(object));
    discovery.announce(announcement);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto responder = argc == 5 ? responder_of(argv[1]) : std::nullopt;
  if (!responder) {
    std::cerr << "usage: discovery_probe automatic|daemon|embedded TAG PORT NONCE\n";
    return 2;
  }
  Announcement announcement{.port = static_cast<std::uint16_t>(std::stoul(argv[3])),
                            .device_tag = argv[2],
                            .boot_nonce = argv[4]};

  JsonLines out;
  lansync::MdnsDiscovery discovery(
      {.responder = *responder,
       .log = [&out](const std::string& line) { out.write({{"event", "log"}, {"line", line}}); }});
  discovery.announce(announcement);
  const auto started =
      discovery.start([&out](const Sighting& sighting) { out.write(to_json(sighting)); });
  if (!started) {
    std::cerr << to_string(started.error()) << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) obey(line, announcement, discovery, out);
}
