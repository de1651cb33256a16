#include "cli/daemon/open_share.h"

#include <algorithm>

#include "core/engine/apply.h"
#include "core/os/sqlite_file_birth.h"
#include "core/os/sqlite_index.h"

namespace lansync::cli {
namespace {

constexpr std::string_view kIncarnationFact = "incarnation";
// Of the index's file when that incarnation began.
constexpr std::string_view kBirthFact = "birth";

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

// A copy may lack what the original has published since: it goes on as a log of its own, so that no
// number of the old one is used twice.
Result<bool> is_copy(Index& index, ByteView birth) {
  const auto stored = index.fact(kBirthFact);
  if (!stored) return stored.error();
  if (*stored && std::ranges::equal(**stored, birth)) return false;
  if (auto put = index.put_fact(kBirthFact, birth); !put) return std::move(put).error();
  return stored->has_value();
}

Result<std::uint64_t> read_incarnation(Index& index, bool copy, Entropy& entropy) {
  auto stored = index.fact(kIncarnationFact);
  if (!stored) return std::move(stored).error();
  Bytes incarnation = std::move(*stored).value_or(Bytes());
  if (copy || incarnation.size() != sizeof(std::uint64_t)) {
    incarnation.resize(sizeof(std::uint64_t));
    entropy.fill(incarnation);
    auto put = index.put_fact(kIncarnationFact, incarnation);
    if (!put) return std::move(put).error();
  }
  if (auto done = index.commit(); !done) return std::move(done).error();
  return load_be<std::uint64_t>(incarnation);
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

Outcome<void> renew_incarnation(Index& index, Entropy& entropy) {
  Bytes fresh(sizeof(std::uint64_t));
  entropy.fill(fresh);
  auto done = index.put_fact(kIncarnationFact, fresh);
  if (done) done = index.commit();
  if (!done) return to_failure(done.error(), "");
  return {};
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
  const auto copy = is_copy(**index, *birth);
  if (!copy) return index_failure(copy.error(), file);
  const auto incarnation = read_incarnation(**index, *copy, entropy);
  if (!incarnation) return index_failure(incarnation.error(), file);
  auto membership = read_membership(share, **index);
  if (!membership) return index_failure(membership.error(), file);

  OpenedShare opened;
  opened.index_was_copied = *copy;
  opened.root = std::shared_ptr<ShareRoot>(*std::move(root));
  opened.parts.file_system = opened.root;
  opened.parts.index = *std::move(index);
  opened.parts.membership = *std::move(membership);
  opened.parts.config.self = {keys.id(), *incarnation};
  opened.parts.config.device_name = device_name;
  opened.parts.config.root = *identity;
  opened.parts.config.sign = [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
  return opened;
}

}  // namespace lansync::cli
