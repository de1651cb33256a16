// `.lansync`: what lansync keeps inside a share's folder.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/os/unique_fd.h"

namespace lansync {

inline constexpr std::string_view kControlFolderName = ".lansync";

// The folder `.lansync` of a share's root, with `stage`, `trash` and the marker `share` (the
// share's id in hex and a line feed).
//
// The descriptors are taken once and never through a link, and each folder belongs to this user and
// is closed to everybody else: names in them can then be trusted not to be somebody's trap.
//
// A resource, constant after construction. Thread-safe.
class ControlFolder {
 public:
  // Makes what is missing, durably. file_exists if the marker names another share.
  static Result<ControlFolder> create(int root, std::string_view share_id_hex);
  // Errc::not_found if there is none, or no marker in it: no share, or a disk that is not mounted.
  static Result<ControlFolder> open(int root);
  // The share's id in hex as the marker has it; empty if there is no marker. Of the folder that is
  // beneath `root` now, which need not be the one that was opened.
  static Result<std::string> read_marker(int root);

  [[nodiscard]] int stage() const { return stage_.get(); }
  [[nodiscard]] int trash() const { return trash_.get(); }

 private:
  ControlFolder(UniqueFd stage, UniqueFd trash)
      : stage_(std::move(stage)), trash_(std::move(trash)) {}

  UniqueFd stage_;
  UniqueFd trash_;
};

}  // namespace lansync
