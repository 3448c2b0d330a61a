#include "engine/field/catalogue_data.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using Print = event::PrintFormat;

constexpr Nature container{Scope::Container, Cost::Free};
constexpr Nature elapsed{Scope::Event, Cost::Free, 0, AtEntry::Unknown};

constexpr std::string_view gone = "Kept for old rules; never present.";
constexpr uint8_t mount_argument = IndexArgument | KeyArgument;
constexpr uint8_t label_argument = KeyArgument | DottedArgument;

constexpr Entry entries[] = {
    {"container.id", CharBuf, Print::None, container, container_id,
     "First 12 characters of the container's id; `host` outside of containers."},
    {"container.full_id", CharBuf, Print::None, container, container_full_id, "Whole id of the container."},
    {"container.name", CharBuf, Print::None, container, container_name,
     "Name of the container; `host` outside of containers."},
    {"container.image", CharBuf, Print::None, container, container_image,
     "Reference of the image, as registry/name:tag."},
    {"container.image.id", CharBuf, Print::None, container, container_image_id, "Id of the image."},
    {"container.type", CharBuf, Print::None, container, container_type,
     "What runs the container: docker, containerd, ecs, ...; `host` outside of containers."},
    {"container.privileged", Bool, Print::None, container, container_privileged,
     "Whether the container is privileged."},
    {"container.mounts", CharBuf, Print::None, container, container_mounts,
     "All mounts as source:destination:mode:writable:propagation, separated by commas."},
    {"container.mount", CharBuf, Print::None, container, container_mount,
     "One mount, by number or by its source, which may be a pattern.", ArgRequired, mount_argument},
    {"container.mount.source", CharBuf, Print::None, container, container_mount_source,
     "Source of a mount, by number or destination.", ArgRequired, mount_argument},
    {"container.mount.dest", CharBuf, Print::None, container, container_mount_dest,
     "Destination of a mount, by number or source.", ArgRequired, mount_argument},
    {"container.mount.mode", CharBuf, Print::None, container, container_mount_mode,
     "Mode of a mount, by number or source.", ArgRequired, mount_argument},
    {"container.mount.rdwr", CharBuf, Print::None, container, container_mount_rdwr,
     "Whether a mount may be written to, by number or source: true or false.", ArgRequired, mount_argument},
    {"container.mount.propagation", CharBuf, Print::None, container, container_mount_propagation,
     "Propagation of a mount, by number or source.", ArgRequired, mount_argument},
    {"container.image.repository", CharBuf, Print::None, container, container_image_repository,
     "Image without tag and digest."},
    {"container.image.tag", CharBuf, Print::None, container, container_image_tag, "Tag of the image."},
    {"container.image.digest", CharBuf, Print::None, container, container_image_digest, "Digest of the image."},
    {"container.healthcheck", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"container.liveness_probe", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"container.readiness_probe", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"container.start_ts", AbsTime, Print::Dec, container, container_start,
     "Time at which the container started, in nanoseconds since the epoch."},
    {"container.duration", RelTime, Print::Dec, elapsed, container_duration,
     "Nanoseconds since the container started."},
    {"container.ip", CharBuf, Print::None, container, container_ip, "The container's own IPv4 address."},
    {"container.cni.json", CharBuf, Print::None, container, absent,
     "Report of the network plugin, which cannot be seen from within; never present."},
    {"container.host_pid", Bool, Print::None, container, container_host_pid,
     "Whether the container shares the host's pid namespace."},
    {"container.host_network", Bool, Print::None, container, container_host_network,
     "Whether the container shares the host's network namespace."},
    {"container.host_ipc", Bool, Print::None, container, container_host_ipc,
     "Whether the container shares the host's ipc namespace."},
    {"container.label", CharBuf, Print::None, container, container_label,
     "One label of the container, as in container.label[maintainer].", ArgRequired, label_argument},
    {"container.labels", CharBuf, Print::None, container, container_labels,
     "All labels as name:value, separated by a comma and a blank."},
    {"proc.is_container_healthcheck", Bool, Print::None, container, absent, gone, Deprecated},
    {"proc.is_container_liveness_probe", Bool, Print::None, container, absent, gone, Deprecated},
    {"proc.is_container_readiness_probe", Bool, Print::None, container, absent, gone, Deprecated},
};

constexpr Entry kubernetes[] = {
    {"k8s.pod.name", CharBuf, Print::None, container, pod_name, "Name of the pod."},
    {"k8s.ns.name", CharBuf, Print::None, container, pod_namespace, "Namespace of the pod."},
    {"k8s.pod.id", CharBuf, Print::None, container, pod_uid, "The same as k8s.pod.uid."},
    {"k8s.pod.uid", CharBuf, Print::None, container, pod_uid, "Unique id that Kubernetes gave to the pod."},
    {"k8s.pod.sandbox_id", CharBuf, Print::None, container, pod_sandbox_id,
     "First 12 characters of the pod sandbox's id."},
    {"k8s.pod.full_sandbox_id", CharBuf, Print::None, container, pod_full_sandbox_id, "Whole id of the pod's sandbox."},
    {"k8s.pod.label", CharBuf, Print::None, container, pod_label, "One label of the pod, as in k8s.pod.label.app.",
     ArgRequired, label_argument},
    {"k8s.pod.labels", CharBuf, Print::None, container, pod_labels,
     "All labels of the pod as name:value, separated by a comma and a blank."},
    {"k8s.pod.ip", CharBuf, Print::None, container, pod_ip, "IPv4 address of the pod."},
    {"k8s.pod.cni.json", CharBuf, Print::None, container, absent,
     "Report of the network plugin, which cannot be seen from within; never present."},
    {"k8s.rc.name", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.rc.id", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.rc.label", CharBuf, Print::None, container, absent, gone, ArgRequired | Deprecated, label_argument},
    {"k8s.rc.labels", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.svc.name", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.svc.id", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.svc.label", CharBuf, Print::None, container, absent, gone, ArgRequired | Deprecated, label_argument},
    {"k8s.svc.labels", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.ns.id", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.ns.label", CharBuf, Print::None, container, absent, gone, ArgRequired | Deprecated, label_argument},
    {"k8s.ns.labels", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.rs.name", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.rs.id", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.rs.label", CharBuf, Print::None, container, absent, gone, ArgRequired | Deprecated, label_argument},
    {"k8s.rs.labels", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.deployment.name", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.deployment.id", CharBuf, Print::None, container, absent, gone, Deprecated},
    {"k8s.deployment.label", CharBuf, Print::None, container, absent, gone, ArgRequired | Deprecated, label_argument},
    {"k8s.deployment.labels", CharBuf, Print::None, container, absent, gone, Deprecated},
};

}  // namespace

std::span<const Entry> container_entries() { return entries; }
std::span<const Entry> kubernetes_entries() { return kubernetes; }

}  // namespace bewit::field
