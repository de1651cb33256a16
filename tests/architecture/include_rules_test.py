"""Each rule of include_rules.py is broken on purpose here, and must notice."""

import unittest

from include_rules import violations

REFUSED = [
    # file, line of code, part of the reason
    ("core/base/x.h", '#include "core/fs/y.h"', "core/base may not include core/fs"),
    ("core/chunk/x.h", '#include "core/crypto/y.h"', "core/chunk may not include core/crypto"),
    ("core/crypto/x.cc", '#include "core/chunk/y.h"', "core/crypto may not include core/chunk"),
    ("core/fs/x.cc", '#include "core/index/y.h"', "core/fs may not include core/index"),
    ("core/index/x.h", '#include "core/sync/y.h"', "core/index may not include core/sync"),
    ("core/sync/x.cc", '#include "core/wire/y.h"', "core/sync may not include core/wire"),
    ("core/wire/x.cc", '#include "core/engine/y.h"', "core/wire may not include core/engine"),
    ("core/engine/x.cc", '#include "core/os/y.h"', "core/engine may not include core/os"),
    ("core/engine/x.cc", '  #  include "transport/y.h"', "core/engine may not include transport"),
    ("core/engine/scan/x.cc", '#include "core/engine/apply/y.h"', "may not include core/engine/apply"),
    ("core/engine/history/x.h", '#include "core/engine/scan/y.h"', "may not include core/engine/scan"),
    ("core/engine/scan/x.cc", '#include "core/os/y.h"', "core/engine/scan may not include core/os"),
    ("core/sync/x.cc", '#include "core/engine/scan/y.h"', "may not include core/engine/scan"),
    ("core/engine/other/x.cc", "", "core/engine/other is not a folder of code"),
    ("bench/x.cc", '#include "tests/core/y.h"', "bench may not include tests"),
    ("core/os/x.cc", '#include "transport/asio.h"', "core/os may not include transport"),
    ("discovery/x.cc", '#include "core/index/y.h"', "discovery may not include core/index"),
    ("discovery/x.cc", '#include "transport/y.h"', "discovery may not include transport"),
    ("transport/x.cc", '#include "core/engine/scan/y.h"', "may not include core/engine/scan"),
    ("transport/x.cc", '#include "discovery/y.h"', "transport may not include discovery"),
    ("transport/x.cc", '#include "core/os/y.h"', "transport may not include core/os"),
    ("library/x.cc", '#include "transport/y.h"', "library may not include transport"),
    ("library/x.cc", '#include "core/os/y.h"', "library may not include core/os"),
    ("cli/x.cc", '#include "tests/support/y.h"', "cli may not include tests"),
    ("core/sync/x.cc", '#include "y.h"', "start at the root"),
    ("core/sync/x.cc", '#include "core/sync/../wire/y.h"', "start at the root"),
    ("core/sync/x.cc", '#include "scripts/y.h"', "no folder of code"),
    ("core/wire/x.h", '#include "proto/frame.pb.h"', "generated messages"),
    ("core/engine/x.cc", '#include "frame.pb.h"', "generated messages"),
    ("transport/x.cc", '#include "proto/frame.pb.h"', "generated messages"),
    ("transport/session.h", "#include <asio.hpp>", "<asio.hpp>"),
    ("cli/x.cc", "#include <asio/post.hpp>", "<asio/post.hpp>"),
    ("tests/transport/x.cc", "#include <asio.hpp>", "<asio.hpp>"),
    ("core/crypto/x.h", "#include <sodium.h>", "<sodium.h>"),
    ("core/chunk/x.cc", "#include <sodium.h>", "<sodium.h>"),
    ("transport/x.cc", "#include <openssl/evp.h>", "<openssl/evp.h>"),
    ("core/chunk/x.h", "#include <blake3.h>", "<blake3.h>"),
    ("core/sync/x.cc", "#include <xxhash.h>", "<xxhash.h>"),
    ("core/sync/x.cc", "#include <utf8proc.h>", "<utf8proc.h>"),
    ("core/index/x.cc", "#include <sqlite3.h>", "<sqlite3.h>"),
    ("core/os/watcher.cc", "#include <sqlite3.h>", "<sqlite3.h>"),
    ("discovery/x.h", "#include <avahi-client/client.h>", "<avahi-client/client.h>"),
    ("cli/x.cc", "#include <avahi-core/core.h>", "<avahi-core/core.h>"),
    ("core/engine/x.cc", "#include <google/protobuf/message_lite.h>", "google/protobuf"),
    ("transport/x.cc", "#include <zstd.h>", "<zstd.h>"),
    ("core/base/x.h", "#include <fmt/format.h>", "<fmt/format.h>"),
    ("transport/x.cc", "#include <CLI/CLI.hpp>", "<CLI/CLI.hpp>"),
    ("transport/x.cc", "#include <spdlog/spdlog.h>", "<spdlog/spdlog.h>"),
    ("core/base/x.cc", "#include <toml++/toml.h>", "<toml++/toml.h>"),
    ("core/wire/x.cc", "#include <nlohmann/json.hpp>", "<nlohmann/json.hpp>"),
    ("transport/x.cc", "#include <qrcodegen/qrcodegen.hpp>", "<qrcodegen"),
    ("core/base/x.cc", "#include <catch2/catch.hpp>", "met only in tests"),
    ("cli/x.cc", "#include <rapidcheck.h>", "met only in tests"),
    ("core/sync/x.cc", "#include <unistd.h>", "without a home"),
    ("core/engine/x.cc", "#include <sys/socket.h>", "without a home"),
    ("core/engine/x.cc", "#include <boost/asio.hpp>", "without a home"),
    ("helpers/x.cc", "", "not a folder of code"),
]

