#include "core/engine/history/log_forks.h"

#include <algorithm>
#include <string_view>

#include "core/base/bytes.h"

namespace lansync {
namespace {

constexpr std::string_view kForkedFact = "forked logs";
constexpr std::size_t kAuthorBytes = DeviceId::kBytes + sizeof(std::uint64_t);
// More than any index needs: each other member kBeginningsMax times, and its own logs.
constexpr std::size_t kForkedMax = kFactBytesMax / kAuthorBytes;

}  // namespace

Result<std::vector<Author>> forked_logs(Index& index) {
  const auto stored = index.fact(kForkedFact);
  if (!stored) return stored.error();
  std::vector<Author> logs;
  if (!*stored) return logs;
  ByteView rest = **stored;
  if (rest.size() % kAuthorBytes != 0) return Error{Errc::corrupt, "list of forked logs"};
  for (; !rest.empty(); rest = rest.subspan(kAuthorBytes)) {
    const auto device = DeviceId::from(rest.first(DeviceId::kBytes));
    logs.push_back({device.value(), load_be<std::uint64_t>(rest.subspan(DeviceId::kBytes))});
  }
  return logs;
}

Result<void> note_forked_log(Index& index, const Author& log) {
  auto logs = forked_logs(index);
  if (!logs) return std::move(logs).error();
  logs->push_back(log);
  if (logs->size() > kForkedMax) logs->erase(logs->begin());
  Bytes bytes;
  for (const Author& one : *logs) {
    append(bytes, one.device.view());
    append_be(bytes, one.incarnation);
  }
  return index.put_fact(kForkedFact, bytes);
}

Result<void> LogForks::load() {
  auto logs = forked_logs(index_);
  if (!logs) return std::move(logs).error();
  forked_ = *std::move(logs);
  return {};
}

Result<LogForks::Judgement> LogForks::judge(const DeviceId& from, const Segment& segment) {
  const auto header = decode_segment_header(segment.header);
  if (!header) return header.error();
  if (header->author.device == replica_.self().device) return judge_own(from, *header, segment);
  if (apart_.contains(from)) return Judgement{Verdict::ignore, {}};
  // What everybody passes on is looked up at its author's word only.
  const bool known = header->last() <= replica_.clock().counter_of(header->author);
  if (known && header->author.device != from) return judge_known(*header, segment);
  const auto place = replica_.place(segment);
  if (!place) return place.error();
  if (*place != Replica::Place::forks) return Judgement{};
  return judge_fork(from, *header, segment);
}

Result<LogForks::Judgement> LogForks::judge_own(const DeviceId& from, const SegmentHeader& header,
                                                const Segment& segment) {
  const auto place = replica_.place(segment);
  if (!place) return place.error();
  if (*place != Replica::Place::forks) {
    return Judgement{apart_.contains(from) ? Verdict::ignore : Verdict::integrate, {}};
  }
  if (auto authentic = Replica::check_signature(segment); !authentic) {
    return std::move(authentic).error();
  }
  const bool settled = std::ranges::find(forked_, header.author) != forked_.end();
  if (!settled) return Judgement{Verdict::begin_anew, {}};
  const bool told = !apart_.emplace(from, header.author).second;
  return told ? Judgement{Verdict::ignore, {}} : show_ours(header);
}

// Shown again by a member who cannot know that the two have different branches, and does no harm by
// that: nothing of it is taken.
Result<LogForks::Judgement> LogForks::judge_known(const SegmentHeader& header,
                                                  const Segment& segment) const {
  const auto end = index_.log_end(header.author);
  if (!end) return end.error();
  const bool forks = header.last() == end->counter && segment_hash(segment.header) != end->hash;
  if (!forks) return Judgement{};
  if (auto authentic = Replica::check_signature(segment); !authentic) {
    return std::move(authentic).error();
  }
  return Judgement{Verdict::ignore, {}};
}

Result<LogForks::Judgement> LogForks::judge_fork(const DeviceId& from, const SegmentHeader& header,
                                                 const Segment& segment) {
  // What is no segment at all is no branch either.
  if (const auto open = open_segment(segment); !open) return open.error();
  if (auto authentic = Replica::check_signature(segment); !authentic) {
    return std::move(authentic).error();
  }
  const DeviceId& author = header.author.device;
  const bool from_author = from == author;
  const std::uint64_t writes_now = peers_.at(from).incarnation;
  const bool author_has_moved_on =
      from_author && writes_now != 0 && writes_now != header.author.incarnation;
  const auto begun = std::ranges::count(forked_, author, &Author::device);
  if (author_has_moved_on && static_cast<std::size_t>(begun) < kBeginningsMax) {
    return Judgement{Verdict::begin_anew, {}};
  }
  apart_.emplace(from, header.author);
  return from_author ? show_ours(header) : Judgement{Verdict::ignore, {}};
}

Result<LogForks::Judgement> LogForks::show_ours(const SegmentHeader& header) const {
  const std::uint64_t known = replica_.clock().counter_of(header.author);
  if (known == 0) return Judgement{Verdict::ignore, {}};
  const auto place = replica_.arrival_of({header.author, std::min(header.first, known)});
  if (!place) return place.error();
  auto ours = index_.segment(*place);
  if (!ours) return std::move(ours).error();
  return Judgement{Verdict::ignore, *std::move(ours)};
}

std::vector<PathIssue> LogForks::issues(const Membership& membership) const {
  const auto name = [&](const DeviceId& device) {
    const Member* member = membership.member(device);
    return member == nullptr ? short_name(device) : member->name;
  };
  std::vector<PathIssue> issues;
  for (const auto& [device, log] : apart_) {
    // Of the two that know different branches, who begins anew: whoever is not the author.
    const bool author_here = log.device == replica_.self().device;
    const bool author_there = log.device == device;
    const std::string who = author_here ? "this device" : name(log.device);
    issues.push_back(
        {"", "forked",
         who + " was put back from a backup of its whole disk, and " +
             (author_there ? "this device" : name(device)) + " knows other changes of it",
         author_here || author_there
             ? "one of the two begins anew by itself; nothing is lost"
             : "connect this device and " + who + ": it is settled then; nothing is lost"});
  }
  return issues;
}

}  // namespace lansync
