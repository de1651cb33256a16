#include "cli/daemon/open_share.h"

#include "core/engine/apply/apply.h"
#include "core/engine/history/incarnation.h"
#include "core/os/boot_identity.h"
#include "core/os/sqlite_file_birth.h"
#include "core/os/sqlite_index.h"

namespace lansync::cli {
namespace {

Failure folder_failure(const Error& error, const std::filesystem::path& folder) {
  if (error.code == make_error_code(Errc::not_found) ||
      error.code == std::errc::no_such_file_or_directory) {
    return {ExitCode::not_found, "the folder is not there, or has lost its mark", folder.string(),
            "mount its disk, or `lansync leave` it and join it again"};
  }
  if (error.code == std::errc::file_exists) {
    return {ExitCode::refused, "the folder belongs to another share", folder.string(),
            "leave that share first, or choose another folder"};
  }
  Failure failure = to_failure(error, "see that you may read and write it");
  failure.path = folder.string();
  return failure;
}

Failure index_failure(const Error& error, const std::filesystem::path& file) {
  Failure failure = to_failure(
      error, error.code == make_error_code(Errc::corrupt)
                 ? "move this file away and start again: the folder is looked at anew; your files "
                   "are untouched"
                 : "");
  failure.message = "the share's index: " + error.code.message();
  failure.path = file.string();
  return failure;
}

// The log of the index, and whatever the registry knows beyond it.
Result<std::unique_ptr<Membership>> read_membership(const RegisteredShare& share, Index& index) {
  auto founded = Membership::found(share.genesis);
  if (!founded) return std::move(founded).error();
  auto membership = std::make_unique<Membership>(*std::move(founded));
  auto stored = index.member_ops();
  if (!stored) return std::move(stored).error();
  for (const Bytes& bytes : *stored) {
    const auto record = decode_signed_record(bytes);
    if (!record) return Error{Errc::corrupt, "membership log"};
    if (auto added = membership->add(*record); !added) return std::move(added).error();
  }
  for (const SignedRecord& op : share.ops) {
    if (membership->knows(member_op_hash(op))) continue;
    if (auto added = membership->add(op); !added) return std::move(added).error();
    auto put = index.append_member_op(member_op_hash(op), encode(op));
    if (!put) return std::move(put).error();
  }
  if (auto done = index.commit(); !done) return std::move(done).error();
  return membership;
}

}  // namespace

std::filesystem::path index_file(const std::filesystem::path& state_dir, const ShareId& share) {
  return state_dir / share.hex() / "index.db";
}

Outcome<OpenedShare> open_share(const RegisteredShare& share,
                                const std::filesystem::path& state_dir, bool fresh,
                                const DeviceKeys& keys, const std::string& device_name,
                                Entropy& entropy) {
  auto root = fresh ? ShareRoot::create(share.path.string(), share.id.hex())
                    : ShareRoot::open(share.path.string());
  if (!root) return folder_failure(root.error(), share.path);
  const auto identity = (*root)->root_identity();
  if (!identity) return folder_failure(identity.error(), share.path);
  if (identity->marker != share.id.hex()) {
    return folder_failure({Errc::not_found, share.path.string()}, share.path);
  }
  const auto recovered = recover_claimed(**root, "recovered-");
  if (!recovered) return folder_failure(recovered.error(), share.path);

  const std::filesystem::path file = index_file(state_dir, share.id);
  auto index = SqliteIndex::open(file.string());
  if (!index) return index_failure(index.error(), file);
  const auto birth = file_birth(file.string());
  if (!birth) return index_failure(birth.error(), file);
  const auto incarnation = open_incarnation(**index, *birth, entropy);
  if (!incarnation) return index_failure(incarnation.error(), file);
  auto membership = read_membership(share, **index);
  if (!membership) return index_failure(membership.error(), file);

  OpenedShare opened;
  opened.index_was_copied = incarnation->of_copy;
  opened.root = std::shared_ptr<ShareRoot>(*std::move(root));
  opened.parts.file_system = opened.root;
  opened.parts.index = *std::move(index);
  opened.parts.membership = *std::move(membership);
  opened.parts.config.self = {keys.id(), incarnation->number};
  opened.parts.config.device_name = device_name;
  opened.parts.config.root = *identity;
  if (!incarnation->of_copy) opened.parts.config.boot = boot_identity(share.path.string());
  opened.parts.config.sign = [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
  return opened;
}

}  // namespace lansync::cli
