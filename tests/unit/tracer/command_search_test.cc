#include "tracer/command_search.h"

#include <doctest/doctest.h>

using namespace bewit::tracer;
using Words = std::vector<std::string>;

TEST_CASE("a name without a slash is looked for in every element of PATH, in order") {
    CHECK(command_candidates("ls", "/a:/b/c") == Words{"/a/ls", "/b/c/ls"});
    CHECK(command_candidates("ls", "/a") == Words{"/a/ls"});
}

TEST_CASE("an empty element of PATH is the working directory") {
    CHECK(command_candidates("ls", ":/a::/b:") == Words{"./ls", "/a/ls", "./ls", "/b/ls", "./ls"});
    CHECK(command_candidates("ls", "") == Words{"./ls"});
}

TEST_CASE("a name with a slash is a path, and PATH does not matter") {
    CHECK(command_candidates("./ls", "/a") == Words{"./ls"});
    CHECK(command_candidates("/x/ls", "/a") == Words{"/x/ls"});
    CHECK(command_candidates("x/", nullptr) == Words{"x/"});
}

TEST_CASE("without PATH the system's default is searched") {
    CHECK(command_candidates("ls", nullptr) == Words{"/bin/ls", "/usr/bin/ls"});
}

TEST_CASE("an empty name stays empty, so that the exec fails as it should") {
    CHECK(command_candidates("", "/a:/b") == Words{""});
}
