// Renames that never replace anything, on file systems with and without the flags for it.
#pragma once

#include <string>
#include <system_error>

namespace lansync {

// A name in a directory that is held open.
struct NameAt {
  int dir;
  const std::string& name;
};

// What may be used. All of it is tried by default, and done without where the file system answers
// that it can't; tests switch them off.
struct RenameSupport {
  bool no_replace = true;  // renameat2's RENAME_NOREPLACE.
  bool exchange = true;    // renameat2's RENAME_EXCHANGE.
  bool hard_links = true;
};

// `from` appears at `to`, where nothing may be (file_exists).
//
// Without RENAME_NOREPLACE: link(2), which does not replace either, then unlink; a crash between
// the two leaves both names. Directories can't be linked, but a plain rename replaces at most an
// empty one. Errc::unsupported where there are no links: nothing was changed.
std::error_code rename_to_free_name(NameAt from, NameAt to, RenameSupport support);

// `staged` and `path` change places, in one step.
//
// Without RENAME_EXCHANGE: a second name beside `staged` (with '~' appended) keeps what is at
// `path`, then `staged` is renamed over it. Errc::changed, with nothing changed, if `path` became
// something else after the second name was made; a replacement in the microseconds between that
// check and the rename would be lost, as no system call can tell. What can't have a second name (a
// directory; a file system without links) is moved to the '~' name instead, so that for a moment
// nothing is at `path`, and put back if `staged` can't be moved there. Whoever recovers from a
// crash takes the '~' name for what it is: a file of the user's.
std::error_code exchange_names(NameAt staged, NameAt path, RenameSupport support);

}  // namespace lansync
