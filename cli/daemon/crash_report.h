// What is left behind when the daemon dies of a bug.
#pragma once

#include <filesystem>

#include "transport/flight_recorder.h"

namespace lansync::cli {

// While it lives, an assertion that fails, std::terminate() and the signals of a broken program
// (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL) write `file` before the process ends: what happened,
// and what `events` has. A file that is there already becomes `file` with ".1" behind it. Signals
// that somebody else handles already, as a sanitizer does, are left alone.
//
// One at a time, made and destroyed while there is one thread. `events` outlives it.
class CrashReport {
 public:
  CrashReport(const FlightRecorder& events, const std::filesystem::path& file);
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
  ~CrashReport();
};

}  // namespace lansync::cli
