#include "core/base/error.h"

#include <cerrno>

namespace lansync {
namespace {

class LansyncCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "lansync"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::truncated: return "ends too early";
      case Errc::malformed: return "malformed";
      case Errc::limit_exceeded: return "larger than allowed";
      case Errc::mismatch: return "does not match what was promised";
      case Errc::not_authentic: return "not authentic";
      case Errc::peer_timed_out: return "the other device does not answer";
      case Errc::not_found: return "not found";
      case Errc::refused: return "refused";
      case Errc::wrong_state: return "not possible now";
      case Errc::busy: return "in use";
      case Errc::changed: return "changed meanwhile";
      case Errc::corrupt: return "damaged";
      case Errc::expired: return "expired";
      case Errc::unsupported: return "not supported";
      case Errc::closed: return "closed by the other side";
      case Errc::cancelled: return "cancelled";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& lansync_category() noexcept {
  static const LansyncCategory category;
  return category;
}

std::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), lansync_category()};
}

Error Error::from_errno(std::string what) {
  return {std::error_code(errno, std::generic_category()), std::move(what)};
}

std::string to_string(const Error& error) {
  if (error.context.empty()) return error.code.message();
  return error.context + ": " + error.code.message();
}

}  // namespace lansync
