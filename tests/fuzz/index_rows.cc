// An index whose rows are not what was written: by a damaged disk, or by somebody's hand.
//
// The input is a list of edits: table, row, column, how, and a value. SQLite's own format is left
// alone; a row that its schema allows may say anything. Everything that an engine ever asks its
// index comes out as an answer or an error, and no file is lost over it.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/sample_share.h"
#include "tests/support/temporary_folder.h"

namespace lansync {
namespace {

namespace fs = std::filesystem;

constexpr int kEditsMax = 8;

struct Table {
  std::string_view name;
  std::string_view key;
  std::vector<std::string_view> columns;
};

const std::vector<std::string_view> kDiskColumns = {"path",        "kind",  "size",   "mtime",
                                                    "mode",        "inode", "links",  "content",
                                                    "chunk_class", "racy",  "source", "shown"};

std::vector<std::string_view> with_trash(std::vector<std::string_view> columns) {
  columns.emplace_back("trash");
  return columns;
}

const std::vector<Table> kTables = {
    {"facts", "name", {"name", "value"}},
    {"authors", "id", {"id", "device", "incarnation", "counter", "hash"}},
    {"segments", "arrival", {"arrival", "author", "first", "count", "header", "signature"}},
    {"changes", "author, counter", {"author", "counter", "pruned", "stub", "body"}},
    {"heads", "live, path, author, counter", {"live", "path", "author", "counter"}},
    {"disk", "path", kDiskColumns},
    {"intents", "path", with_trash(kDiskColumns)},
    {"pending", "path", {"path", "bytes"}},
    {"contents", "id", {"id", "content", "list"}},
    {"chunks", "hash, content", {"hash", "content", "offset", "bytes"}},
    {"trash", "name", {"name", "path", "content", "bytes", "since"}},
    {"member_ops", "place", {"place", "hash", "op"}},
    {"totals",
     "id",
     {"disk_files", "disk_bytes", "pending_files", "pending_bytes", "trash_files", "trash_bytes"}}};

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The sound share, and the file in which its index is spoiled.
struct Stage {
  Stage() {
    auto index = SqliteIndex::open(file).value();
    share.emplace(*index);
    index.reset();
    sound = read_file(file);
    LANSYNC_ASSERT(!fs::exists(file + "-wal"));
  }

