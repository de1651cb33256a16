// Messages of an audit.
#include "core/wire/message_arms.h"
#include "message.pb.h"

namespace lansync::message_arms {
namespace {

bool get(const std::string& from, Fingerprint& to) {
  if (from.size() != to.view().size()) return false;
  to = Fingerprint::from(as_bytes(from));
  return true;
}

// The root where nothing is said.
bool get(const std::string& from, RelativePath& to) {
  if (from.empty()) return true;
  auto path = RelativePath::parse(from);
  if (!path) return false;
  to = *std::move(path);
  return true;
}

}  // namespace

void to_wire(const AuditQuestion& question, wire::ShareMessage& to) {
  auto* arm = to.mutable_audit_question();
  arm->set_question(question.question);
  set(arm->mutable_clock(), question.clock.view());
  arm->set_after(question.after.text());
  arm->set_through(question.through.text());
  arm->set_paths(question.paths);
  set(arm->mutable_fingerprint(), question.fingerprint.view());
}

Result<MessageBody> from_wire(const wire::AuditQuestion& arm) {
  AuditQuestion question{.question = arm.question(), .paths = arm.paths()};
  const bool whole = get(arm.clock(), question.clock) && get(arm.after(), question.after) &&
                     get(arm.through(), question.through) &&
                     get(arm.fingerprint(), question.fingerprint);
  const bool in_order = question.through.is_root() || question.after < question.through;
  if (!whole || !in_order) return malformed("audit's question");
  return MessageBody(std::move(question));
}

void to_wire(const AuditAnswer& answer, wire::ShareMessage& to) {
  auto* arm = to.mutable_audit_answer();
  arm->set_question(answer.question);
  arm->set_kind(static_cast<std::uint32_t>(answer.kind));
  for (const PathsPart& part : answer.parts) {
    auto* wire_part = arm->add_parts();
    wire_part->set_through(part.through.text());
    wire_part->set_paths(part.paths);
    set(wire_part->mutable_fingerprint(), part.fingerprint.view());
  }
}

Result<MessageBody> from_wire(const wire::AuditAnswer& arm) {
  if (static_cast<std::size_t>(arm.parts_size()) > RangeSplit::kPartsMax) {
    return too_many("parts of an audit's answer");
  }
  AuditAnswer answer{.question = arm.question()};
  if (arm.kind() < 1 || arm.kind() > 3) return malformed("kind of an audit's answer");
  answer.kind = static_cast<AuditAnswer::Kind>(arm.kind());
  if (answer.kind != AuditAnswer::Kind::different && arm.parts_size() > 0) {
    return malformed("audit's answer");
  }
  for (const auto& wire_part : arm.parts()) {
    PathsPart part{.paths = wire_part.paths()};
    const bool whole = get(wire_part.through(), part.through) && part.paths > 0 &&
                       get(wire_part.fingerprint(), part.fingerprint);
    const RelativePath before = answer.parts.empty() ? RelativePath() : answer.parts.back().through;
    if (!whole || !(before < part.through)) return malformed("part of an audit's answer");
    answer.parts.push_back(std::move(part));
  }
  return MessageBody(std::move(answer));
}

}  // namespace lansync::message_arms
