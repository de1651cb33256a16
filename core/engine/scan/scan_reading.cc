// What a look at the folder reads: files and links, and large files in pieces.
#include <utility>

#include "core/chunk/hash.h"
#include "core/engine/scan/scan.h"

namespace lansync {

std::optional<HashJob> Scan::poll_hash() {
  if (auto piece = poll_piece()) return piece;
  if (begin_large()) return poll_piece();
  if (small_out() >= kHashesMax) return std::nullopt;
  auto taken = to_hash_.take_small([this](const RelativePath& path) { return may_read(path); });
  if (!taken) return std::nullopt;
  auto& [path, file] = *taken;
  HashJob job{path, file.stat, chunk_class_of(file.stat, file.row)};
  hashing_.emplace(path, Reading{std::move(file)});
  return job;
}

// The next one, if there is nothing else to read pieces of.
bool Scan::begin_large() {
  if (pieces_out_ >= kPiecesMax || in_pieces_.size() >= kPiecesMax) return false;
  auto taken = to_hash_.take_large([this](const RelativePath& path) { return may_read(path); });
  if (!taken) return false;
  auto& [path, file] = *taken;
  Reading reading{std::move(file)};
  reading.chunk_class = chunk_class_of(reading.file.stat, reading.file.row);
  reading.pieces.emplace(reading.file.stat.size, piece_bytes(reading.chunk_class));
  hashing_.emplace(path, std::move(reading));
  in_pieces_.insert(path);
  return true;
}

std::optional<HashJob> Scan::poll_piece() {
  if (pieces_out_ >= kPiecesMax) return std::nullopt;
  for (const RelativePath& path : in_pieces_) {
    Reading& reading = hashing_.at(path);
    auto piece = reading.failed ? std::nullopt : reading.pieces->next();
    if (!piece) continue;
    ++reading.pieces_out;
    ++pieces_out_;
    return HashJob{path, reading.file.stat, reading.chunk_class, piece};
  }
  return std::nullopt;
}

void Scan::handle_hashed(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now) {
  if (in_pieces_.contains(path)) return handle_piece(path, std::move(hashed), racy, now);
  handle_whole(path, std::move(hashed), racy, now);
}

// A piece that failed ends the whole, once those that are still out are back.
void Scan::handle_piece(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now) {
  Reading& reading = hashing_.at(path);
  --reading.pieces_out;
  --pieces_out_;
  reading.racy = reading.racy || racy;
  if (!hashed) {
    reading.failed = std::move(hashed).error();
  } else if (!reading.failed && !reading.pieces->add(*hashed->of, std::move(hashed->piece))) {
    reading.failed = Error{Errc::changed, "file that is being read"};
  }
  if (reading.pieces_out > 0 || !(reading.failed || reading.pieces->done())) return;
  in_pieces_.erase(path);
  racy = reading.racy;
  if (reading.failed) return handle_whole(path, *std::move(reading.failed), racy, now);
  Hashed whole;
  whole.stat = reading.file.stat;
  whole.list = reading.pieces->take();
  handle_whole(path, std::move(whole), racy, now);
}

void Scan::handle_whole(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now) {
  const auto waiting = hashing_.extract(path);
  if (changed_meanwhile_.erase(path) > 0) request(path.parent(), false);
  if (!hashed) {
    const Error& error = hashed.error();
    const bool moved_on = error.code == make_error_code(Errc::changed) ||
                          error.code == std::errc::no_such_file_or_directory;
    if (moved_on) {
      request(path.parent(), false);
    } else {
      issues_.raise({path.text(), "unreadable", to_string(error),
                     "make the file readable for the user that lansync runs as"});
      note_failure(path.parent(), false, error);
    }
    end_round_if_done();
    return;
  }
  issues_.clear(path.text());
  const std::optional<DiskRow>& row = waiting.mapped().file.row;
  Found found{path, Observation{}, std::move(hashed->list), row};
  found.seen->stat = hashed->stat;
  found.seen->racy = racy;
  if (hashed->stat.kind == NodeKind::link) {
    found.seen->link_target = std::move(hashed->link_target);
    found.seen->content.bytes = hash_of(as_bytes(found.seen->link_target));
  } else {
    found.seen->content = found.list.content_id();
    found.seen->one_chunk = found.list.chunks.size() <= 1;
    found.seen->chunk_class = chunk_class_of(hashed->stat, row);
  }
  if (row && row->source == path) complain_if_torn(*row, *found.seen, now);
  // What took a directory's place waits for what was in it to be missed: a path with something
  // beneath it is a directory to everyone.
  const bool instead_of_dir = row && row->stat.kind == NodeKind::dir;
  if (instead_of_dir) {
    gone_.insert_or_assign(path, std::move(found));
  } else {
    report(std::move(found));
  }
  end_round_if_done();
}

void Scan::complain_if_torn(const DiskRow& row, const Observation& seen, WallTime now) {
  const Leftover left = left_by_power_failure(row, seen, unsynced_.may_be_lost(row), now);
  if (left == Leftover::none) return;
  issues_.raise({row.path.text(), "torn",
                 left == Leftover::cut_off
                     ? "lost its end when the power failed, before it was synced"
                     : "is as it was before the power failed: what came last was not synced",
                 "nothing to do, if another device has it; what was left goes to .lansync/trash"});
}

}  // namespace lansync
