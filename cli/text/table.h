// Columns of text.
#pragma once

#include <string>
#include <vector>

namespace lansync::cli {

// Rows of equally many cells, each made safe to show by the caller. Columns are as wide as their
// widest cell and two spaces apart; where `columns` does not hold them all, the widest one's cells
// are cut. One line for each row, each ending in a line feed, none in spaces.
std::string render_table(const std::vector<std::vector<std::string>>& rows, std::size_t columns);

}  // namespace lansync::cli
