#include "injector/webhook/server.h"

#include <doctest/doctest.h>

#include "injector/webhook/service.h"

namespace bewit::webhook {
namespace {

std::string endpoint(const std::string& text) {
    const auto parsed = parse_endpoint(text);
    return parsed ? parsed->address().to_string() + " " + std::to_string(parsed->port()) : "refused";
}

TEST_CASE("addresses to listen on") {
    CHECK(endpoint("127.0.0.1:8443") == "127.0.0.1 8443");
    CHECK(endpoint(":8443") == "0.0.0.0 8443");
    CHECK(endpoint("[::1]:0") == "::1 0");
    for (const char* text : {"", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x", "::1:80",
                             "localhost:80", "[::1:80", "[127.0.0.1:80"}) {
        CAPTURE(text);
        CHECK(endpoint(text) == "refused");
    }
}

TEST_CASE("an answer leaves before the API server has lost patience") {
    CHECK(patience("/mutate").count() == 9500);
    CHECK(patience("/mutate?timeout=5s").count() == 4500);
    CHECK(patience("/mutate?a=b&timeout=1s").count() == 500);
    for (const char* usual : {"/mutate?timeout=5", "/mutate?timeout=", "/mutate?timeout=xs",
                              "/mutate?timeout=99999999999s", "/timeout=5s", "/mutate?timeout=5m0s"}) {
        CAPTURE(usual);
        CHECK(patience(usual).count() == 9500);
    }
    CHECK(patience("/mutate?timeout=0s").count() == 500);
    CHECK(patience("/mutate?timeout=-5s").count() == 500);
    CHECK(patience("/mutate?timeout=300s").count() == 29'500);
}

}  // namespace
}  // namespace bewit::webhook
