#include "tests/mesh/report.h"

#include <cstdio>

namespace lansync::mesh {
namespace {

double milliseconds(Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}
double microseconds(Duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// A number with about three digits that count.
std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  return text;
}

std::string column(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : " " + text;
}

double per_change(const Figures& figures, double all) {
  return all / static_cast<double>(figures.changes);
}

std::string row_of_costs(const Figures& figures) {
  std::string row = column(std::to_string(figures.devices), 7) + "  " + std::string(figures.work);
  row.resize(18, ' ');
  const auto total_messages = static_cast<double>(figures.total.messages);
  const auto total_bytes = static_cast<double>(figures.total.bytes);
  for (const double value :
       {figures.per_device_and_change(total_messages),
        per_change(figures, static_cast<double>(figures.most.messages)),
        figures.per_device_and_change(total_bytes),
        per_change(figures, static_cast<double>(figures.most.bytes)),
        milliseconds(figures.arrival_mean), milliseconds(figures.arrival_slowest),
        figures.per_device_and_change(microseconds(figures.processor_time_all)),
        per_change(figures, microseconds(figures.processor_time_most))}) {
    row += column(shown(value), 11);
  }
  return row + "\n";
}

std::string rows_of_kinds(const Figures& figures) {
  std::string rows;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Amount& amount = figures.kinds[kind];
    if (amount.messages == 0) continue;
    std::string row = column(std::to_string(figures.devices), 7) + "  " + std::string(figures.work);
    row.resize(18, ' ');
    row += "  " + std::string(name_of_kind(kind));
    row.resize(40, ' ');
    row += column(shown(figures.per_device_and_change(static_cast<double>(amount.messages))), 11);
    row += column(shown(figures.per_device_and_change(static_cast<double>(amount.bytes))), 11);
    rows += row + "\n";
  }
  return rows;
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string json_of(const Figures& figures) {
  const auto field = [](std::string_view name, auto value) {
    return quoted(name) + ": " + std::to_string(value) + ", ";
  };
  const auto nanoseconds = [](Duration time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
  };
  std::string text = "{\"work\": " + quoted(figures.work) + ", ";
  text += field("devices", figures.devices) + field("changes", figures.changes);
  text += field("messages", figures.total.messages) + field("bytes", figures.total.bytes);
  text += field("messages_most", figures.most.messages) + field("bytes_most", figures.most.bytes);
  text += field("arrival_mean_ns", nanoseconds(figures.arrival_mean));
  text += field("arrival_slowest_ns", nanoseconds(figures.arrival_slowest));
  text += field("processor_time_ns", nanoseconds(figures.processor_time_all));
  text += field("processor_time_most_ns", nanoseconds(figures.processor_time_most));
  std::string kinds;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Amount& amount = figures.kinds[kind];
    if (amount.messages == 0) continue;
    kinds += (kinds.empty() ? "" : ", ") + quoted(name_of_kind(kind)) +
             ": {\"messages\": " + std::to_string(amount.messages) +
             ", \"bytes\": " + std::to_string(amount.bytes) + "}";
  }
  return text + "\"kinds\": {" + kinds + "}}";
}

}  // namespace

std::string to_table(std::span<const Figures> all) {
  std::string text =
      "For each change: what a device sends, on average and the one that sends most; until the "
      "last\n"
      "device has it, in virtual time; the processor time of an engine.\n\n"
      "devices  work       messages       most      bytes       most    ms, mean    slowest"
      "   us, mean       most\n";
  for (const Figures& figures : all) text += row_of_costs(figures);
  text +=
      "\nThe same by kind of message, for each device and change:\n\n"
      "devices  work      kind                     messages      bytes\n";
  for (const Figures& figures : all) text += rows_of_kinds(figures);
  return text;
}

std::string to_json(std::span<const Figures> all) {
  std::string text;
  for (const Figures& figures : all) text += (text.empty() ? "[" : ",\n ") + json_of(figures);
  return text + "]\n";
}

}  // namespace lansync::mesh
