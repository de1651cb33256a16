// What can go wrong, as data.
#pragma once

#include <string>
#include <system_error>

namespace lansync {

// The conditions a caller may branch on. Finer detail goes into Error::context.
//
// The numbers appear in logs and on the wire (Close): append, never renumber.
enum class Errc {
  truncated = 1,       // the input ended inside a value
  malformed = 2,       // the bytes cannot mean what they claim to
  limit_exceeded = 3,  // well formed, but more than we agree to handle
  mismatch = 4,        // the data is not what its hash or its promise said
  not_authentic = 5,   // a tag or a signature did not verify
  peer_timed_out = 6,  // the peer stopped answering
  not_found = 7,       // there is no such thing
  refused = 8,         // understood, and not allowed
  wrong_state = 9,     // legal, but not now
  busy = 10,           // somebody else holds it; try again
  changed = 11,        // the file is no longer what it was when it was looked at
  corrupt = 12,        // what we stored ourselves does not read back
  expired = 13,        // too late
  unsupported = 14,    // the other side or this system lacks what is needed
  closed = 15,         // the other side ended the conversation
  cancelled = 16,      // we ended it
};

const std::error_category& lansync_category() noexcept;
std::error_code make_error_code(Errc errc) noexcept;

// A failure: a code for the program to branch on, a phrase for the person reading the log.
//
// The phrase names the thing ("folder 'photos', path 'a/b'"), not the problem; the code's own
// message already says that. An OS failure keeps its own category, so that comparing `code` with
// std::errc::no_space_on_device works.
struct Error {
  std::error_code code;
  std::string context;

  Error(std::error_code error_code, std::string what)
      : code(error_code), context(std::move(what)) {}
  Error(Errc errc, std::string what) : code(make_error_code(errc)), context(std::move(what)) {}

  // The failure of the last system call, from errno.
  static Error from_errno(std::string what);

  friend bool operator==(const Error&, const Error&) = default;
};

// "context: message", as it is shown to a person.
std::string to_string(const Error& error);

}  // namespace lansync

template <>
struct std::is_error_code_enum<lansync::Errc> : std::true_type {};
