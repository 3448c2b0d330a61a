#include "engine/match/path_match.h"

#include <doctest/doctest.h>

#include <initializer_list>

using bewit::match::PathSet;

namespace {

PathSet set_of(std::initializer_list<std::string_view> paths) {
    PathSet set;
    for (const std::string_view path : paths) set.add(path);
    set.finish();
    return set;
}

}  // namespace

TEST_CASE("a path matches itself and what is below it, and not its neighbours") {
    const PathSet set = set_of({"/etc/ssh"});
    CHECK(set.matches("/etc/ssh"));
    CHECK(set.matches("/etc/ssh/sshd_config"));
    CHECK_FALSE(set.matches("/etc"));
    CHECK_FALSE(set.matches("/etc/sshd"));
    CHECK_FALSE(set.matches("/var/etc/ssh"));
    CHECK_FALSE(set.matches(""));
}

TEST_CASE("slashes at either end and doubled ones count for nothing") {
    const PathSet set = set_of({"//var//log/"});
    CHECK(set.matches("/var/log/syslog"));
    CHECK(set.matches("var/log"));
    CHECK(set.matches("/var///log//"));
}

TEST_CASE("the root matches every path") {
    const PathSet set = set_of({"/"});
    CHECK(set.matches("/anything/at/all"));
    CHECK(set.matches("relative"));
    CHECK(set.matches(""));
}

TEST_CASE("the empty set matches nothing") { CHECK_FALSE(PathSet().matches("/")); }

TEST_CASE("a glob is for one component") {
    const PathSet set = set_of({"/home/*/.ssh"});
    CHECK(set.matches("/home/alice/.ssh/id_rsa"));
    CHECK_FALSE(set.matches("/home/alice/x/.ssh"));
    CHECK_FALSE(set.matches("/home/.ssh"));
}

TEST_CASE("several globs on one level are all tried") {
    const PathSet set = set_of({"/a/*/x", "/a/b*/y", "/a/[bc]?/z"});
    CHECK(set.matches("/a/bb/x"));
    CHECK(set.matches("/a/bb/y"));
    CHECK(set.matches("/a/bb/z"));
    CHECK_FALSE(set.matches("/a/bb/w"));
}

TEST_CASE("an exact component that leads nowhere does not hide a glob") {
    const PathSet set = set_of({"/a/b/x", "/a/*/y"});
    CHECK(set.matches("/a/b/y"));
    CHECK(set.matches("/a/b/x"));
}

TEST_CASE("a shorter path wins over a longer one below it, whichever was added first") {
    CHECK(set_of({"/a/b/c", "/a"}).matches("/a/z"));
    CHECK(set_of({"/a", "/a/b/c"}).matches("/a/z"));
}
