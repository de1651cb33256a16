#include "cli/text/table.h"

#include <algorithm>
#include <numeric>

#include "cli/text/width.h"
#include "core/base/assert.h"

namespace lansync::cli {
namespace {

constexpr std::size_t kGap = 2;
// Narrower than this a column says nothing.
constexpr std::size_t kColumnMin = 8;

std::vector<std::size_t> fit(std::vector<std::size_t> widths, std::size_t columns) {
  const std::size_t gaps = kGap * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > columns) {
    auto widest = std::ranges::max_element(widths);
    if (*widest <= kColumnMin) break;
    --*widest;
  }
  return widths;
}

}  // namespace

std::string render_table(const std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  if (rows.empty()) return {};
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    LANSYNC_ASSERT(row.size() == widths.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  widths = fit(std::move(widths), columns);

  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      line += padded(cut_middle(row[i], widths[i]), widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace lansync::cli
