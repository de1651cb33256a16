#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "cli/text/units.h"
#include "cli/text/width.h"
#include "core/base/escape.h"

namespace lansync::cli {
namespace {

constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::chrono::seconds kLineInterval{10};
// Long enough to be calm, short enough to follow a link that changes.
constexpr std::chrono::seconds kRateWindow{5};
constexpr std::chrono::milliseconds kRateTimeMin{500};
constexpr std::size_t kBarCells = 20;
constexpr double kEtaSecondsMax = 1e9;

double seconds_in(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// By bytes where there are any; a thousand empty files have none.
std::optional<double> share_done(const Progress& progress) {
  const auto part = [](std::uint64_t done, std::uint64_t total) {
    return std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  };
  if (progress.bytes_total > 0) return part(progress.bytes_done, progress.bytes_total);
  if (progress.files_total > 0) return part(progress.files_done, progress.files_total);
  return std::nullopt;
}

std::string amounts(const Progress& progress) {
  std::string text;
  if (progress.bytes_total > 0) {
    text += format_bytes(progress.bytes_done) + " of " + format_bytes(progress.bytes_total);
  } else if (progress.bytes_done > 0) {
    text += format_bytes(progress.bytes_done);
  }
  if (progress.files_total > 0) {
    if (!text.empty()) text += ", ";
    text += format_count(progress.files_done) + "/" + format_files(progress.files_total);
  } else if (progress.files_done > 0) {
    if (!text.empty()) text += ", ";
    text += format_files(progress.files_done);
  }
  return text;
}

}  // namespace

void ProgressDisplay::update(TimePoint now, const Progress& progress) {
  const bool same_work = progress_ && progress_->phase == progress.phase &&
                         progress_->bytes_done <= progress.bytes_done;
  if (!same_work) samples_.clear();
  progress_ = progress;
  // One sample a bar interval is enough; the newest is always kept.
  if (samples_.size() > 1 && samples_.back().at - samples_[samples_.size() - 2].at < kBarInterval) {
    samples_.back() = {now, progress.bytes_done};
  } else {
    samples_.push_back({now, progress.bytes_done});
  }
  while (samples_.size() > 2 && now - samples_[1].at >= kRateWindow) samples_.pop_front();
}

std::optional<double> ProgressDisplay::rate(TimePoint now) const {
  if (samples_.empty()) return std::nullopt;
  const Duration elapsed = now - samples_.front().at;
  if (elapsed < kRateTimeMin) return std::nullopt;
  return static_cast<double>(samples_.back().bytes - samples_.front().bytes) / seconds_in(elapsed);
}

std::string ProgressDisplay::rate_and_rest(TimePoint now) const {
  const auto bytes_per_second = rate(now);
  if (!bytes_per_second || *bytes_per_second < 1) return {};
  std::string text = ", " + format_bytes(static_cast<std::uint64_t>(*bytes_per_second)) + "/s";
  if (progress_->bytes_total > progress_->bytes_done) {
    const auto left = static_cast<double>(progress_->bytes_total - progress_->bytes_done);
    const double seconds = std::min(std::ceil(left / *bytes_per_second), kEtaSecondsMax);
    text +=
        ", " + format_duration(std::chrono::seconds(static_cast<std::int64_t>(seconds))) + " left";
  }
  return text;
}

std::string ProgressDisplay::bar_text(TimePoint now) const {
  if (!progress_) return {};
  std::string text = escape_for_display(progress_->phase);
  if (const auto done = share_done(*progress_)) {
    const auto cells = static_cast<std::size_t>(*done * kBarCells);
    // Rounded down: 100 % is said when it is.
    const int percent = static_cast<int>(*done * 100);
    text += fmt::format(" [{}{}] {:3}%", std::string(cells, '#'),
                        std::string(kBarCells - cells, '.'), percent);
  }
  const std::string rest = amounts(*progress_) + rate_and_rest(now);
  if (!rest.empty()) text += "  " + rest;
  // The last column stays free: some terminals wrap when it is filled.
  return cut_to_width(text, columns_ > 0 ? columns_ - 1 : 0);
}

std::string ProgressDisplay::line_text(TimePoint now) const {
  if (!progress_) return {};
  std::string text = escape_for_display(progress_->phase);
  const std::string rest = amounts(*progress_) + rate_and_rest(now);
  if (!rest.empty()) text += ": " + rest;
  return text;
}

std::string ProgressDisplay::poll(TimePoint now) {
  if (!progress_) return {};
  if (style_ == Style::lines) {
    // The first line comes after one interval: what is done sooner needs none.
    if (!shown_at_) shown_at_ = now;
    if (now - *shown_at_ < kLineInterval) return {};
    shown_at_ = now;
    return line_text(now) + "\n";
  }
  if (shown_at_ && now - *shown_at_ < kBarInterval) return {};
  shown_at_ = now;
  bar_shown_ = true;
  return "\r" + bar_text(now) + "\x1b[K";
}

std::string ProgressDisplay::clear() {
  if (!std::exchange(bar_shown_, false)) return {};
  return "\r\x1b[K";
}

}  // namespace lansync::cli
