// Reaches others.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "transport/asio.h"

namespace lansync {

// On a local network an answer takes milliseconds; a first packet that was lost is repeated after
// one second.
inline constexpr std::chrono::seconds kDialTimeout{3};

// Errors: malformed, if `ip` is not a numeric address (a link-local one with its scope).
Result<asio::ip::tcp::endpoint> make_endpoint(const std::string& ip, std::uint16_t port);

// Connects to the first of the candidates that answers, trying one after the other; so the
// likeliest belongs to the front. Errors: the last candidate's, with its address; the operating
// system's or peer_timed_out. not_found if there are no candidates.
//
// When to dial an address again is DialBackoff's to say.
asio::awaitable<Result<asio::ip::tcp::socket>> dial(std::vector<asio::ip::tcp::endpoint> candidates,
                                                    Duration timeout_each = kDialTimeout);

}  // namespace lansync
