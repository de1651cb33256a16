// The code that one person reads out and another types.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/entropy.h"
#include "core/base/result.h"
#include "core/crypto/secret.h"

namespace lansync {

// Seven random symbols of Crockford's base32 (35 bits; no I, L, O, U) and one that checks them,
// shown as `K3QX-9MPD`. A wrong symbol or two neighbours swapped are noticed before anything is
// sent, and so cost none of the invitation's attempts.
class PairingCode {
 public:
  static constexpr std::size_t kSymbols = 8;
  // Longer input is not looked at.
  static constexpr std::size_t kTextBytesMax = 64;

  // Takes seven bytes.
  static PairingCode generate(Entropy& entropy);

  // As people type it: either case, O for 0, I and L for 1, dashes and blanks anywhere. Errors:
  // malformed (not eight symbols), mismatch (the check symbol says there is a typing error),
  // limit_exceeded.
  static Result<PairingCode> parse(std::string_view text);

  // In the form that people are shown.
  [[nodiscard]] std::string text() const;

  // What CPace is run with.
  [[nodiscard]] SecretBytes password() const;

  friend bool operator==(const PairingCode&, const PairingCode&) = default;

 private:
  // Each 0..31; the last is the check symbol.
  std::array<std::uint8_t, kSymbols> symbols_{};
};

}  // namespace lansync
