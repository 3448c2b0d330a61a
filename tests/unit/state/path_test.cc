#include "engine/state/path.h"

#include <doctest/doctest.h>

namespace bewit::state {
namespace {

std::string join(std::string_view directory, std::string_view path) {
    std::string out = "what was there before";
    join_path(directory, path, out);
    return out;
}

TEST_CASE("a relative path is appended to its directory, with one slash between") {
    CHECK(join("/home/a", "x") == "/home/a/x");
    CHECK(join("/home/a/", "x") == "/home/a/x");
    CHECK(join("/", "etc/passwd") == "/etc/passwd");
    CHECK(join("", "etc/passwd") == "etc/passwd");
}

TEST_CASE("an absolute path stands alone") {
    CHECK(join("/home", "/etc/passwd") == "/etc/passwd");
    CHECK(join("", "/") == "/");
    CHECK(join("/home", "//") == "/");
}

TEST_CASE("dots and repeated slashes are folded") {
    struct Case {
        const char *directory, *path, *joined;
    };
    for (const Case& fold : {
             Case{"/", "./a", "/a"},
             Case{"/", "a/./b", "/a/b"},
             Case{"/", "a/.", "/a"},
             Case{"/", ".", "/"},
             Case{"/d", ".", "/d"},
             Case{"/", "a//b///c", "/a/b/c"},
             Case{"/", "a/", "/a"},
             Case{"/", "a//", "/a"},
             Case{"/", "///a", "/a"},
             Case{"/", "a/../b", "/b"},
             Case{"/", "a/b/../../c", "/c"},
             Case{"/", "a/..", "/"},
             Case{"/d/e", "..", "/d"},
             Case{"/d/e", "../f", "/d/f"},
             Case{"/d/e", "..//f", "/d/f"},
             Case{"/d", "../../../etc/shadow", "/etc/shadow"},
             Case{"/", "..", "/"},
             Case{"/", "/../../x", "/x"},
             Case{"/", "/a/./../b/", "/b"},
             Case{"/", "/app/custom/dir/././././../../.../term/", "/app/.../term"},
             Case{"/", "...", "/..."},
             Case{"/", "..a/.b/c..", "/..a/.b/c.."},
             Case{"/", "a/...b/../c", "/a/c"},
         }) {
        CAPTURE(fold.directory);
        CAPTURE(fold.path);
        CHECK(join(fold.directory, fold.path) == fold.joined);
    }
}

TEST_CASE("the directory itself is not folded, but `..` climbs through it") {
    CHECK(join("../.../", "dir/././././../../.../term/") == "../.../term");
    CHECK(join("app/////", "custom////term") == "app/////custom/term");
    CHECK(join("foo/", "..//a") == "a");
    CHECK(join("a/", "../") == "");
}

TEST_CASE("without a directory a relative path keeps what it has") {
    CHECK(join("", "") == "");
    CHECK(join("", "..") == "");
    CHECK(join("", "../") == "");
    CHECK(join("", "./") == "");
    CHECK(join("", "./dir/term") == "dir/term");
    CHECK(join("", "foo/../a") == "a");
}

TEST_CASE("an empty path is an empty name, whatever the directory") { CHECK(join("/etc", "") == ""); }

TEST_CASE("a name below an unknown directory is glued to its placeholder") {
    CHECK(join(unknown_directory, "a/b") == "<UNKNOWN>a/b");
    CHECK(join(unknown_directory, "../b") == "<UNKNOWN>../b");
    CHECK(join(unknown_directory, "/b") == "/b");
}

TEST_CASE("a name that is long because of nothing is folded all the same") {
    std::string path = "/etc/";
    for (int i = 0; i < 2000; ++i) path += "./";
    CHECK(join("/", path + "shadow") == "/etc/shadow");
    path.clear();
    for (int i = 0; i < 1000; ++i) path += "a/../";
    CHECK(join("/etc", path + "shadow") == "/etc/shadow");
}

TEST_CASE("bytes that are no ASCII pass") { CHECK(join("/root/", "../\xf0\x9f\x98\x80") == "/\xf0\x9f\x98\x80"); }

TEST_CASE("runs of slashes become one") {
    std::string path = "//a///b/c//";
    collapse_slashes(path);
    CHECK(path == "/a/b/c/");
}

}  // namespace
}  // namespace bewit::state
