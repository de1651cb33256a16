#include "cli/folder_check.h"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

using namespace lansync::cli;
namespace fs = std::filesystem;
using Kind = FolderFacts::Kind;

namespace {

FolderSurroundings annas() {
  return {.user_home = "/people/anna",
          .own_dirs = {"/people/anna/.config/lansync", "/people/anna/.local/state/lansync"},
          .shares = {{"Photos", "/people/anna/Photos"}, {"Deep", "/srv/a/b"}}};
}

}  // namespace

TEST_CASE("Folders that cannot be shared are refused with the reason") {
  struct Row {
    FolderFacts facts;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {{"/", Kind::directory, true, {}}, "whole file system"},
      {{"/people/anna", Kind::directory, true, {}}, "whole home"},
      {{"/people", Kind::directory, true, {}}, "contains your whole home"},
      {{"/proc", Kind::directory, true, {}}, "system's own"},
      {{"/proc/1", Kind::directory, true, {}}, "system's own"},
      {{"/sys/x", Kind::missing, true, {}}, "system's own"},
      {{"/dev/shm", Kind::directory, true, {}}, "system's own"},
      {{"/people/anna/file", Kind::other, true, {}}, "file"},
      {{"/people/anna/.config/lansync", Kind::directory, true, {}}, "lansync's own files"},
      {{"/people/anna/.config/lansync/x", Kind::missing, true, {}}, "lansync's own files"},
      {{"/people/anna/.config", Kind::directory, true, {}}, "lansync's own files"},
      {{"/people/anna/Photos/2026", Kind::directory, true, {}}, "inside the share 'Photos'"},
      {{"/people/anna/Photos/new", Kind::missing, true, {}}, "inside the share 'Photos'"},
      {{"/srv/a", Kind::directory, true, {}}, "contains the share 'Deep'"},
      {{"/srv", Kind::directory, true, {}}, "contains the share 'Deep'"},
      {{"/mnt/x/y", Kind::directory, true, "/mnt/x"}, "inside a share, /mnt/x"},
      {{"/mnt/locked", Kind::directory, false, {}}, "cannot be read"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.facts.path.string() << " " << row.reason) {
      const auto verdict = check_folder(row.facts, annas());
      REQUIRE_FALSE(verdict.has_value());
      CHECK(verdict.error().exit == ExitCode::refused);
      CHECK(verdict.error().message.find(row.reason) != std::string::npos);
      CHECK(verdict.error().path == row.facts.path.string());
      CHECK_FALSE(verdict.error().fix.empty());
    }
  }
}

TEST_CASE("Folders that can be shared are told apart from those to be made and those known") {
  CHECK(check_folder({"/people/anna/Music", Kind::directory, true, {}}, annas()).value() ==
        FolderVerdict::usable);
  CHECK(check_folder({"/people/anna/New", Kind::missing, true, {}}, annas()).value() ==
        FolderVerdict::to_be_created);
  CHECK(check_folder({"/people/anna/Photos", Kind::directory, true, {}}, annas()).value() ==
        FolderVerdict::already_shared);
  // The same letters do not make it the same folder.
  CHECK(check_folder({"/people/anna/Photos2", Kind::directory, true, {}}, annas()).value() ==
        FolderVerdict::usable);
  CHECK(check_folder({"/people/annabel", Kind::directory, true, {}}, annas()).value() ==
        FolderVerdict::usable);
  CHECK(check_folder({"/processes", Kind::directory, true, {}}, annas()).value() ==
        FolderVerdict::usable);
}

TEST_CASE("The disk is asked what a folder is") {
  const lansync::test::TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  fs::create_directories(root / "share/.lansync");
  std::ofstream(root / "share/.lansync/share") << "00\n";
  fs::create_directories(root / "share/inside");
  std::ofstream(root / "file") << "x";
  fs::create_directory_symlink(root / "share", root / "link");

  CHECK(look_at_folder(root / "none/").value().path == root / "none");
  CHECK(look_at_folder(root / "none").value().kind == Kind::missing);
  CHECK(look_at_folder(root / "file").value().kind == Kind::other);
  CHECK(look_at_folder(root / "file/x").value().kind == Kind::other);
  CHECK(look_at_folder(root / "share/").value().path == root / "share");
  CHECK(look_at_folder(root / "share").value().marked_above.empty());
  CHECK(look_at_folder(root / "share/inside").value().marked_above == root / "share");
  CHECK(look_at_folder(root / "share/new/deep").value().marked_above == root / "share");
  CHECK(look_at_folder(root / "link").value().path == root / "share");
  CHECK(look_at_folder(root / "share/inside/..").value().path == root / "share");
  CHECK(look_at_folder("/").value().path == "/");
}

TEST_CASE("A path that is not UTF-8 or empty is refused") {
  const lansync::test::TemporaryFolder folder;
  CHECK(look_at_folder(folder.path() / "\xff\xfe").error().exit == ExitCode::refused);
  CHECK(look_at_folder("").error().exit == ExitCode::usage);
}

TEST_CASE("A share is found by any folder in it") {
  const auto shares = annas().shares;
  CHECK(share_of("/srv/a/b/c/d", shares)->name == "Deep");
  CHECK(share_of("/people/anna/Photos", shares)->name == "Photos");
  CHECK_FALSE(share_of("/srv/a", shares).has_value());
  CHECK_FALSE(share_of("/people/anna/Photos2", shares).has_value());
}
