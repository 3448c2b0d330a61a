#include "tracer/runtime/call_site_x86_64.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "tracer/runtime/table.h"

using namespace bewit;
using namespace bewit::tracer;

namespace {

// `bytes` end two bytes behind the call.
std::array<std::byte, site_before + site_after> code(std::initializer_list<int> bytes) {
    std::array<std::byte, site_before + site_after> out{};
    size_t i = out.size() - bytes.size();
    for (const int byte : bytes) out.at(i++) = static_cast<std::byte>(byte);
    return out;
}

const std::string maps =
    "555555554000-555555558000 r--p 00000000 08:01 131 /usr/bin/program\n"
    "555555558000-55555555c000 r-xp 00004000 08:01 131 /usr/bin/program\n"
    "55555555c000-555555580000 rw-p 00000000 00:00 0 [heap]\n"
    "7ffff7a00000-7ffff7a28000 r--p 00000000 08:01 77 /usr/lib/libc with a space.so.6\n"
    "7ffff7a28000-7ffff7bbd000 r-xp 00028000 08:01 77 /usr/lib/libc with a space.so.6\n"
    "7ffff7bbd000-7ffff7c00000 rwxp 00000000 00:00 0 \n"
    "7ffff7c00000-7ffff7c10000 rwxp 00000000 08:01 78 /tmp/written\n"
    "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]\n";

}  // namespace

TEST_CASE("a site is what glibc has, and nothing that only ends like it") {
    CHECK(open_site(code({0x90, 0xb8, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})) == SiteShape::Number);
    CHECK(open_site(code({0x00, 0xb8, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})) == SiteShape::Number);
    CHECK_FALSE(open_site(code({0x41, 0xb8, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})));  // mov $257, %r8d
    CHECK_FALSE(open_site(code({0x8b, 0xb8, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})));  // mov 257(%rax), %edi
    CHECK_FALSE(open_site(code({0x90, 0xb8, 0x02, 0x00, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})));
    CHECK_FALSE(open_site(code({0x90, 0xb8, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0xc3, 0x90})));
    CHECK_FALSE(open_site(code({0x90, 0xe9, 0x01, 0x01, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x3d})));
}

TEST_CASE("a site may set the directory last") {
    const auto site = [](int before, int number, int source, int directory) {
        return open_site(code({before, 0xb8, number, 0x01, 0x00, 0x00, 0x48, 0x89, source, 0xbf, directory, 0xff, 0xff,
                               0xff, 0x0f, 0x05, 0x48, 0x3d}));
    };
    CHECK(site(0xf2, 0x01, 0xfe, 0x9c) == SiteShape::Directory);
    CHECK_FALSE(site(0x41, 0x01, 0xfe, 0x9c));
    CHECK_FALSE(site(0xf2, 0x02, 0xfe, 0x9c));
    CHECK_FALSE(site(0xf2, 0x01, 0xc6, 0x9c));  // mov %rax, %rsi
    CHECK_FALSE(site(0xf2, 0x01, 0xfe, 0x9d));
}

TEST_CASE("a jump leads where it should, or is refused") {
    for (const uint64_t to : {0x7000'0000ull, 0x1000ull, 0x6fff'fff0ull}) {
        const auto made = jump(0x4000'0000, to);
        REQUIRE(made);
        int32_t distance = 0;
        std::memcpy(&distance, made->data() + 1, sizeof distance);
        CHECK((*made)[0] == std::byte{0xe9});
        CHECK(0x4000'0005 + static_cast<int64_t>(distance) == static_cast<int64_t>(to));
    }
    CHECK_FALSE(jump(0x7fff'f7a2'8000, 0x5800'0000'0000));
    CHECK_FALSE(jump(0x1000, 0x1000 + 0x8000'0005));
    CHECK(jump(0x1000, 0x1000 + 0x8000'0004));
}

TEST_CASE("a trampoline knows what it was made for") {
    for (const SiteShape shape : {SiteShape::Number, SiteShape::Directory})
        CHECK(behind_call(trampoline(shape, 0x7fff'f7a2'8011, 0x5812'3456'7000)) == 0x7fff'f7a2'8011);
}

TEST_CASE("only private code from a file that nobody can write to is touched") {
    CHECK(is_file_code(maps, 0x7ffff7a28000));
    CHECK(is_file_code(maps, 0x55555555bfff));
    CHECK_FALSE(is_file_code(maps, 0x55555555c000));
    CHECK_FALSE(is_file_code(maps, 0x7ffff7a00000));
    CHECK_FALSE(is_file_code(maps, 0x7ffff7bbd000));
    CHECK_FALSE(is_file_code(maps, 0x7ffff7c00000));
    CHECK_FALSE(is_file_code(maps, 0x1000));
    CHECK_FALSE(is_file_code("", 0x1000));
    CHECK_FALSE(is_file_code("what is this\n\n7-", 5));
}

TEST_CASE("a free page is in reach of its site and far from what is there") {
    for (const uint64_t site : {0x7ffff7a28000ull, 0x555555558000ull, 0x400000ull}) {
        const auto page = free_page_near(maps, site);
        REQUIRE(page);
        CHECK(*page % 4096 == 0);
        CHECK(jump(site, *page));
        CHECK(jump(site, *page + 4095));
        CHECK_FALSE((*page > 0x7ffff7a00000 - (16 << 20) && *page < 0x7ffff7c10000));
    }
    CHECK_FALSE(free_page_near("1000-7fffffffffff r-xp 0 0 0 /everything\n", 0x400000));
}

TEST_CASE("the table is laid out as the code reads it") {
    match::PathTest test;
    test.flag_bits = {0, 6};
    test.byte_class['a'] = 1;
    test.class_count = 2;
    test.start = 1;
    test.next = {0, 0, 0, 1};
    test.absolute = {~uint64_t{0}, 5};
    test.relative = {~uint64_t{0}, 6};
    const std::vector<std::byte> table = lay_out_table(test, 0x10000, true);
    TableHeader header;
    REQUIRE(table.size() == sizeof header + 4 * sizeof(uint64_t) + 4 * sizeof(uint16_t));
    std::memcpy(&header, table.data(), sizeof header);
    CHECK(header.class_count == 2);
    CHECK(header.start == 1);
    CHECK(header.flag_count == 2);
    CHECK(header.flag_bits[1] == 6);
    CHECK(header.byte_class['a'] == 1);
    CHECK(header.disabled == 0);
    uint64_t answer = 0;
    std::memcpy(&answer, table.data() + (header.answers - 0x10000) + 8, sizeof answer);
    CHECK(answer == 5);
    std::memcpy(&answer, table.data() + (header.relative - 0x10000) + 8, sizeof answer);
    CHECK(answer == 6);
    uint16_t next = 0;
    std::memcpy(&next, table.data() + (header.next - 0x10000) + 6, sizeof next);
    CHECK(next == 1);
}
