#include "injector/image/challenge.h"

#include <doctest/doctest.h>

#include "injector/image/token.h"

namespace bewit::image {
namespace {

std::string parsed(const std::string& header) {
    std::string text;
    for (const Challenge& challenge : parse_challenges(header)) {
        text += (text.empty() ? "" : " | ") + challenge.scheme;
        for (const auto& [name, value] : challenge.parameters) text += " " + name + "=" + value;
    }
    return text;
}

TEST_CASE("challenges of registries") {
    CHECK(
        parsed(
            R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull")") ==
        "bearer realm=https://auth.docker.io/token scope=repository:library/nginx:pull service=registry.docker.io");
    CHECK(parsed(R"(Basic realm="Registry Realm")") == "basic realm=Registry Realm");
    CHECK(parsed(R"(Basic realm="https://a/", Bearer Realm = token , scope="a,b c")") ==
          "basic realm=https://a/ | bearer realm=token scope=a,b c");
    CHECK(parsed(R"(Negotiate, Basic realm=x)") == "negotiate | basic realm=x");
    CHECK(parsed(R"(Negotiate abc==, Basic realm=x)") == "negotiate | basic realm=x");
    CHECK(parsed(R"(bearer realm="a\"b\\c")") == R"(bearer realm=a"b\c)");
    CHECK(parsed(" , Basic ,, ") == "basic");
    // The first of a name counts.
    CHECK(parsed(R"(Bearer realm="a", realm="b")") == "bearer realm=a");
}

TEST_CASE("of a malformed header, what comes before the mistake") {
    CHECK(parsed("") == "");
    CHECK(parsed("=") == "");
    CHECK(parsed(R"(Bearer realm="a)") == "bearer");
    CHECK(parsed(R"(Bearer realm="a\)") == "bearer");
    CHECK(parsed(R"(Bearer realm="a", =x)") == "bearer realm=a");
    CHECK(parsed(R"(Bearer realm="a"x Basic)") == "bearer realm=a");
}

TEST_CASE("a token is asked for with everything escaped, each scope by itself") {
    CHECK(token_url("https://a/t", "s v", "repository:x/y:pull repository:z:pull") ==
          "https://a/t?service=s%20v&scope=repository%3Ax%2Fy%3Apull&scope=repository%3Az%3Apull");
    CHECK(token_url("https://a/t?x=1", "", "a&b=c") == "https://a/t?x=1&scope=a%26b%3Dc");
    CHECK(token_url("https://a/t", "", "") == "https://a/t");
}

}  // namespace
}  // namespace bewit::image
