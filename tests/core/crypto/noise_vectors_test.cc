// The handshake against other people's implementations: every public vector for its two protocols.
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/crypto/noise.h"
#include "tests/core/crypto/test_entropy.h"
#include "tests/core/crypto/vector_file.h"

namespace lansync {
namespace {

using test::unhex;

struct NoiseVector {
  std::string name;
  CipherSuite suite = CipherSuite::chacha20_poly1305;
  Bytes initiator_prologue;
  Bytes responder_prologue;
  Bytes initiator_static;
  Bytes responder_static;
  Bytes initiator_ephemeral;
  Bytes responder_ephemeral;
  std::optional<Bytes> handshake_hash;
  // Who speaks first once the handshake is over.
  bool initiator_continues = false;
  struct Message {
    Bytes payload;
    Bytes sealed;
  };
  std::vector<Message> messages;
};

std::optional<CipherSuite> suite_of(const std::string& protocol) {
  if (protocol == "Noise_XX_25519_ChaChaPoly_SHA256") return CipherSuite::chacha20_poly1305;
  if (protocol == "Noise_XX_25519_AESGCM_SHA256") return CipherSuite::aes256_gcm;
  return std::nullopt;
}

NoiseKeyPair keys_of(const Bytes& secret) {
  return NoiseKeyPair::from_secret(Secret<32>(ByteView(secret).first<32>()));
}

NoiseHandshake side_of(const NoiseVector& vector, NoiseRole role) {
  const bool initiator = role == NoiseRole::initiator;
  test::ScriptedEntropy ephemeral(initiator ? vector.initiator_ephemeral
                                            : vector.responder_ephemeral);
  return {vector.suite, role, initiator ? vector.initiator_prologue : vector.responder_prologue,
          keys_of(initiator ? vector.initiator_static : vector.responder_static), ephemeral};
}

Bytes seal_message(CipherState& state, const Bytes& payload) {
  MessageCipher cipher;
  Bytes text = payload;
  AeadTag tag;
  REQUIRE(state.seal(cipher, {}, text, tag));
  append(text, tag);
  return text;
}

Bytes open_message(CipherState& state, const Bytes& sealed) {
  MessageCipher cipher;
  Bytes text = sealed;
  const auto tag = std::span(sealed).last<kAeadTagBytes>();
  text.resize(text.size() - kAeadTagBytes);
  REQUIRE(state.open(cipher, {}, text, tag));
  return text;
}

void check_transport(const NoiseVector& vector, NoiseSession initiator, NoiseSession responder) {
  // The handshake has an odd number of messages: in turn, the responder would go on.
  bool initiators_turn = vector.initiator_continues;
  for (std::size_t i = 3; i < vector.messages.size(); ++i) {
    NoiseSession& sender = initiators_turn ? initiator : responder;
    NoiseSession& receiver = initiators_turn ? responder : initiator;
    REQUIRE(seal_message(sender.send, vector.messages[i].payload) == vector.messages[i].sealed);
    REQUIRE(open_message(receiver.receive, vector.messages[i].sealed) ==
            vector.messages[i].payload);
    initiators_turn = !initiators_turn;
  }
}

void check_vector(const NoiseVector& vector) {
  INFO(vector.name);
  REQUIRE(vector.messages.size() >= 5);
  auto initiator = side_of(vector, NoiseRole::initiator);
  auto responder = side_of(vector, NoiseRole::responder);
  for (std::size_t i = 0; i < 3; ++i) {
    NoiseHandshake& writer = i % 2 == 0 ? initiator : responder;
    NoiseHandshake& reader = i % 2 == 0 ? responder : initiator;
    REQUIRE(writer.our_turn());
    REQUIRE_FALSE(reader.our_turn());
    const auto message = writer.write_message(vector.messages[i].payload);
    REQUIRE(message);
    REQUIRE(*message == vector.messages[i].sealed);
    const auto payload = reader.read_message(vector.messages[i].sealed);
    REQUIRE(payload);
    REQUIRE(*payload == vector.messages[i].payload);
  }
  auto initiator_session = initiator.split();
  auto responder_session = responder.split();
  REQUIRE(initiator_session);
  REQUIRE(responder_session);
  REQUIRE(initiator_session->hash == responder_session->hash);
  if (vector.handshake_hash) {
    REQUIRE(to_bytes(initiator_session->hash.view()) == *vector.handshake_hash);
  }
  REQUIRE(initiator_session->remote_key == keys_of(vector.responder_static).public_key);
  REQUIRE(responder_session->remote_key == keys_of(vector.initiator_static).public_key);
  check_transport(vector, *std::move(initiator_session), *std::move(responder_session));
}

NoiseVector from_json(const nlohmann::json& json) {
  NoiseVector vector;
  vector.name = json.at("source");
  vector.suite = *suite_of(json.at("protocol_name"));
  const auto field = [&](const char* name) { return unhex(json.value(name, "")); };
  vector.initiator_prologue = field("init_prologue");
  vector.responder_prologue = field("resp_prologue");
  vector.initiator_static = field("init_static");
  vector.responder_static = field("resp_static");
  vector.initiator_ephemeral = field("init_ephemeral");
  vector.responder_ephemeral = field("resp_ephemeral");
  if (json.contains("handshake_hash")) vector.handshake_hash = field("handshake_hash");
  vector.initiator_continues = json.at("transport_starts_with_initiator");
  for (const auto& message : json.at("messages")) {
    vector.messages.push_back({unhex(message.at("payload")), unhex(message.at("ciphertext"))});
  }
  return vector;
}

using Fields = std::map<std::string, std::string>;

NoiseVector from_fields(Fields& fields) {
  NoiseVector vector;
  vector.name = fields["handshake"];
  vector.suite = *suite_of(fields["handshake"]);
  vector.initiator_prologue = vector.responder_prologue = unhex(fields["prologue"]);
  vector.initiator_static = unhex(fields["init_static"]);
  vector.responder_static = unhex(fields["resp_static"]);
  vector.initiator_ephemeral = unhex(fields["gen_init_ephemeral"]);
  vector.responder_ephemeral = unhex(fields["gen_resp_ephemeral"]);
  vector.initiator_continues = true;
  for (int i = 0; fields.contains("msg_" + std::to_string(i) + "_ciphertext"); ++i) {
    const std::string prefix = "msg_" + std::to_string(i);
    vector.messages.push_back(
        {unhex(fields[prefix + "_payload"]), unhex(fields[prefix + "_ciphertext"])});
  }
  return vector;
}

// Blocks of key=value lines with an empty line between them.
std::vector<Fields> parse_blocks(std::istream& input) {
  std::vector<Fields> blocks(1);
  std::string line;
  while (std::getline(input, line)) {
    const std::size_t equals = line.find('=');
    if (line.empty()) {
      blocks.emplace_back();
    } else if (equals != std::string::npos) {
      blocks.back()[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  return blocks;
}

TEST_CASE("The handshake agrees with the vectors of four other implementations") {
  int with_hash = 0;
  std::map<CipherSuite, int> checked;
  const auto vectors = test::load_vectors("noise_xx.json");
  for (const auto& json : vectors.at("vectors")) {
    const NoiseVector vector = from_json(json);
    check_vector(vector);
    ++checked[vector.suite];
    if (vector.handshake_hash) ++with_hash;
  }
  CHECK(checked[CipherSuite::chacha20_poly1305] >= 7);
  CHECK(checked[CipherSuite::aes256_gcm] >= 7);
  CHECK(with_hash >= 2);
}

TEST_CASE("The handshake agrees with the vectors that the distribution ships") {
  std::ifstream file(LANSYNC_FLYNN_NOISE_VECTORS);
  INFO(LANSYNC_FLYNN_NOISE_VECTORS
       " is from Debian's golang-github-flynn-noise-dev; the CMake variable "
       "LANSYNC_FLYNN_NOISE_VECTORS says where it is");
  REQUIRE(file);
  std::map<CipherSuite, int> checked;
  for (Fields& fields : parse_blocks(file)) {
    const auto suite = suite_of(fields["handshake"]);
    if (!suite) continue;
    check_vector(from_fields(fields));
    ++checked[*suite];
  }
  CHECK(checked[CipherSuite::chacha20_poly1305] >= 4);
  CHECK(checked[CipherSuite::aes256_gcm] >= 4);
}

}  // namespace
}  // namespace lansync
