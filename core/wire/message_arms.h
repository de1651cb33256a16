// How the arms of a message's oneof are written and read, inside of this folder.
#pragma once

#include <string>

#include "core/wire/message.h"

namespace lansync::wire {
class AuditAnswer;
class AuditQuestion;
class ChunkListReply;
class ChunkListRequest;
class ChunkRequest;
class ChunksHeld;
class ChunksMissing;
class ShareMessage;
}  // namespace lansync::wire

namespace lansync::message_arms {

inline void set(std::string* to, ByteView bytes) { to->assign(as_text(bytes)); }

template <class IdType>
bool get(const std::string& from, IdType& to) {
  const auto id = IdType::from(as_bytes(from));
  if (id) to = *id;
  return id.has_value();
}

inline Error malformed(const char* what) { return {Errc::malformed, what}; }
inline Error too_many(const char* what) { return {Errc::limit_exceeded, what}; }

// One overload pair for each message: to_wire fills the arm, from_wire reads it.

// message_chunks.cc
void to_wire(const ChunkListRequest& request, wire::ShareMessage& to);
void to_wire(const ChunkListReply& reply, wire::ShareMessage& to);
void to_wire(const ChunkRequest& request, wire::ShareMessage& to);
void to_wire(const ChunksMissing& missing, wire::ShareMessage& to);
void to_wire(const ChunksHeld& held, wire::ShareMessage& to);
Result<MessageBody> from_wire(const wire::ChunkListRequest& arm);
Result<MessageBody> from_wire(const wire::ChunkListReply& arm);
Result<MessageBody> from_wire(const wire::ChunkRequest& arm);
Result<MessageBody> from_wire(const wire::ChunksMissing& arm);
Result<MessageBody> from_wire(const wire::ChunksHeld& arm);

// message_audit.cc
void to_wire(const AuditQuestion& question, wire::ShareMessage& to);
void to_wire(const AuditAnswer& answer, wire::ShareMessage& to);
Result<MessageBody> from_wire(const wire::AuditQuestion& arm);
Result<MessageBody> from_wire(const wire::AuditAnswer& arm);

}  // namespace lansync::message_arms
