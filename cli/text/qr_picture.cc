#include "cli/text/qr_picture.h"

#include <array>
#include <stdexcept>

#include <qrcodegen/qrcodegen.hpp>

namespace lansync::cli {
namespace {

constexpr int kQuietModules = 4;

std::string draw(const qrcodegen::QrCode& code, QrInk ink) {
  // By whether the upper and the lower module is drawn.
  constexpr std::array<std::array<const char*, 2>, 2> kBlocks = {{{" ", "▄"}, {"▀", "█"}}};
  const bool draw_dark = ink == QrInk::black_on_white;
  std::string picture;
  for (int y = -kQuietModules; y < code.getSize() + kQuietModules; y += 2) {
    if (draw_dark) picture += "\x1b[30;107m";
    for (int x = -kQuietModules; x < code.getSize() + kQuietModules; ++x) {
      const std::size_t upper = code.getModule(x, y) == draw_dark ? 1 : 0;
      const std::size_t lower = code.getModule(x, y + 1) == draw_dark ? 1 : 0;
      picture += kBlocks.at(upper).at(lower);
    }
    picture += draw_dark ? "\x1b[0m\n" : "\n";
  }
  return picture;
}

}  // namespace

std::string qr_picture(std::string_view text, QrInk ink) {
  try {
    const std::string terminated(text);
    const auto code =
        qrcodegen::QrCode::encodeText(terminated.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    return draw(code, ink);
  } catch (const std::length_error&) {
    return {};
  }
}

}  // namespace lansync::cli
