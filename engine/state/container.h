// The container that the workload runs in. Under `bewit run` there is exactly one; its facts come from the injector,
// which asks the task metadata endpoint, the environment and the cgroup paths.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bewit::state {

struct Mount {
    std::string source, destination, mode, propagation;
    bool writable = false;
};

// The task of Amazon ECS that a container is of; absent values are null to rules.
struct EcsTask {
    std::optional<std::string> arn, id, cluster, family, revision, service, availability_zone, launch_type;
    std::optional<std::string> container_arn, container_name;
};

struct Container {
    std::string id = "host";  // first 12 characters; "host" outside a container
    std::string full_id;
    std::string name = "host";
    std::string type = "host";
    // Absent values are null to rules.
    std::optional<std::string> image, image_id, image_repository, image_tag, image_digest;
    std::optional<bool> privileged;
    std::optional<std::vector<Mount>> mounts;
    std::optional<uint64_t> start_time_ns;
    std::optional<std::string> ip;
    std::optional<bool> host_pid, host_network, host_ipc;
    std::map<std::string, std::string> labels;
    // Kubernetes, where the container is of a pod.
    std::optional<std::string> pod_name, pod_namespace, pod_uid, pod_sandbox_id, pod_ip;
    std::map<std::string, std::string> pod_labels;
    EcsTask ecs;

    bool is_host() const { return id == "host"; }
};

// What the path of a control group tells of the container that it was made for.
struct ContainerName {
    std::string id;  // first 12 characters where the runtime gives long ids, else the whole
    std::string full_id;
    std::string type;  // docker, podman, containerd, cri-o, lxc, libvirt-lxc, bpm
    bool operator==(const ContainerName&) const = default;
};

// From one cgroup path ("/docker/<id>", "/kubepods.slice/.../cri-containerd-<id>.scope", "/ecs/<task>/<task>-<n>"). The
// innermost name counts. nullopt when it is not of a known runtime, and inside a cgroup namespace
// (cgroup_namespaces(7)), where paths are "/".
std::optional<ContainerName> container_of_cgroup(std::string_view path);
// From the text of /proc/PID/cgroup (cgroups(7)) or from lines "subsystem=path": the first that names a container.
std::optional<ContainerName> container_of_cgroups(std::string_view text);

// "registry:5000/team/app:1.2@sha256:..." taken apart. Absent parts are empty; the digest keeps its algorithm.
struct ImageReference {
    std::string_view repository, tag, digest;
    bool operator==(const ImageReference&) const = default;
};
ImageReference split_image(std::string_view reference);

}  // namespace bewit::state
