#include "cli/daemon/share_registry.h"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/json.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {
namespace {

constexpr std::int64_t kFileVersion = 1;

Failure damaged(const std::filesystem::path& file) {
  return {ExitCode::integrity, "the list of shares is damaged", file.string(),
          "restore it from a backup, or move it away and join the folders again; your files are "
          "untouched"};
}

std::uint16_t port_from(const Json& json) {
  return static_cast<std::uint16_t>(whole_number(json.at("port"), 0, 65'535));
}

Bytes hex_bytes(const Json& json) { return from_hex(json.get<std::string>()).value(); }

SignedRecord record_from(const Json& json) { return decode_signed_record(hex_bytes(json)).value(); }

// Throws (nlohmann's exceptions, bad_optional_access, bad_expected_access) on anything that is not
// what save() wrote.
ShareRegistry registry_from(const Json& json) {
  ShareRegistry registry;
  for (const Json& one : json.at("shares")) {
    RegisteredShare share;
    share.genesis = record_from(one.at("genesis"));
    share.id = share_id(share.genesis);
    share.path = one.at("path").get<std::string>();
    for (const Json& op : one.at("ops")) share.ops.push_back(record_from(op));
    registry.shares.emplace(share.id, std::move(share));
  }
  for (const Json& one : json.at("given")) {
    registry.given.push_back({one.at("host").get<std::string>(), port_from(one)});
  }
  for (const Json& one : json.at("remembered")) {
    auto& addresses = registry.remembered[DeviceId::from(hex_bytes(one.at("device"))).value()];
    for (const Json& address : one.at("addresses")) {
      addresses.push_back({address.at("ip").get<std::string>(), port_from(address)});
    }
  }
  return registry;
}

Json to_json(const ShareRegistry& registry) {
  Json shares = Json::array();
  for (const auto& [id, share] : registry.shares) {
    Json ops = Json::array();
    for (const SignedRecord& op : share.ops) ops.push_back(to_hex(encode(op)));
    shares.push_back({{"id", id.hex()},
                      {"path", share.path.string()},
                      {"genesis", to_hex(encode(share.genesis))},
                      {"ops", std::move(ops)}});
  }
  Json given = Json::array();
  for (const GivenAddress& address : registry.given) {
    given.push_back({{"host", address.host}, {"port", address.port}});
  }
  Json remembered = Json::array();
  for (const auto& [device, addresses] : registry.remembered) {
    Json list = Json::array();
    for (const SightedAddress& address : addresses) {
      list.push_back({{"ip", address.ip}, {"port", address.port}});
    }
    remembered.push_back({{"device", device.hex()}, {"addresses", std::move(list)}});
  }
  return {{"v", kFileVersion},
          {"shares", std::move(shares)},
          {"given", std::move(given)},
          {"remembered", std::move(remembered)}};
}

}  // namespace

Outcome<ShareRegistry> ShareRegistry::load(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) {
    if (!std::filesystem::exists(file)) return ShareRegistry();
    return failure_from_errno("cannot read the list of shares", file.string(), "");
  }
  std::ostringstream text;
  text << stream.rdbuf();
  try {
    const Json json = parse_json(text.str());
    (void)whole_number(json.at("v"), kFileVersion, kFileVersion);
    return registry_from(json);
  } catch (const std::exception&) {
    return damaged(file);
  }
}

Outcome<void> ShareRegistry::save(const std::filesystem::path& file) const {
  const std::string text = to_line(to_json(*this));
  const std::string fresh = file.string() + ".new";
  const auto failed = [&] {
    return failure_from_errno("cannot write the list of shares", file.string(), "");
  };
  {
    const UniqueFd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd.get() < 0) return failed();
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return failed();
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd.get()) != 0) return failed();
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return failed();
  const UniqueFd dir(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.get() < 0 || ::fsync(dir.get()) != 0) return failed();
  return {};
}

}  // namespace lansync::cli
