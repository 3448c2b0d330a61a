#include <doctest/doctest.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

TEST_CASE("outside of containers everything is the host") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("container.id") == "host");
    CHECK(machine.compared("container.full_id") == "host");
    CHECK(machine.compared("container.name") == "host");
    CHECK(machine.compared("container.type") == "host");
    for (const std::string_view field : {"container.image",
                                         "container.image.repository",
                                         "container.image.tag",
                                         "container.image.digest",
                                         "container.image.id",
                                         "container.privileged",
                                         "container.mounts",
                                         "container.mount[0]",
                                         "container.mount.dest[/etc]",
                                         "container.start_ts",
                                         "container.duration",
                                         "container.ip",
                                         "container.host_pid",
                                         "container.host_network",
                                         "container.host_ipc",
                                         "container.label[a]",
                                         "k8s.ns.name",
                                         "k8s.pod.name",
                                         "k8s.pod.id",
                                         "k8s.pod.uid",
                                         "k8s.pod.sandbox_id",
                                         "k8s.pod.full_sandbox_id",
                                         "k8s.pod.label.app",
                                         "k8s.pod.labels",
                                         "k8s.pod.ip"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
}

TEST_CASE("a container's facts are what the injector found out") {
    Machine machine;
    state::Container& container = machine.state.container();
    container.id = "0123456789ab";
    container.full_id = "0123456789abcdef";
    container.name = "web";
    container.type = "ecs";
    container.image = "r.example/team/app:1.2";
    container.image_id = "sha256:11";
    container.image_repository = "r.example/team/app";
    container.image_tag = "1.2";
    container.image_digest = "sha256:22";
    container.privileged = false;
    container.host_network = true;
    container.start_time_ns = machine.time_ns - 5;
    container.ip = "10.0.0.9";
    machine.after("close");
    CHECK(machine.compared("container.id") == "0123456789ab");
    CHECK(machine.compared("container.full_id") == "0123456789abcdef");
    CHECK(machine.compared("container.name") == "web");
    CHECK(machine.compared("container.type") == "ecs");
    CHECK(machine.compared("container.image") == "r.example/team/app:1.2");
    CHECK(machine.compared("container.image.id") == "sha256:11");
    CHECK(machine.compared("container.image.repository") == "r.example/team/app");
    CHECK(machine.compared("container.image.tag") == "1.2");
    CHECK(machine.compared("container.image.digest") == "sha256:22");
    CHECK(machine.compared("container.privileged") == "false");
    CHECK(machine.compared("container.host_network") == "true");
    CHECK(machine.compared("container.start_ts") == std::to_string(machine.time_ns - 5));
    CHECK(machine.compared("container.duration") == "5");
    CHECK(machine.compared("container.ip") == "10.0.0.9");
}

TEST_CASE("mounts are found by number, by source and by destination") {
    Machine machine;
    machine.state.container().mounts = {{"/host/a", "/a", "rw", "rprivate", true},
                                        {"/proc/x", "/b", "ro", "shared", false}};
    machine.after("close");
    CHECK(machine.compared("container.mounts") == "/host/a:/a:rw:true:rprivate,/proc/x:/b:ro:false:shared");
    CHECK(machine.compared("container.mount[1]") == "/proc/x:/b:ro:false:shared");
    CHECK(machine.compared("container.mount[/host/a]") == "/host/a:/a:rw:true:rprivate");
    CHECK(machine.compared("container.mount.dest[/proc*]") == "/b");
    CHECK(machine.compared("container.mount.dest[/proc]") == absent);
    CHECK(machine.compared("container.mount.source[/b]") == "/proc/x");
    CHECK(machine.compared("container.mount.source[/proc/x]") == absent);
    CHECK(machine.compared("container.mount.mode[0]") == "rw");
    CHECK(machine.compared("container.mount.rdwr[/proc*]") == "false");
    CHECK(machine.compared("container.mount.propagation[1]") == "shared");
    CHECK(machine.compared("container.mount.dest[2]") == absent);
}

TEST_CASE("labels are told by name and all together, but for the runtime's own") {
    Machine machine;
    machine.state.container().labels = {
        {"app", "web"}, {"bare", ""}, {"annotation.x", "1"}, {"io.kubernetes.pod.name", "p"}};
    machine.state.container().pod_labels = {{"team", "blue"}};
    machine.after("close");
    CHECK(machine.compared("container.labels") == "app:web, bare");
    CHECK(machine.compared("container.label.app") == "web");
    CHECK(machine.compared("container.label[io.kubernetes.pod.name]") == "p");
    CHECK(machine.compared("container.label.none") == absent);
    CHECK(machine.compared("k8s.pod.labels") == "team:blue");
    CHECK(machine.compared("k8s.pod.label.team") == "blue");
}

TEST_CASE("a pod's facts are told where the container is of one") {
    Machine machine;
    state::Container& container = machine.state.container();
    container.pod_name = "web-1";
    container.pod_namespace = "prod";
    container.pod_uid = "3e41";
    container.pod_sandbox_id = "0123456789abcdef";
    container.pod_ip = "10.1.1.1";
    machine.after("close");
    CHECK(machine.compared("k8s.pod.name") == "web-1");
    CHECK(machine.compared("k8s.ns.name") == "prod");
    CHECK(machine.compared("k8s.pod.id") == "3e41");
    CHECK(machine.compared("k8s.pod.uid") == "3e41");
    CHECK(machine.compared("k8s.pod.sandbox_id") == "0123456789ab");
    CHECK(machine.compared("k8s.pod.full_sandbox_id") == "0123456789abcdef");
    CHECK(machine.compared("k8s.pod.ip") == "10.1.1.1");
    CHECK(machine.compared("k8s.pod.labels") == "");
}

}  // namespace
}  // namespace bewit::field::test
