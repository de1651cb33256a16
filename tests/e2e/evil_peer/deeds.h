// What the evil peer can be told to do.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/crypto/pairing_code.h"
#include "core/os/system_entropy.h"
#include "tests/e2e/evil_peer/member.h"
#include "tests/e2e/evil_peer/tcp_socket.h"
#include "tests/e2e/evil_peer/visit.h"

namespace lansync::evil {

using Json = nlohmann::json;

// A port on which it says that it has an invitation.
struct Trap {
  TcpListener listener;
  std::optional<PairingCode> code =
      std::nullopt;           // Of a true one; of others nobody knows the code.
  std::uint64_t guesses = 0;  // Joiners that have shown a proof there.
};

// The device, what it is in the middle of, and what it keeps open.
struct Peer {
  SystemEntropy entropy;
  Member member{entropy};
  std::optional<Visit> visit;
  std::list<TcpSocket> held_sockets;
  std::list<Conversation> held;
  std::list<Trap> traps;
};

// An order is an object whose "deed" names one of the table; the rest is for that deed. The answer
// is an object with what came of it. Throws if the order makes no sense.
using Deed = Json (*)(Peer& peer, const Json& order);
using Deeds = std::map<std::string, Deed>;

Deeds connection_deeds();  // Of anybody on the network.
Deeds pairing_deeds();     // Of whoever tries codes, or claims to have one.
Deeds share_deeds();       // Of a member, within the protocol's form.
Deeds member_deeds();      // About who belongs to the share.

// Whoever came to a trap is answered; returns when they have gone.
void spring(Peer& peer, Trap& trap);

// A failure as an answer.
Json failed(const Error& error);
Bytes bytes_from(const Json& hex);

}  // namespace lansync::evil
