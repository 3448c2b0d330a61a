#include "injector/patch/image_file.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace bewit::patch {
namespace {

using Words = std::vector<std::string>;

struct File {
    std::string path = [] {
        char name[] = "/tmp/bewit-image-XXXXXX";
        close(mkstemp(name));
        return std::string(name);
    }();
    explicit File(const std::string& text) { std::ofstream(path) << text; }
    ~File() { unlink(path.c_str()); }
};

TEST_CASE("every tool's format is read") {
    const auto docker =
        read_image_config(R"([{"Id": "sha256:1", "Config": {"Entrypoint": ["/e"], "Cmd": ["c", "d"], "Env": []}}])");
    REQUIRE(docker.has_value());
    CHECK(docker->entrypoint == Words{"/e"});
    CHECK(docker->command == Words{"c", "d"});
    const auto oci = read_image_config(
        R"({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh"]}, "rootfs": {"type": "layers"}})");
    CHECK(oci->entrypoint.empty());
    CHECK(oci->command == Words{"/bin/sh"});
    CHECK(oci->architecture == "amd64");
    CHECK(read_image_config(R"([{"Os": "linux", "Architecture": "arm64", "Config": {}}])")->architecture == "arm64");
    CHECK(read_image_config(R"({"rootfs": {}})").has_value());
    CHECK(read_image_config(R"([{"Config": {"Entrypoint": null, "Cmd": null}}])").has_value());
}

TEST_CASE("what is no image's configuration is said to be none") {
    CHECK(read_image_config("[]").error() == "it describes 0 images, not one");
    CHECK(read_image_config("{}").error().find("no image configuration") != std::string::npos);
    CHECK(read_image_config(R"({"Digest": "sha256:1", "Layers": []})").error().find("skopeo inspect --config") !=
          std::string::npos);
    CHECK(read_image_config(R"({"config": {"Entrypoint": "sh"}})").error() == "Entrypoint is no list");
    CHECK(read_image_config(R"({"config": {"Cmd": [1]}})").error() == "Cmd holds something that is no string");
    CHECK(read_image_config("{").error() == "1:2: a key in quotes is missing here");
}

TEST_CASE("a container's name comes before its image's, and a file without a name is for the rest") {
    const File a(R"({"config": {"Cmd": ["a"]}})"), b(R"({"config": {"Cmd": ["b"]}})"),
        c(R"({"config": {"Cmd": ["c"]}})");
    ImageFiles files(nullptr);
    const auto first = [&](const char* container, const char* image) {
        return files.find(container, image, {}).value().command.at(0);
    };
    REQUIRE(files.add("nginx:1=" + b.path).has_value());
    CHECK(first("app", "nginx:1") == "b");
    const auto unknown = files.find("app", "redis", {});
    CHECK(unknown.error() ==
          "the definition leaves the command to the image 'redis': state it, or say what the image means with "
          "--image-config app=FILE (FILE from `docker image inspect`) or "
          "--image-layout DIR (an OCI layout), or have its registry asked with --registry");
    CHECK(files.find("app", "", {}).error().find("known only when it is deployed") != std::string::npos);
    REQUIRE(files.add("app=" + a.path).has_value());
    REQUIRE(files.add(c.path).has_value());
    CHECK(first("app", "nginx:1") == "a");
    CHECK(first("other", "nginx:1") == "b");
    CHECK(first("other", "redis") == "c");
    CHECK(first("another", "redis") == "c");
    CHECK(files.find("db", "mysql", {}).error() ==
          "--image-config FILE without a name cannot be for 'redis' and for 'mysql': write --image-config db=FILE");
    CHECK(files.add(b.path).error().ends_with("what has no name has a file already"));
    CHECK(files.add("x=/nowhere").error() == "--image-config /nowhere: No such file or directory");
}

}  // namespace
}  // namespace bewit::patch
