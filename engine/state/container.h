// The container that the workload runs in. Under `bewit run` there is exactly one; its facts come from the injector, which asks the
// task metadata endpoint, the environment and the cgroup paths.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bewit::state {

struct Mount {
    std::string source, destination, mode, propagation;
    bool writable = false;
};

struct Container {
    std::string id = "host";       // first 12 characters; "host" outside a container
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

    bool is_host() const { return id == "host"; }
};

}  // namespace bewit::state
