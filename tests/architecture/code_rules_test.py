"""Each rule of code_rules.py is broken on purpose here, and must notice."""

import unittest

from code_rules import RULES, violations

REFUSED = [
    # file, line of code, part of the reason
    ("core/sync/x.cc", "auto now = std::chrono::steady_clock::now();", "told the time"),
    ("core/sync/x.cc", "using Clock = system_clock; auto t = system_clock::now();", "told the time"),
    ("core/sync/x.cc", "auto t = time(nullptr);", "told the time"),
    ("core/sync/x.cc", "auto t = std::time(nullptr);", "told the time"),
    ("core/sync/x.cc", "::clock_gettime(CLOCK_REALTIME, &t);", "told the time"),
    ("core/sync/x.cc", "#include <random>", "randomness"),
    ("core/sync/x.cc", "std::mt19937_64 engine(1);", "randomness"),
    ("core/crypto/x.cc", "randombytes_buf(p, n);", "randomness"),
    ("core/crypto/x.cc", "RAND_bytes(p, n);", "randomness"),
    ("core/crypto/x.cc", "getrandom(p, n, 0);", "randomness"),
    ("core/crypto/x.cc", "crypto_sign_keypair(pk, sk);", "randomness"),
    ("core/crypto/x.cc", "crypto_core_ristretto255_scalar_random(s);", "randomness"),
    ("core/engine/x.h", "#include <mutex>", "threads"),
    ("core/engine/x.h", "#include <atomic>", "threads"),
    ("core/engine/x.h", "std::jthread worker_;", "threads"),
    ("core/engine/x.cc", "static thread_local int depth;", "threads"),
    ("core/engine/x.cc", "#include <fstream>", "no I/O"),
    ("core/engine/x.cc", "std::cerr << 1;", "no I/O"),
    ("core/engine/x.cc", "std::printf(f);", "no I/O"),
    ("core/engine/x.cc", "co_await next();", "no coroutines"),
    ("transport/x.cc", "::renameat2(a, b, c, d, 0);", "only in core/os"),
    ("transport/x.cc", "int fd = openat(dir, name, O_RDONLY);", "only in core/os"),
    ("cli/x.cc", "unlinkat(dir, name, 0);", "only in core/os"),
    ("core/sync/x.cc", "if (mkdirat(dir, name, 0700) != 0) {", "only in core/os"),
    ("core/os/x.cc", "::rename(a, b);", "whole path"),
    ("core/os/x.cc", "int fd = ::open(path, O_RDONLY);", "whole path"),
    ("core/os/x.cc", "if (::stat(path, &out) != 0) {", "whole path"),
    ("transport/x.cc", "return unlink(path);", "whole path"),
    ("transport/x.cc", "auto fd = ::open(path, O_RDONLY);", "whole path"),
    ("transport/x.cc", "mkdir(path, 0700);", "whole path"),
    ("library/x.cc", "FILE* f = fopen(path, mode);", "whole path"),
    ("core/os/x.cc", "#include <filesystem>", "whole path"),
    ("transport/x.cc", "std::filesystem::remove_all(path);", "whole path"),
    ("transport/x.cc", "std::system(command);", "processes"),
    ("discovery/x.cc", "::popen(command, mode);", "processes"),
    ("core/base/x.cc", "#include <cassert>", "LANSYNC_ASSERT"),
    ("cli/x.cc", "auto s = std::format(f, 1);", "std::format"),
    ("transport/x.cc", "co_spawn(executor, run(), asio::detached);", "structured"),
    ("transport/x.h", "#pragma once\nclass X : std::enable_shared_from_this<X> {};", "structured"),
    ("core/base/x.h", "#pragma once\n  using namespace std;", "using-directive"),
    ("core/base/x.h", "int x;", "#pragma once"),
    ("transport/x.cc", "class SessionManager {", "not understood"),
    ("core/base/string_utils.cc", "", "not understood"),
    ("core/base/Session.cc", "", "snake_case"),
    ("core/sync/x.cc", "for (const Row& row : *index.rows(path)) {", "GCC 12 destroys"),
    ("tests/core/x_test.cc", "std::this_thread::sleep_for(1s);", "do not sleep"),
    ("tests/core/x_test.cc", "usleep(10);", "do not sleep"),
]

ALLOWED = [
    ("core/sync/x.cc", "// steady_clock::now() is the shell's.\n"),
    ("core/sync/x.cc", 'fail("mutex: std::thread rename(");'),
    ("core/sync/x.cc", "/* rename(\n open( */ int x;"),
    ("core/sync/x.cc", "auto t = change.time(); auto u = edit_time(now); file->open(path);"),
    ("core/sync/x.cc", "fs_.remove(path); return fs_.rename(a, b);"),
    ("core/sync/x.cc", "OpenSegment::open(bytes); auto t = a ? x.time() : y.time();"),
    ("core/os/x.cc", "const std::error_code linked = link(from, to);"),
    ("core/sync/x.cc", "for (const Row& row : *rows) use(row);"),
    ("core/sync/x.cc", "for (int i = 0; i < *f(); i += *step(i)) {"),
    ("core/os/sqlite_index.cc", "::stat(file.c_str(), &status);"),
    ("core/os/sqlite.cc", "return system(std::errc::io_error);"),
    ("core/os/x.h", "#pragma once\n  Result<void> rename(const RelativePath& from);"),
    ("core/os/x.cc", "Result<File> PosixFile::open(int dir) { return file.open(dir); }"),
    ("core/os/x.cc", "return ::openat(dir, name, flags);"),
    ("core/crypto/x.cc", "crypto_sign_seed_keypair(pk, sk, seed);"),
    ("core/os/entropy.cc", "::getrandom(p, n, 0);"),
    ("core/os/beneath.cc", "::openat(dir, name, O_RDONLY);"),
    ("core/os/x.h", "#pragma once\n#include <mutex>\n"),
    ("cli/config.cc", "#include <filesystem>\n"),
    ("tests/e2e/x.cc", "std::this_thread::sleep_for(1s);"),
]


class CodeRules(unittest.TestCase):
    def test_every_forbidden_line_is_found(self):
        for name, code, reason in REFUSED:
            with self.subTest(name=name, code=code):
                found = [why for _, _, why in violations({name: code})]
                self.assertTrue(any(reason in why for why in found), found)

    def test_ordinary_code_passes(self):
        for name, code in ALLOWED:
            with self.subTest(name=name, code=code):
                self.assertEqual(list(violations({name: code})), [])

    def test_no_rule_is_without_a_line_that_breaks_it(self):
        for rule in RULES:
            with self.subTest(rule=rule.pattern.pattern):
                self.assertTrue(any(reason == rule.reason for name, code, _ in REFUSED
                                    for _, _, reason in violations({name: code}, [rule])))


if __name__ == "__main__":
    unittest.main()
