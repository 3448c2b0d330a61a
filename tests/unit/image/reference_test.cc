#include "injector/image/reference.h"

#include <doctest/doctest.h>

#include "injector/image/digest.h"

namespace bewit::image {
namespace {

const std::string sha256 = "sha256:" + std::string(64, 'a');

TEST_CASE("a name means the same however it is written") {
    const auto name = [](const std::string& text) {
        const auto reference = parse_reference(text);
        return reference ? reference->name() : reference.error();
    };
    for (const char* nginx :
         {"nginx", "nginx:latest", "library/nginx", "docker.io/nginx", "docker.io/library/nginx:latest",
          "index.docker.io/library/nginx", "registry-1.docker.io/nginx"}) {
        CAPTURE(nginx);
        CHECK(name(nginx) == "docker.io/library/nginx:latest");
    }
    CHECK(name("team/app:1.2") == "docker.io/team/app:1.2");
    CHECK(name("nginx@" + sha256) == "docker.io/library/nginx@" + sha256);
    CHECK(name("nginx:1.25@" + sha256) == "docker.io/library/nginx@" + sha256);
    CHECK(name("ghcr.io/a/b/c:v1") == "ghcr.io/a/b/c:v1");
    CHECK(name("ghcr.io/app") == "ghcr.io/app:latest");
    CHECK(name("localhost/app") == "localhost/app:latest");
    CHECK(name("localhost:5000/app:1") == "localhost:5000/app:1");
    CHECK(name("registry:5000/app") == "registry:5000/app:latest");
    CHECK(name("[::1]:5000/app:x") == "[::1]:5000/app:x");
    CHECK(name("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a_b/c--d__e.f:1_2-3.4") ==
          "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a_b/c--d__e.f:1_2-3.4");
    CHECK(name("UPPER/app") == "UPPER/app:latest");  // a host, by its capitals
    CHECK(name("registry:5000") == "docker.io/library/registry:5000");
}

TEST_CASE("a tag stays beside a digest, and only the digest counts") {
    const Reference reference = parse_reference("h.test/r:1@" + sha256).value();
    CHECK(reference.tag == "1");
    CHECK(reference.digest == sha256);
}

TEST_CASE("what is no name of an image is refused") {
    for (const std::string& bad : {std::string(),
                                   std::string("Nginx"),
                                   std::string("nginx:"),
                                   std::string("nginx@"),
                                   std::string("nginx:-x"),
                                   std::string(":1"),
                                   std::string("a//b"),
                                   std::string("/a"),
                                   std::string("a/"),
                                   std::string("h.test/"),
                                   std::string("h.test:0/a"),
                                   std::string("h.test:/a"),
                                   std::string("h.test:99999/a"),
                                   std::string("-h.test/a"),
                                   std::string("h..test/a"),
                                   std::string("h_t.test/a"),
                                   std::string("a..b"),
                                   std::string("a___b"),
                                   std::string("a.-b"),
                                   std::string("_a"),
                                   std::string("a_"),
                                   std::string("a b"),
                                   std::string("a\n"),
                                   std::string("a?b"),
                                   std::string("h.test/a#b"),
                                   std::string("h.test/../a"),
                                   std::string("u:p@h.test/a"),
                                   std::string("nginx@sha256:abc"),
                                   "nginx@md5:" + std::string(32, 'a'),
                                   "nginx@sha256:" + std::string(64, 'A'),
                                   "nginx:" + std::string(129, 'a'),
                                   std::string(256, 'a'),
                                   std::string("[::1]x/a"),
                                   std::string("a\xc3\xa9")}) {
        CAPTURE(bad);
        const auto reference = parse_reference(bad);
        REQUIRE_FALSE(reference.has_value());
        CHECK(reference.error().starts_with("it is no name of an image: "));
    }
}

TEST_CASE("digests are of known kinds, and name their content") {
    CHECK(is_digest(sha256));
    CHECK(is_digest("sha512:" + std::string(128, '0')));
    for (const std::string& bad :
         {std::string("sha256:../../etc"), "sha256:" + std::string(63, 'a'), "sha256:" + std::string(65, 'a'),
          "sha512:" + std::string(64, 'a'), std::string(64, 'a'), "sha384:" + std::string(96, 'a'),
          "sha256:" + std::string(63, 'a') + "g"}) {
        CHECK_FALSE(is_digest(bad));
    }
    CHECK(matches("abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK_FALSE(matches("abd", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(matches("abc",
                  "sha512:"
                  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d"
                  "4423643ce80e2a9ac94fa54ca49f"));
}

}  // namespace
}  // namespace bewit::image
