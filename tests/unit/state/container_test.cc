#include "engine/state/container.h"

#include <doctest/doctest.h>

namespace bewit::state {
namespace {

const std::string hex = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";
const std::string task = "9f4c0d3b8a7e4f5e9c1d2a3b4c5d6e7f-1234567890";

void check_path(const std::string& path, const std::string& type) {
    CAPTURE(path);
    const auto found = container_of_cgroup(path);
    REQUIRE(found.has_value());
    CHECK(found->id == hex.substr(0, 12));
    CHECK(found->full_id == hex);
    CHECK(found->type == type);
}

TEST_CASE("every runtime's way of naming a cgroup is known") {
    check_path("/docker/" + hex, "docker");
    check_path("/system.slice/docker-" + hex + ".scope", "docker");
    check_path("/ecs/9f4c0d3b8a7e4f5e9c1d2a3b4c5d6e7f/" + hex, "docker");
    check_path("/machine.slice/libpod-" + hex + ".scope", "podman");
    check_path("/machine.slice/libpod-" + hex + ".scope/container", "podman");
    check_path("/libpod_parent/libpod-" + hex, "podman");
    check_path("/user.slice/libpod-payload-" + hex, "podman");
    check_path("/kubepods.slice/kubepods-pod1.slice/crio-" + hex + ".scope", "cri-o");
    check_path("/kubepods/pod1/crio-" + hex, "cri-o");
    check_path("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + hex + ".scope", "containerd");
    check_path("/system.slice/containerd.service/kubepods-burstable-pod1.slice:cri-containerd:" + hex, "containerd");
    check_path("/kubepods/besteffort/pod1/" + hex, "containerd");
    check_path("/user.slice/nerdctl-" + hex + ".scope", "containerd");
}

TEST_CASE("Fargate's names are containers") {
    const auto found = container_of_cgroup("/ecs/9f4c0d3b8a7e4f5e9c1d2a3b4c5d6e7f/" + task);
    REQUIRE(found.has_value());
    CHECK(found->full_id == task);
    CHECK(found->id == "9f4c0d3b8a7e");
}

TEST_CASE("the innermost container counts") {
    const std::string other(64, 'b');
    const auto found = container_of_cgroup("/docker/" + hex + "/docker/" + other + "/init.scope");
    REQUIRE(found.has_value());
    CHECK(found->full_id == other);
}

TEST_CASE("ids that a user chose are kept whole") {
    using Name = std::optional<ContainerName>;
    CHECK(container_of_cgroup("/lxc/web-01") == Name({"web-01", "web-01", "lxc"}));
    CHECK(container_of_cgroup("/lxc.payload/web-01/init") == Name({"web-01", "web-01", "lxc"}));
    CHECK(container_of_cgroup("/lxc.payload.web-01") == Name({"web-01", "web-01", "lxc"}));
    CHECK(container_of_cgroup("/machine/box.libvirt-lxc") == Name({"box", "box", "libvirt-lxc"}));
    CHECK(container_of_cgroup("/machine.slice/machine-lxc\\x2dbox.scope/libvirt") ==
          Name({"box", "box", "libvirt-lxc"}));
    CHECK(container_of_cgroup("/libvirt/lxc/box") == Name({"box", "box", "libvirt-lxc"}));
    CHECK(container_of_cgroup("/system.slice/runc-bpm-job.scope") == std::nullopt);
    CHECK(container_of_cgroup("/system.slice/bpm-job.1.scope") == Name({"job.1", "job.1", "bpm"}));
    CHECK(container_of_cgroup("/default/mycontainer-with-name") ==
          Name({"mycontainer-", "mycontainer-with-name", "containerd"}));
}

TEST_CASE("a host's own cgroups are no containers") {
    for (const char* path :
         {"/", "", "/init.scope", "/system.slice/nginx.service", "/user.slice/user-0.slice/session-1.scope",
          "/system.slice/docker.service", "/../..", "/default/..", "/a-/b", "/kubepods/pod1/short/x"}) {
        CAPTURE(path);
        CHECK_FALSE(container_of_cgroup(path).has_value());
    }
}

TEST_CASE("the first line that names a container counts, whatever the form of the line") {
    const std::string text = "12:pids:/\n4:memory:/docker/" + hex + "\n0::/docker/" + std::string(64, 'c') + "\n";
    REQUIRE(container_of_cgroups(text).has_value());
    CHECK(container_of_cgroups(text)->full_id == hex);
    CHECK(container_of_cgroups("memory=/docker/" + hex)->full_id == hex);
    CHECK_FALSE(container_of_cgroups("0::/\n").has_value());
    CHECK_FALSE(container_of_cgroups("").has_value());
    CHECK_FALSE(container_of_cgroups("no path here\n").has_value());
}

TEST_CASE("an image reference is taken apart") {
    CHECK(split_image("nginx") == ImageReference{"nginx", "", ""});
    CHECK(split_image("nginx:1.25") == ImageReference{"nginx", "1.25", ""});
    CHECK(split_image("reg:5000/a/b") == ImageReference{"reg:5000/a/b", "", ""});
    CHECK(split_image("reg:5000/a/b:v2") == ImageReference{"reg:5000/a/b", "v2", ""});
    CHECK(split_image("a/b@sha256:12") == ImageReference{"a/b", "", "sha256:12"});
    CHECK(split_image("reg:5000/a/b:v2@sha256:12") == ImageReference{"reg:5000/a/b", "v2", "sha256:12"});
    CHECK(split_image("") == ImageReference{});
}

}  // namespace
}  // namespace bewit::state
