#include "engine/state/users.h"

#include <doctest/doctest.h>

namespace bewit::state {
namespace {

TEST_CASE("users are found by their id") {
    Users users;
    users.load_passwd("root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:34:www-data:/var/www:/usr/sbin/nologin");
    REQUIRE(users.user(0) != nullptr);
    CHECK(users.user(0)->name == "root");
    CHECK(users.user(0)->home == "/root");
    CHECK(users.user(0)->shell == "/bin/bash");
    REQUIRE(users.user(33) != nullptr);
    CHECK(users.user(33)->name == "www-data");
    CHECK(users.user(33)->gid == 34);
    CHECK(users.user(33)->shell == "/usr/sbin/nologin");
    CHECK(users.user(1) == nullptr);
}

TEST_CASE("lines that are no entries are skipped") {
    Users users;
    users.load_passwd(
        "# a comment: with colons: in:it:::\n\n+nis:x:5:5:::\n-gone:x:6:6:::\nshort:x:7:7\nword:x:seven:7:::\n"
        "minus:x:-1:7:::\nhuge:x:4294967296:7:::\n:x:8:8:::\ngood:x:9:9:::/bin/sh\r\n");
    for (const uint32_t uid : {5u, 6u, 7u, 8u, 0u, UINT32_MAX}) CHECK(users.user(uid) == nullptr);
    REQUIRE(users.user(9) != nullptr);
    CHECK(users.user(9)->shell == "/bin/sh");
}

TEST_CASE("of two users with one id the first counts") {
    Users users;
    users.load_passwd("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n");
    CHECK(users.user(0)->name == "root");
}

TEST_CASE("groups are found by their id, with members or without") {
    Users users;
    users.load_group("root:x:0:\nadm:x:4:a,b,c\nbare:x:5\n#x:x:6:\nwrong:x:y:\n");
    REQUIRE(users.group(4) != nullptr);
    CHECK(*users.group(0) == "root");
    CHECK(*users.group(4) == "adm");
    CHECK(*users.group(5) == "bare");
    CHECK(users.group(6) == nullptr);
}

TEST_CASE("loading replaces what was known") {
    Users users;
    users.load_passwd("a:x:1:1::/:/\n");
    users.load_group("a:x:1:\n");
    users.load_passwd("b:x:2:2::/:/\n");
    users.load_group("");
    CHECK(users.user(1) == nullptr);
    CHECK(users.user(2) != nullptr);
    CHECK(users.group(1) == nullptr);
}

}  // namespace
}  // namespace bewit::state
