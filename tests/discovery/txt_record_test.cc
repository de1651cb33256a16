#include "discovery/txt_record.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

const std::string kTag = "0123456789abcdef";

std::vector<std::string> good() { return {"v=1", "id=" + kTag, "b=a1", "f=0"}; }

rc::Gen<TxtRecord> any_record() {
  const auto hex = [](int length) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(length),
                                           rc::gen::elementOf(std::string("0123456789abcdef")));
  };
  return rc::gen::build<TxtRecord>(
      rc::gen::set(&TxtRecord::version, rc::gen::inRange<unsigned>(1, 65536)),
      rc::gen::set(&TxtRecord::device_tag, hex(16)),
      rc::gen::set(&TxtRecord::boot_nonce, rc::gen::mapcat(rc::gen::inRange(0, 17), hex)),
      rc::gen::set(&TxtRecord::invitation_open));
}

TEST_CASE("A TXT record reads back as it was written", "[discovery][txt_record]") {
  const bool held = rc::check([] {
    const TxtRecord record = *any_record();
    const std::vector<std::string> entries = encode_txt(record);
    std::size_t bytes = 0;
    for (const std::string& entry : entries) bytes += entry.size() + 1;
    RC_ASSERT(bytes <= discovery_limits::kTxtBytesPublishedMax);
    const auto read = parse_txt(entries);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == record);
  });
  CHECK(held);
}

TEST_CASE("The order of a TXT record's keys and their case do not matter",
          "[discovery][txt_record]") {
  const bool held = rc::check([] {
    const TxtRecord record = *any_record();
    std::vector<std::string> entries = encode_txt(record);
    std::ranges::next_permutation(entries);
    if (*rc::gen::arbitrary<bool>()) std::ranges::reverse(entries);
    for (std::string& entry : entries) {
      std::ranges::transform(entry, entry.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    }
    const auto read = parse_txt(entries);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == record);
  });
  CHECK(held);
}

TEST_CASE("Whatever strings arrive, what is made of them is sane", "[discovery][txt_record]") {
  const bool held = rc::check([] {
    std::vector<std::string> entries = *rc::gen::arbitrary<std::vector<std::string>>();
    if (*rc::gen::arbitrary<bool>()) entries.insert(entries.begin(), "id=" + kTag);
    if (*rc::gen::arbitrary<bool>()) entries.insert(entries.begin(), "v=1");
    const auto read = parse_txt(entries);
    if (!read) return;
    RC_ASSERT(is_device_tag(read->device_tag));
    RC_ASSERT(read->boot_nonce.empty() || is_boot_nonce(read->boot_nonce));
    RC_ASSERT(read->version >= 1 && read->version <= 65535);
  });
  CHECK(held);
}

TEST_CASE("A mutilated character of a TXT record is refused or reads as a sane record",
          "[discovery][txt_record]") {
  const std::vector<std::string> entries = good();
  for (std::size_t entry = 0; entry < entries.size(); ++entry) {
    for (std::size_t at = 0; at < entries[entry].size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::vector<std::string> changed = entries;
        changed[entry][at] = static_cast<char>(value);
        const auto read = parse_txt(changed);
        if (read) REQUIRE(is_device_tag(read->device_tag));
      }
    }
  }
}