  test::TemporaryFolder folder;
  const std::string file = (folder.path() / "index.db").string();
  std::optional<SampleShare> share;
  std::string sound;
};

unsigned take_byte(FuzzInput& input) {
  const ByteView byte = input.take(1);
  return byte.empty() ? 0 : std::to_integer<unsigned>(byte[0]);
}

// What the column holds becomes something near it, or what the input has.
Bytes changed(Bytes bytes, unsigned how, ByteView given) {
  switch (how % 4) {
    case 0: return to_bytes(given);
    case 1:
      if (bytes.empty()) return bytes;
      for (std::size_t i = 0; i + 1 < given.size(); i += 2) {
        bytes[std::to_integer<std::size_t>(given[i]) % bytes.size()] ^= given[i + 1];
      }
      return bytes;
    case 2: bytes.resize(std::min(bytes.size(), given.size())); return bytes;
    default: append(bytes, given); return bytes;
  }
}

struct Cell {
  bool integer = false;
  std::int64_t number = 0;
  bool text = false;
  Bytes bytes;
};

Result<Cell> read_cell(Database& database, const std::string& sql, unsigned row) {
  auto statement = Statement::prepare(database, sql);
  if (!statement) return std::move(statement).error();
  Query query(&*statement, {row});
  const auto found = query.next();
  if (!found) return found.error();
  if (!*found) return Error{Errc::not_found, "row"};
  const std::string_view type = query.text(1);
  return Cell{type == "integer", query.integer(0), type == "text", to_bytes(query.blob(0))};
}

SqlValue value_of(const Cell& cell) {
  if (cell.integer) return cell.number;
  if (cell.text) return as_text(cell.bytes);
  return cell.bytes;
}

// Of the row, with the column set to ?2: changed, or once more, or gone.
std::string statement_of(const Table& table, std::string_view column, const std::string& at,
                         unsigned how) {
  const std::string name(table.name);
  if (how == 7) return "DELETE FROM " + name + " WHERE ?2 IS ?2 AND " + at;
  if (how != 6) {
    return "UPDATE OR IGNORE " + name + " SET " + std::string(column) + " = ?2 WHERE " + at;
  }
  std::string columns;
  std::string values;
  for (const std::string_view one : table.columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(one);
    values += (values.empty() ? "" : ", ") + std::string(one == column ? "?2" : one);
  }
  return "INSERT OR IGNORE INTO " + name + " (" + columns + ") SELECT " + values + " FROM " + name +
         " WHERE " + at;
}

// An edit that the schema refuses is none.
void edit(Database& database, FuzzInput& input) {
  const Table& table = kTables[take_byte(input) % kTables.size()];
  const std::string column(table.columns[take_byte(input) % table.columns.size()]);
  const unsigned row = take_byte(input);
  const unsigned how = take_byte(input);
  const ByteView given = input.take(take_byte(input));
  const std::string name(table.name);
  const std::string key(table.key);
  const std::string at = "(" + key + ") IN (SELECT " + key + " FROM " + name +
                         " LIMIT 1 OFFSET ?1 % (SELECT max(1, count(*)) FROM " + name + "))";
  std::string question = "SELECT " + column + ", typeof(" + column + ") FROM " + name;
  auto cell = read_cell(database, question + " WHERE " + at, row);
  if (!cell) return;
  Bytes number;
  append_be(number, static_cast<std::uint64_t>(cell->number));
  cell->bytes = changed(cell->integer ? number : cell->bytes, how, given);
  std::uint64_t bits = 0;
  for (const std::byte byte : cell->bytes) bits = bits << 8U | std::to_integer<std::uint64_t>(byte);
  cell->number = static_cast<std::int64_t>(bits);
  auto statement = Statement::prepare(database, statement_of(table, column, at, how / 4 % 8));
  if (statement) (void)statement->run({row, value_of(*cell)});
}

void spoil(const Stage& stage, FuzzInput& input) {
  fs::remove(stage.file + "-wal");
  std::ofstream(stage.file, std::ios::binary | std::ios::trunc) << stage.sound;
  auto database = Database::open(stage.file).value();
  LANSYNC_ASSERT(database.text_of("PRAGMA locking_mode = EXCLUSIVE").has_value());
  LANSYNC_ASSERT(database.execute("PRAGMA synchronous = OFF; BEGIN").has_value());
  for (int i = 0; i < kEditsMax && !input.empty(); ++i) edit(database, input);
  LANSYNC_ASSERT(database.execute("COMMIT").has_value());
}

// Each question once, whatever the answer.
void ask(Index& index) {
  (void)index.damage();
  const auto places = index.segments(0, 100);
  if (places) {
    for (const SegmentPlace& place : *places) {
      (void)index.log_end(place.author);
      const auto segment = index.segment(place.arrival);
      if (segment) (void)open_segment(*segment);
    }
  }
  const auto paths = index.paths({}, 100);
  if (paths) {
    for (const RelativePath& path : *paths) {
      const auto heads = index.heads(path);
      if (!heads) continue;
      for (const Change& head : *heads) (void)index.head(head.dot);
      (void)index.has_live_beneath(path);
      (void)index.disk_copies_of(path);
    }
  }
  const auto rows = index.disk_beneath({}, {}, 100);
  if (rows) {
    for (const DiskRow& row : *rows) {
      (void)index.disk_children(row.path);
      const auto list = index.chunk_list(row.content);
      if (!list || !*list) continue;
      for (const Chunk& chunk : (*list)->chunks) (void)index.find_chunk(chunk.hash, 4);
    }
  }
  (void)index.intents();
  (void)index.pending({}, 100);
  (void)index.trash_before(WallTime{std::numeric_limits<std::int64_t>::max()}, 100);
  (void)index.first_segment_beyond({});
}

// As the daemon does it.
Result<Membership> membership_of(Index& index) {
  auto membership = Membership::found(SampleShare::membership().genesis_record()).value();
  const auto ops = index.member_ops();
  if (!ops) return ops.error();
  for (const Bytes& bytes : *ops) {
    const auto record = decode_signed_record(bytes);
    if (!record) return record.error();
    if (auto added = membership.add(*record); !added) return std::move(added).error();
  }
  return membership;
}

// The other member is there and has something new.
void meet(ShareEngine& engine, const SampleShare& share, Driver& driver) {
  const DeviceId& other = SampleShare::other_device();
  engine.handle_peer_up(other, driver.now());
  const std::vector<MessageBody> said = {
      ShareHello{engine.membership().heads()},
      ShareState{.clock = share.clock_with_news()},
      share.news(),
      ChunkListRequest{.request = 1},
      Barrier{1},
      AuditQuestion{.question = 1},
  };
  for (const MessageBody& body : said) {
    if (!engine.handle_message(other, body, driver.now())) return;
    driver.run(50);
    while (engine.poll_message(other, driver.now())) continue;
    while (engine.poll_data(other)) continue;
  }
}

void live(Index& index, const SampleShare& share) {
  auto membership = membership_of(index);
  const auto incarnation = index.fact("incarnation");
  if (!membership || !incarnation) return;
  if (!*incarnation || (*incarnation)->size() != sizeof(std::uint64_t)) return;
  test::MemoryFileSystem disk;
  disk.restore(share.disk());
  const auto before = disk.all_contents();
  ShareEngine engine(index, *membership,
                     SampleShare::config(load_be<std::uint64_t>(**incarnation)));
  Driver driver(engine, disk);
  engine.start(driver.now());
  driver.run(100);
  meet(engine, share, driver);
  (void)disk.user_write("a", "a person's");
  (void)engine.begin_verification(driver.now());
  engine.handle_hint({}, true, driver.now());
  for (int i = 0; i < 6; ++i) {
    driver.run(50);
    driver.wait();
  }
  (void)engine.status();
  const auto after = disk.all_contents();
  LANSYNC_ASSERT(std::ranges::all_of(before, [&after](const std::string& content) {
    return after.contains(content) || content == "more than one";
  }));
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  static const Stage stage;
  FuzzInput input(data, size);
  spoil(stage, input);
  {
    auto index = SqliteIndex::open(stage.file);
    if (!index) return 0;
    ask(**index);
    live(**index, *stage.share);
  }
  return 0;
}
