#include "injector/image/manifest.h"

#include <doctest/doctest.h>

namespace bewit::image {
namespace {

const std::string oci = "application/vnd.oci.image.", docker = "application/vnd.docker.distribution.manifest.";

std::string error_of(const std::string& text, const std::string& type = "") {
    const auto manifest = parse_manifest(text, type);
    return manifest ? "" : manifest.error();
}

TEST_CASE("manifests and indexes of both kinds are read") {
    const auto manifest =
        parse_manifest(R"({"schemaVersion": 2, "config": {"mediaType": "m", "digest": "d", "size": 7}, "layers": []})",
                       oci + "manifest.v1+json; charset=utf-8");
    REQUIRE(manifest.has_value());
    CHECK_FALSE(manifest->is_index);
    CHECK(manifest->config.media_type == "m");
    CHECK(manifest->config.digest == "d");
    CHECK(manifest->config.size == 7);
    const auto index = parse_manifest(
        R"({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json", "manifests": [
        {"digest": "a", "size": 1, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        {"digest": "b", "size": -1, "annotations": {"org.opencontainers.image.ref.name": "1.2", "io.containerd.image.name": "docker.io/a/b:1.2"}},
        {"digest": "c", "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}]})",
        docker + "list.v2+json");
    REQUIRE(index.has_value());
    REQUIRE(index->manifests.size() == 3);
    CHECK(index->manifests[0].architecture == "arm64");
    CHECK(index->manifests[0].variant == "v8");
    CHECK(index->manifests[1].size == 0);
    CHECK(index->manifests[1].names == std::vector<std::string>{"docker.io/a/b:1.2", "1.2"});
    CHECK(index->manifests[2].attestation);
    CHECK_FALSE(index->manifests[1].attestation);
}

TEST_CASE("a text that is of another type than announced, or of two, is refused") {
    const std::string manifest = R"({"config": {}})", index = R"({"manifests": []})";
    CHECK(error_of(manifest).empty());
    CHECK(error_of(manifest, "text/plain").empty());
    CHECK(error_of(manifest, oci + "index.v1+json") == "the manifest is of another type than it is said to be");
    CHECK(error_of(index, docker + "v2+json") == "the manifest is of another type than it is said to be");
    CHECK(error_of(R"({"config": {}, "mediaType": "application/vnd.oci.image.index.v1+json"})") ==
          "the manifest is of another type than it is said to be");
    CHECK(error_of(R"({"config": {}, "manifests": []})").find("neither") != std::string::npos);
    CHECK(error_of("{}").find("neither") != std::string::npos);
    CHECK(error_of("[]") == "the manifest is no object");
    CHECK(error_of("{").starts_with("the manifest is malformed: "));
    CHECK(error_of(std::string(100000, '[')).starts_with("the manifest is malformed: "));
    CHECK(error_of(R"({"manifests": {}})") == "the index holds no list of manifests");
    CHECK(error_of(R"({"schemaVersion": 1, "fsLayers": []})").find("schema 1") != std::string::npos);
}

Descriptor entry(const std::string& os, const std::string& architecture, const std::string& variant = "",
                 bool attestation = false) {
    return {.digest = os + architecture + variant,
            .os = os,
            .architecture = architecture,
            .variant = variant,
            .attestation = attestation};
}

std::string chosen(const std::vector<Descriptor>& entries, const std::string& architecture, bool assumed = false) {
    const auto found = choose(entries, {.architecture = architecture, .assumed = assumed});
    return found ? found->digest : found.error();
}

TEST_CASE("the platform's entry is chosen, and another only where there is no choice") {
    const std::vector<Descriptor> both = {entry("windows", "amd64"), entry("linux", "arm", "v7"),
                                          entry("linux", "arm64", "v8"), entry("linux", "amd64"),
                                          entry("unknown", "unknown", "", true)};
    CHECK(chosen(both, "amd64") == "linuxamd64");
    CHECK(chosen(both, "arm64") == "linuxarm64v8");
    CHECK(chosen(both, "s390x") ==
          "the image is for linux/amd64, linux/arm, linux/arm64, windows/amd64, and not for linux/s390x");
    CHECK(chosen(both, "s390x", true).find("which is assumed") != std::string::npos);
    const std::vector<Descriptor> one = {entry("linux", "arm64"), entry("linux", "amd64", "", true)};
    CHECK(chosen(one, "amd64", true) == "linuxarm64");
    CHECK(chosen(one, "amd64") == "the image is for linux/arm64, and not for linux/amd64");
    CHECK(chosen({}, "amd64").starts_with("the image is for nothing"));
    CHECK(chosen({entry("linux", "x\n\x1b[1m")}, "amd64") == "the image is for linux/x??[1m, and not for linux/amd64");
}

TEST_CASE("of several variants the one that every machine runs") {
    CHECK(chosen({entry("linux", "amd64", "v3"), entry("linux", "amd64")}, "amd64") == "linuxamd64");
    CHECK(chosen({entry("linux", "arm64", "v8"), entry("linux", "arm64", "v9")}, "arm64") == "linuxarm64v8");
    CHECK(chosen({entry("linux", "arm64", "v9"), entry("linux", "arm64", "v8")}, "arm64") == "linuxarm64v8");
    CHECK(chosen({entry("linux", "amd64", "v4")}, "amd64") == "linuxamd64v4");
}

}  // namespace
}  // namespace bewit::image