ALLOWED = [
    ("core/base/x.cc", '#include "core/base/x.h"'),
    ("core/base/x.cc", "#include <vector>"),
    ("core/base/x.cc", '// #include "core/engine/y.h"'),
    ("core/base/x.cc", '/*\n#include "core/engine/y.h"\n*/'),
    ("core/engine/x.h", '#include "core/wire/y.h"'),
    ("core/engine/x.cc", '#include "core/engine/scan/y.h"\n#include "core/engine/apply/y.h"'),
    ("core/engine/scan/x.h", '#include "core/engine/job.h"\n#include "core/sync/y.h"'),
    ("core/engine/apply/x.h", '#include "core/engine/transfer/y.h"'),
    ("core/os/sqlite_index.cc", "#include <sqlite3.h>"),
    ("core/os/x.cc", "#include <unistd.h>"),
    ("core/wire/codec.cc", '#include "proto/frame.pb.h"'),
    ("transport/asio.h", "#include <asio.hpp>"),
    ("transport/session.cc", '#include "transport/asio.h"'),
    ("cli/run.cc", '#include "core/os/y.h"\n#include "discovery/y.h"\n#include "transport/y.h"'),
    ("tests/core/crypto/x_test.cc", "#include <sodium.h>\n#include <catch2/catch.hpp>"),
    ("bench/x.cc", '#include "tests/support/y.h"'),
]


class IncludeRules(unittest.TestCase):
    def test_every_forbidden_include_is_named_with_its_line(self):
        for name, code, reason in REFUSED:
            with self.subTest(name=name, code=code):
                found = list(violations({name: f"// A comment.\n{code}\n"}))
                self.assertEqual(len(found), 1)
                self.assertEqual(found[0][0], name)
                self.assertIn(reason, found[0][2])
                if code:
                    self.assertEqual(found[0][1], 2)

    def test_what_the_layers_allow_passes(self):
        for name, code in ALLOWED:
            with self.subTest(name=name, code=code):
                self.assertEqual(list(violations({name: code})), [])


if __name__ == "__main__":
    unittest.main()
