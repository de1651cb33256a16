// What people are shown of a share.
#include "core/engine/share_engine.h"

namespace lansync {

std::string_view to_string(ShareActivity activity) {
  switch (activity) {
    case ShareActivity::scanning: return "scanning";
    case ShareActivity::syncing: return "syncing";
    case ShareActivity::idle: return "idle";
    case ShareActivity::held: return "held";
    case ShareActivity::error: return "error";
  }
  return "error";
}

ShareActivity ShareEngine::activity() const {
  if (failed_ || scan_.root_error()) return ShareActivity::error;
  if (edits_.held() > 0 || applier_.held() > 0) return ShareActivity::held;
  if (!scanned_once_) return ShareActivity::scanning;
  if (need_.files > 0) {
    return applier_.lacking_bytes() > 0 ? ShareActivity::held : ShareActivity::syncing;
  }
  return scan_.idle() ? ShareActivity::idle : ShareActivity::scanning;
}

ShareStatus ShareEngine::status() const {
  ShareStatus status;
  status.activity = activity();
  status.disk = disk_;
  status.need = need_;
  status.staged_bytes = fetcher_.staged_bytes();
  status.to_look_at = scan_.waiting();
  status.in_sync = in_sync();
  status.fingerprint = replica_.fingerprint();
  status.conflicts = conflicts_;
  status.held_deletions = edits_.held() + applier_.held();
  status.lacking_bytes = applier_.lacking_bytes();
  status.error = failed_ ? failed_ : scan_.root_error();
  for (const auto& [path, issue] : issues_.all()) status.issues.push_back(issue);
  for (PathIssue& issue : claims_.issues(membership_)) status.issues.push_back(std::move(issue));
  for (PathIssue& issue : forks_.issues(membership_)) status.issues.push_back(std::move(issue));
  for (PathIssue& issue : audit_issues(audits_.results(), membership_)) {
    status.issues.push_back(std::move(issue));
  }
  for (const auto& [device, member] : membership_.members()) {
    if (member.removed || device == config_.self.device) continue;
    MemberStatus one{.member = member};
    const auto peer = peers_.find(device);
    if (peer != peers_.end() && peer->second.joined) {
      const ShareState& state = peer->second.state;
      one.online = true;
      one.in_sync = state.in_sync && state.clock == replica_.clock();
      one.need_files = state.need_files;
      one.need_bytes = state.need_bytes;
    }
    status.members.push_back(std::move(one));
  }
  return status;
}

}  // namespace lansync
