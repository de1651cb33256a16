#include "tests/sim/play.h"

#include "tests/sim/order.h"
#include "tests/sim/rest.h"

namespace lansync::sim {
namespace {

std::string printable(const std::string& text) {
  std::string shown;
  for (const char c : text.substr(0, 12)) shown += c >= ' ' && c <= '~' ? c : '.';
  return shown;
}

std::string describe(World& world) {
  std::string text;
  for (std::size_t i = 0; i < world.size(); ++i) {
    Device& device = world.device(i);
    text += device_name(i) + (device.running() ? " shows\n" : " is off and has\n");
    for (const auto& [path, node] : device.fs.snapshot()) {
      text += "  " + path + " " + std::to_string(static_cast<int>(node.kind)) + " " +
              std::to_string(node.mode) + " " + printable(node.content) + node.target + "\n";
    }
    for (const auto& [name, node] : device.fs.stage_snapshot()) {
      text += "  staged " + name + " " + printable(node.content) + "\n";
    }
    for (const auto& [name, node] : device.fs.trash_snapshot()) {
      text += "  trash " + name + " " + printable(node.content) + "\n";
    }
    const auto pending = device.index.pending(RelativePath(), 10);
    for (const PendingRow& row : *pending) {
      text += "  pending " + row.path.text() + "\n";
      const auto heads = device.index.heads(row.path);
      for (const Change& head : *heads) {
        text += "    head of " + short_name(head.dot.author.device) + " " +
                std::to_string(head.dot.counter) + " kind " +
                std::to_string(static_cast<int>(head.kind)) + " " +
                head.content.hex().substr(0, 6) + " " + std::to_string(head.size) + " bytes\n";
      }
    }
    if (!device.running()) continue;
    const ShareStatus status = device.engine().status();
    text += "  " + std::string(to_string(status.activity)) + ", needs " +
            std::to_string(status.need.files) + ", holds " + std::to_string(status.held_deletions) +
            (status.in_sync ? ", in sync\n" : "\n");
    for (const PathIssue& issue : status.issues) {
      text += "  issue " + issue.path + ": " + issue.message + "\n";
    }
  }
  return text;
}

void come_to_rest(World& world, bool perturb) {
  if (!world.rest()) world.violate("L1", "the devices do not come to rest");
  if (world.violation()) return;
  check_rest(world);
  if (perturb && !world.violation()) check_stays_at_rest(world);
}

}  // namespace

Outcome play(const Story& story, bool verbose) {
  World world(story, verbose);
  for (const Step& step : story.steps) {
    if (world.violation()) break;
    if (step.deed == Deed::settle) {
      come_to_rest(world, false);
    } else {
      world.perform(step);
    }
  }
  if (!world.violation()) come_to_rest(world, story.seed % 4 == 0);
  if (!world.violation() && story.seed % 16 == 0) check_order(world);
  Outcome outcome;
  outcome.violation = world.violation();
  outcome.trace = world.trace();
  outcome.log = world.log();
  outcome.counts = world.counts();
  if (outcome.violation) outcome.state = describe(world);
  return outcome;
}

}  // namespace lansync::sim