TEST_CASE("parse_txt refuses what does not say who it is", "[discovery][txt_record]") {
  const struct {
    const char* name;
    std::vector<std::string> entries;
    Errc expected;
  } cases[] = {
      {"nothing", {}, Errc::malformed},
      {"one empty string", {""}, Errc::malformed},
      {"no version", {"id=" + kTag}, Errc::malformed},
      {"no id", {"v=1"}, Errc::malformed},
      {"keys without values", {"v", "id", "b", "f"}, Errc::malformed},
      {"empty values", {"v=", "id="}, Errc::malformed},
      {"values without keys", {"=1", "=" + kTag}, Errc::malformed},
      {"version 0", {"v=0", "id=" + kTag}, Errc::malformed},
      {"a negative version", {"v=-1", "id=" + kTag}, Errc::malformed},
      {"a version with a sign", {"v=+1", "id=" + kTag}, Errc::malformed},
      {"a version with a space", {"v= 1", "id=" + kTag}, Errc::malformed},
      {"a version with something after it", {"v=1x", "id=" + kTag}, Errc::malformed},
      {"a hexadecimal version", {"v=0x1", "id=" + kTag}, Errc::malformed},
      {"a version that is too large", {"v=65536", "id=" + kTag}, Errc::malformed},
      {"a version beyond any integer",
       {"v=" + std::string(200, '9'), "id=" + kTag},
       Errc::malformed},
      {"a short id", {"v=1", "id=0123456789abcde"}, Errc::malformed},
      {"a long id", {"v=1", "id=0123456789abcdef0"}, Errc::malformed},
      {"an id that is not hex", {"v=1", "id=0123456789abcdeg"}, Errc::malformed},
      {"an id with a NUL", {"v=1", std::string("id=0123456789abcde\0", 19)}, Errc::malformed},
      {"an id that moves the cursor", {"v=1", "id=\x1b[2J0123456789ab"}, Errc::malformed},
      {"an id in another script",
       {"v=1", "id=\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7"},
       Errc::malformed},
      {"a bad id before a good one", {"v=1", "id=x", "id=" + kTag}, Errc::malformed},
      {"a bad version before a good one", {"v=x", "v=1", "id=" + kTag}, Errc::malformed},
      {"a nonce that is not hex", {"v=1", "id=" + kTag, "b=zz"}, Errc::malformed},
      {"a long nonce", {"v=1", "id=" + kTag, "b=" + std::string(17, 'a')}, Errc::malformed},
      {"features that are no number", {"v=1", "id=" + kTag, "f=yes"}, Errc::malformed},
      {"features without a value", {"v=1", "id=" + kTag, "f="}, Errc::malformed},
      {"features beyond 32 bits", {"v=1", "id=" + kTag, "f=4294967296"}, Errc::malformed},
      {"17 strings",
       {"v=1", "id=" + kTag, "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""},
       Errc::limit_exceeded},
      {"a thousand strings", std::vector<std::string>(1000, "k=v"), Errc::limit_exceeded},
      {"8 KiB", {"v=1", "id=" + kTag, std::string(8192, 'x')}, Errc::limit_exceeded},
      {"1301 bytes",
       {"v=1", "id=" + kTag, std::string(1301 - 4 - 20 - 1, 'x')},
       Errc::limit_exceeded},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto read = parse_txt(c.entries);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == c.expected);
    }
  }
}

TEST_CASE("parse_txt is lenient where RFC 6763 wants it", "[discovery][txt_record]") {
  const TxtRecord plain{
      .version = 1, .device_tag = kTag, .boot_nonce = "", .invitation_open = false};
  TxtRecord inviting = plain;
  inviting.invitation_open = true;
  const struct {
    const char* name;
    std::vector<std::string> entries;
    TxtRecord expected;
  } cases[] = {
      {"optional keys are missing", {"v=1", "id=" + kTag}, plain},
      {"the first of two equal keys counts", {"v=1", "V=2", "id=" + kTag, "id=x"}, plain},
      {"unknown keys, also binary ones", {"v=1", "m=77", "\xff\x01=\xfe", "id=" + kTag}, plain},
      {"strings without a key", {"=", "=x", "", "x", "v=1", "id=" + kTag}, plain},
      {"a value with an equals sign", {"v=1", "x=a=b", "id=" + kTag}, plain},
      {"upper-case hex", {"v=1", "id=0123456789ABCDEF"}, plain},
      {"an invitation among unknown features", {"v=1", "id=" + kTag, "f=4294967295"}, inviting},
      {"unknown features alone", {"v=1", "id=" + kTag, "f=4294967294"}, plain},
      {"1300 bytes", {"v=1", "id=" + kTag, std::string(1300 - 4 - 20 - 1, 'x')}, plain},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto read = parse_txt(c.entries);
      REQUIRE(read);
      CHECK(*read == c.expected);
    }
  }
}

}  // namespace
}  // namespace lansync
