// What the fetcher has done on this disk: what is here already is kept, what arrives is written.
#include <algorithm>
#include <utility>

#include "core/engine/transfer/fetcher.h"

namespace lansync {
namespace {

constexpr std::size_t kEqualSourcesLookedAt = 8;
constexpr std::size_t kAlternativesMax = 2;  // Places looked at for one chunk that is here already.

std::set<RelativePath> paths_in(const StageJob& job) {
  std::set<RelativePath> paths;
  for (const LocalPiece& piece : job.pieces) {
    if (const auto* path = std::get_if<RelativePath>(&piece.source)) paths.insert(*path);
  }
  return paths;
}

std::vector<std::uint32_t> chunks_at_paths(const StageJob& job) {
  std::vector<std::uint32_t> chunks;
  for (const LocalPiece& piece : job.pieces) {
    const bool at_path = std::holds_alternative<RelativePath>(piece.source);
    if (at_path && (chunks.empty() || chunks.back() != piece.index)) chunks.push_back(piece.index);
  }
  return chunks;
}

}  // namespace

void Fetcher::handle_trashed(const ContentId& content) {
  for (auto& [id, fetch] : fetches_) {
    if (fetch.wanted.content != content) continue;
    fetch.look_again = fetch.phase == Phase::staging || fetch.phase == Phase::loading;
    look_again_if_idle(fetch);
  }
}

void Fetcher::handle_found(const std::set<RelativePath>& paths) {
  std::set<FetchId> may_lack = in(Phase::loading);
  may_lack.insert(in(Phase::staging).begin(), in(Phase::staging).end());
  for (const FetchId id : may_lack) {
    Fetch& fetch = fetches_.at(id);
    const bool looked_there = std::ranges::any_of(
        fetch.places, [&](const RelativePath& path) { return paths.contains(path); });
    if (!looked_there) continue;
    fetch.look_again = true;
    look_again_if_idle(fetch);
  }
}

void Fetcher::handle_moves_begun(std::set<RelativePath> paths) { moving_ = std::move(paths); }

void Fetcher::handle_moves_ended() {
  for (const FetchId id : std::set<FetchId>(in(Phase::moving))) {
    Fetch& fetch = fetches_.at(id);
    fetch.look_again = false;
    enter(fetch, Phase::need_stage);
  }
  for (const FetchId id : in(Phase::staging)) {
    Fetch& fetch = fetches_.at(id);
    if (!may_have_moved(fetch)) continue;
    ++fetch.looks_after_moves;
    fetch.look_again = true;
  }
  moving_.clear();
}

bool Fetcher::may_have_moved(const Fetch& fetch) const {
  const auto looked_at = [&](const RelativePath& path) { return fetch.places.contains(path); };
  return fetch.looks_after_moves < kLooksAfterMovesMax && std::ranges::any_of(moving_, looked_at);
}

// Once for each file: what cannot be read stays missing.
bool Fetcher::is_mislaid(const Fetch& fetch, const Staged& staged) {
  if (fetch.was_mislaid || fetch.look_again) return false;
  return std::ranges::any_of(staged.missing, [&](std::uint32_t chunk) {
    return std::ranges::binary_search(fetch.expected, chunk);
  });
}

bool Fetcher::take_mislaid(TimePoint now) {
  if (!std::exchange(mislaid_, false)) return false;
  if (!look_until_) look_until_ = now + kLookPatience;
  return true;
}

void Fetcher::handle_looked() {
  look_until_.reset();
  for (const FetchId id : std::set<FetchId>(in(Phase::mislaid))) {
    enter(fetches_.at(id), Phase::need_stage);
  }
}

// Not while answers are awaited: what they bring is staged too.
void Fetcher::look_again_if_idle(Fetch& fetch) {
  if (!fetch.look_again || fetch.phase != Phase::loading || fetch.under_way > 0) return;
  fetch.look_again = false;
  enter(fetch, Phase::need_stage);
}

// An error may pass, and nobody else may have the bytes.
void Fetcher::read_again() {
  read_again_at_.reset();
  for (auto& [id, fetch] : fetches_) {
    if (!std::exchange(fetch.unread, false) || fetch.phase != Phase::loading) continue;
    fetch.look_again = true;
    look_again_if_idle(fetch);
  }
}

void Fetcher::handle_staged(FetchId id, Result<Staged> staged) {
  staging_.erase(id);
  garbage_ = garbage_ || !fetches_.contains(id);
  const auto found = fetches_.find(id);
  if (found == fetches_.end()) return;
  if (staged && !staged->missing.empty() && may_have_moved(found->second)) {
    ++found->second.looks_after_moves;
    enter(found->second, Phase::moving);
    return;
  }
  if (staged && is_mislaid(found->second, *staged)) {
    found->second.was_mislaid = mislaid_ = true;
    enter(found->second, Phase::mislaid);
    return;
  }
  if (!staged) return fail(id, std::move(staged).error());
  lacks_room_ = false;
  Fetch& fetch = found->second;
  fetch.unread = staged->unread;
  if (fetch.unread && !read_again_at_) read_again_at_ = now_ + kReadAgainDelay;
  fetch.missing.assign(staged->missing.begin(), staged->missing.end());
  for (std::uint32_t i = 0; fetch.held && i < fetch.list.chunks.size(); ++i) {
    if (!std::ranges::binary_search(staged->missing, i)) fetch.held->add(i);
  }
  if (!fetch.missing.empty()) to_ask_.insert(id);
  enter(fetch, Phase::loading);
  check_done(fetch);
}

void Fetcher::handle_written(const FetchJob& job, Result<Written> written) {
  const auto& work = std::get<WriteJob>(job.work);
  bytes_in_flight_ -= work.chunk.bytes;
  writing_.erase(writing_.find(work.stage));
  garbage_ = garbage_ || !fetches_.contains(job.fetch);
  const auto found = fetches_.find(job.fetch);
  if (found == fetches_.end()) return;
  Fetch& fetch = found->second;
  --fetch.under_way;
  const auto peer = peers_.find(job.peer);
  if (written) {
    if (peer != peers_.end()) peer->second.silences = 0;
    if (fetch.held) fetch.held->add(job.chunk);
    return check_done(fetch);
  }
  if (written.error().code != make_error_code(Errc::mismatch)) {
    return fail(job.fetch, std::move(written).error());
  }
  miss(fetch, job.chunk);
  fetch.lacking.insert(job.peer);
  look_again_if_idle(fetch);
  if (peer != peers_.end()) ++peer->second.wrong_chunks;
}

void Fetcher::check_done(Fetch& fetch) {
  if (!fetch.missing.empty() || fetch.under_way > 0) return look_again_if_idle(fetch);
  enter(fetch, Phase::staged);
  ready_.push_back(fetch.wanted.source);
}

// Not of what nobody wants any more.
std::optional<Fetcher::FetchJob> Fetcher::poll_write_job() {
  while (!write_jobs_.empty()) {
    FetchJob job = std::move(write_jobs_.front());
    write_jobs_.pop_front();
    const auto& work = std::get<WriteJob>(job.work);
    if (fetches_.contains(job.fetch)) {
      writing_.insert(work.stage);
      return job;
    }
    bytes_in_flight_ -= work.chunk.bytes;
  }
  return std::nullopt;
}

bool Fetcher::at_work_on(const std::string& stage) const {
  if (stage.empty()) return false;
  const auto stages_it = [&](const auto& job) { return job.second.contains(stage); };
  return writing_.contains(stage) || std::ranges::any_of(staging_, stages_it);
}

std::optional<Fetcher::FetchJob> Fetcher::poll_job() {
  if (auto write = poll_write_job()) return write;
  return poll_stage_job();
}

// Nothing of it can be here, and it is written in one go. Whether there is room for it is found
// then.
bool Fetcher::needs_no_stage_job(const Fetch& fetch, const StageJob& job) const {
  return fetch.list.chunks.size() == 1 && job.pieces.empty() && job.takes.empty() && !fetch.begun &&
         !lacks_room_;
}

std::optional<Fetcher::FetchJob> Fetcher::poll_stage_job() {
  for (auto next = in(Phase::need_stage).begin();
       next != in(Phase::need_stage).end() && staging_.size() < kStageJobsMax;) {
    const FetchId id = *next++;
    Fetch& fetch = fetches_.at(id);
    // What the same file was given up with is still being written: it would not be found.
    const std::string left = left_of(fetch.wanted.content);
    if (at_work_on(fetch.wanted.stage) || at_work_on(left)) continue;
    auto job = stage_job(fetch);
    if (!job) {
      fail(id, std::move(job).error());
      continue;
    }
    job->takes = left;
    if (needs_no_stage_job(fetch, *job)) {
      fetch.begun = true;
      fetch.missing = {0};
      to_ask_.insert(id);
      enter(fetch, Phase::loading);
      continue;
    }
    fetch.begun = true;
    enter(fetch, Phase::staging);
    fetch.places = paths_in(*job);
    fetch.expected = chunks_at_paths(*job);
    left_.erase(fetch.wanted.content);
    found_.erase(left);
    staging_[id] = {fetch.wanted.stage, left};
    return FetchJob{id, *std::move(job), {}, 0};
  }
  return std::nullopt;
}

// What this disk has of the file: its content under another name, or single chunks of other files.
Result<StageJob> Fetcher::stage_job(const Fetch& fetch) {
  StageJob job{fetch.wanted.stage, fetch.list, {}};
  for (std::uint32_t i = 0; i < fetch.list.chunks.size(); ++i) {
    auto places = index_.find_chunk(fetch.list.chunks[i].hash, kAlternativesMax);
    if (!places) return std::move(places).error();
    for (const ChunkLocation& place : *places) {
      auto rows = index_.disk_with_content(place.content, kEqualSourcesLookedAt);
      if (!rows) return std::move(rows).error();
      // A link may have the content id of a file.
      const auto file = std::ranges::find(*rows, NodeKind::file,
                                          [](const DiskRow& row) { return row.stat.kind; });
      if (file != rows->end()) job.pieces.push_back({i, file->path, place.offset});
      auto trash = index_.trash_with_content(place.content, 1);
      if (!trash) return std::move(trash).error();
      for (const TrashRow& row : *trash) job.pieces.push_back({i, row.name, place.offset});
    }
  }
  return job;
}

}  // namespace lansync
