#include "core/crypto/pairing_code.h"

#include <optional>
#include <span>

namespace lansync {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kPasswordPrefix = "lansync-code-v1";
constexpr std::size_t kDataSymbols = PairingCode::kSymbols - 1;

// The symbols as coefficients of a polynomial over GF(2^5), evaluated at a generator of the field:
// a code is right if this gives zero over all eight symbols. Each position then has a different
// weight that is not zero, so changing one symbol or swapping any two different ones always shows.
std::uint8_t evaluate(std::span<const std::uint8_t> symbols) {
  constexpr unsigned kFieldPolynomial = 0b100101;  // x^5 + x^2 + 1
  unsigned value = 0;
  for (const std::uint8_t symbol : symbols) {
    value <<= 1;
    if ((value & 32) != 0) value ^= kFieldPolynomial;
    value ^= symbol;
  }
  return static_cast<std::uint8_t>(value);
}

std::optional<std::uint8_t> symbol_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t position = kAlphabet.find(c);
  if (position == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(position);
}

bool separates(char c) { return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

PairingCode PairingCode::generate(Entropy& entropy) {
  std::array<std::byte, kDataSymbols> random;
  entropy.fill(random);
  PairingCode code;
  for (std::size_t i = 0; i < kDataSymbols; ++i) {
    code.symbols_[i] = std::to_integer<std::uint8_t>(random[i] & std::byte{31});
  }
  // With a zero in the last place, the value is what the check symbol must cancel.
  code.symbols_.back() = evaluate(code.symbols_);
  wipe(random);
  return code;
}

Result<PairingCode> PairingCode::parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return Error{Errc::limit_exceeded, "code"};
  PairingCode code;
  std::size_t count = 0;
  for (const char c : text) {
    if (separates(c)) continue;
    const auto symbol = symbol_of(c);
    if (!symbol || count == kSymbols) return Error{Errc::malformed, "code"};
    code.symbols_[count++] = *symbol;
  }
  if (count != kSymbols) return Error{Errc::malformed, "code"};
  if (evaluate(code.symbols_) != 0) return Error{Errc::mismatch, "code"};
  return code;
}

std::string PairingCode::text() const {
  std::string text;
  for (std::size_t i = 0; i < kSymbols; ++i) {
    if (i == kSymbols / 2) text += '-';
    text += kAlphabet[symbols_[i]];
  }
  return text;
}

SecretBytes PairingCode::password() const {
  Bytes bytes;
  bytes.reserve(kPasswordPrefix.size() + kDataSymbols);
  append(bytes, as_bytes(kPasswordPrefix));
  for (std::size_t i = 0; i < kDataSymbols; ++i) {
    bytes.push_back(static_cast<std::byte>(kAlphabet[symbols_[i]]));
  }
  return SecretBytes(std::move(bytes));
}

}  // namespace lansync
