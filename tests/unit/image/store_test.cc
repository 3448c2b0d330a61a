#include "injector/image/store.h"

#include <doctest/doctest.h>

#include <openssl/evp.h>

#include <map>

#include <fmt/format.h>

#include "injector/image/digest.h"

namespace bewit::image {
namespace {

std::string digest_of(const std::string& text) {
    unsigned char hash[32];
    REQUIRE(EVP_Digest(text.data(), text.size(), hash, nullptr, EVP_sha256(), nullptr) == 1);
    return fmt::format("sha256:{:02x}", fmt::join(hash, hash + sizeof hash, ""));
}

// Parts by their digest; what lies is put there by hand.
class Memory final : public Store {
public:
    tl::expected<std::string, std::string> manifest(const Descriptor& descriptor) override { return blob(descriptor); }
    tl::expected<std::string, std::string> blob(const Descriptor& descriptor) override {
        ++reads;
        const auto found = parts.find(descriptor.digest);
        if (found == parts.end()) return tl::unexpected(std::string("not there"));
        return found->second;
    }
    std::string put(const std::string& text, const std::string& type, const std::string& more = "") {
        parts[digest_of(text)] = text;
        return fmt::format(R"({{"mediaType": "{}", "digest": "{}", "size": {}{}}})", type, digest_of(text), text.size(),
                           more);
    }
    std::map<std::string, std::string> parts;
    int reads = 0;
};

const std::string config_type = "application/vnd.oci.image.config.v1+json",
                  manifest_type = "application/vnd.oci.image.manifest.v1+json";

std::string config_text(const std::string& architecture, const std::string& os = "linux") {
    return fmt::format(
        R"({{"os": "{}", "architecture": "{}", "config": {{"Entrypoint": ["/{}"], "Cmd": ["c"]}}, "rootfs": {{}}}})",
        os, architecture, architecture);
}

std::string manifest_text(Memory& memory, const std::string& architecture) {
    return R"({"config": )" + memory.put(config_text(architecture), config_type) + "}";
}

std::string entry(Memory& memory, const std::string& architecture) {
    return memory.put(manifest_text(memory, architecture), manifest_type,
                      fmt::format(R"(, "platform": {{"os": "linux", "architecture": "{}"}})", architecture));
}

std::string result(Memory& memory, const std::string& top, const patch::Platform& platform = {}) {
    const auto manifest = parse_manifest(top, "");
    REQUIRE(manifest.has_value());
    const auto config = config_of(memory, *manifest, platform);
    return config ? config->entrypoint.at(0) + " " + config->command.at(0) : config.error();
}

TEST_CASE("an index leads to the platform's manifest, and that to the configuration") {
    Memory memory;
    const std::string index = R"({"manifests": [)" + entry(memory, "arm64") + "," + entry(memory, "amd64") + "]}";
    CHECK(result(memory, index) == "/amd64 c");
    CHECK(result(memory, index, {.architecture = "arm64"}) == "/arm64 c");
    CHECK(result(memory, manifest_text(memory, "amd64")) == "/amd64 c");
}

TEST_CASE("an image for another machine is used only where the definition names none") {
    Memory memory;
    const std::string top = manifest_text(memory, "arm64");
    CHECK(result(memory, top) == "the image is for linux/arm64, and not for linux/amd64");
    CHECK(result(memory, top, {.assumed = true}) == "/arm64 c");
    const std::string windows = R"({"config": )" + memory.put(config_text("amd64", "windows"), config_type) + "}";
    CHECK(result(memory, windows, {.assumed = true}) == "the image is for windows/amd64, and not for linux/amd64");
}

TEST_CASE("a part that is not what its descriptor says is refused") {
    Memory memory;
    const std::string config = config_text("amd64"), top = manifest_text(memory, "amd64");
    std::string& kept = memory.parts[digest_of(config)];
    kept.replace(kept.find("[\"c\"]"), 5, "[\"d\"]");
    CHECK(result(memory, top) == "the configuration: its content is not what the digest names");
    kept += " ";
    CHECK(result(memory, top) ==
          fmt::format("the configuration: it has {} bytes, and {} are announced", config.size() + 1, config.size()));
    memory.parts.clear();
    CHECK(result(memory, top) == "not there");
    memory.reads = 0;
    const auto with = [&](const std::string& digest, const std::string& size) {
        return fmt::format(R"({{"config": {{"mediaType": "{}", "digest": "{}", "size": {}}}}})", config_type, digest,
                           size);
    };
    CHECK(result(memory, with("sha256:../../../etc/passwd", "1")) ==
          "the configuration: 'sha256:../../../etc/passwd' is no digest that is known here");
    CHECK(result(memory, with(digest_of(""), "4194305")) ==
          "the configuration: it has 4194305 bytes, and at most 4194304 are read");
    CHECK(memory.reads == 0);
}

TEST_CASE("what is no image, and an index within an index, is refused") {
    Memory memory;
    CHECK(result(memory, R"({"config": )" + memory.put("{}", "application/vnd.cncf.helm.config.v1+json") + "}") ==
          "it is no container's image: its configuration is of the type 'application/vnd.cncf.helm.config.v1+json'");
    CHECK(result(memory, R"({"config": )" + memory.put("{}", config_type) + "}")
              .starts_with("the configuration: it is no image configuration"));
    const std::string inner = R"({"manifests": []})",
                      platform = R"(, "platform": {"os": "linux", "architecture": "amd64"})";
    CHECK(result(memory, R"({"manifests": [)" + memory.put(inner, "application/vnd.oci.image.index.v1+json", platform) +
                             "]}") == "the index leads to another index, which is not followed");
    CHECK(result(memory, R"({"manifests": [)" + memory.put(inner, manifest_type, platform) + "]}") ==
          "the manifest is of another type than it is said to be");
}

}  // namespace
}  // namespace bewit::image
