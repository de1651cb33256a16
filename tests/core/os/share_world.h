// A share in either of its forms, with a user beside it: what the contract's tests run against.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/fs/file_system.h"

namespace lansync::test {

// An empty share and the user's side of it. The user's operations must succeed.
class ShareWorld {
 public:
  virtual ~ShareWorld() = default;

  virtual FileSystem& fs() = 0;

  // Into the same file if there is one.
  virtual void write(const std::string& path, std::string_view content) = 0;
  // A new file takes the name.
  virtual void replace(const std::string& path, std::string_view content) = 0;
  virtual void make_dir(const std::string& path) = 0;
  virtual void make_link(const std::string& path, const std::string& target) = 0;
  virtual void make_second_name(const std::string& from, const std::string& to) = 0;
  // A fifo on the real disk.
  virtual void make_other(const std::string& path) = 0;
  virtual void remove(const std::string& path) = 0;
  virtual void hold_open(const std::string& path) = 0;
  virtual void let_go() = 0;
};

// Runs `test` in a new world of each form, each a section: memory; and the real disk with openat2,
// walking by component, without flags for rename, and without flags or hard links.
void for_each_world(const std::function<void(ShareWorld&)>& test);

// --- What every test of a FileSystem says ---

RelativePath at(std::string_view path);

// The error's code; none for a success.
template <class T>
std::error_code error_of(const Result<T>& result) {
  return result ? std::error_code() : result.error().code;
}

std::string read_all(ReadFile& file);
// The content of the file at `path`.
std::string read_at_path(FileSystem& fs, std::string_view path);
// Makes a staged file.
void stage(FileSystem& fs, std::string_view name, std::string_view content);
std::vector<std::string> names_in(FileSystem& fs, std::string_view dir);
using Names = std::vector<std::string>;
// Fails the test if the directory's entries are others.
void check_names(FileSystem& fs, std::string_view dir, Names expected);

// One of each kind, and a directory with something in it.
void populate(ShareWorld& world);

}  // namespace lansync::test
