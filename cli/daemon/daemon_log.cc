#include "cli/daemon/daemon_log.h"

#include <algorithm>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

namespace lansync::cli {
namespace {

constexpr std::size_t kLogBytesMax = std::size_t{5} << 20;
constexpr std::size_t kOldLogs = 1;
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

class DaemonLog::Sinks {
 public:
  explicit Sinks(const Paths& paths) : logger_("lansync") {
    logger_.sinks().push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        paths.daemon_log().string(), kLogBytesMax, kOldLogs));
    if (isatty(STDERR_FILENO) == 1) {
      logger_.sinks().push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    }
    logger_.set_pattern(kPattern);
    logger_.flush_on(spdlog::level::info);
    logger_.set_error_handler([](const std::string&) {});
  }

  spdlog::logger& logger() { return logger_; }

 private:
  spdlog::logger logger_;
};

DaemonLog::DaemonLog(const Paths& paths) : sinks_(std::make_unique<Sinks>(paths)) {}

DaemonLog::~DaemonLog() = default;

void DaemonLog::write(LogLevel level, std::string_view event) {
  std::string line(event);
  std::ranges::replace_if(line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  sinks_->logger().log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace lansync::cli
