// What the mounts of a container tell of it: runtimes and kubelet bind files into it whose place on the host names the
// container and the pod. Inside a cgroup namespace, where cgroup paths are "/", this is often all there is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/state/container.h"

namespace bewit {

struct MountFacts {
    std::optional<state::ContainerName> container;  // of docker, podman, cri-o
    std::optional<std::string> pod_uid, pod_container_name, pod_sandbox_id;
    bool operator==(const MountFacts&) const = default;
};

// From the text of /proc/self/mountinfo (proc(5)): the sources of /etc/hostname, /etc/hosts, /etc/resolv.conf and
// /dev/termination-log. Mounts at other places are the workload's own affair and are not believed.
MountFacts facts_of_mounts(std::string_view mountinfo);

// The pod's uid in a cgroup path of kubelet: ".../kubepods-burstable-pod1234_....slice/..." or ".../pod1234-.../...".
std::optional<std::string> pod_uid_of_cgroup(std::string_view path);

// A file of the downward API that lists labels or annotations: `key="value"` a line, the value with Go's escapes.
std::map<std::string, std::string> parse_downward_map(std::string_view text);

}  // namespace bewit
