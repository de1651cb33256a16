// An index's file, to be spoiled.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "core/os/sqlite_index.h"
#include "tests/core/index/index_fixture.h"
#include "tests/support/temporary_folder.h"

namespace lansync {

namespace fs = std::filesystem;

constexpr std::size_t kPageBytes = 4096;
constexpr int kFiles = 60;

inline std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << bytes;
}

// A folder for one database and, before the test spoils it, an index with a bit of everything.
class DatabaseFile {
 public:
  [[nodiscard]] fs::path path() const { return folder_.path() / "index.db"; }
  [[nodiscard]] fs::path log() const { return folder_.path() / "index.db-wal"; }

  [[nodiscard]] Result<std::unique_ptr<SqliteIndex>> open() const {
    return SqliteIndex::open(path().string());
  }
  [[nodiscard]] std::unique_ptr<SqliteIndex> opened() const {
    auto index = open();
    REQUIRE(index);
    return *std::move(index);
  }
  // Its bytes after a clean end.
  [[nodiscard]] std::string filled() const {
    auto index = opened();
    for (int i = 0; i < kFiles; ++i) {
      const std::string name = "folder/file with a longer name " + std::to_string(i);
      const auto added = add_changes(*index, author_of(i % 2), {file_change(name, i)});
      DiskRow row = disk_file(name, i, 10);
      row.shown = {added.front().dot};
      REQUIRE(index->put_disk(row));
      REQUIRE(index->put_pending({path_of(name), 1}));
      REQUIRE(index->put_trash(trash_file(name, i, 1, i)));
      REQUIRE(index->put_chunk_list(id_of<ContentId>(i), chunks_of({i, i + 1000})));
      REQUIRE(index->append_member_op(id_of<MemberOpHash>(i), as_bytes(name)));
      REQUIRE(index->put_fact(name, as_bytes(name)));
    }
    REQUIRE(index->commit());
    index.reset();
    REQUIRE_FALSE(fs::exists(log()));
    return read_file(path());
  }
  // The only two ways in which our own damaged file may fail.
  [[nodiscard]] bool is_damage(const Error& error) const {
    return (error.code == Errc::corrupt || error.code == Errc::unsupported) &&
           error.context.find(path().string()) != std::string::npos;
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace lansync
