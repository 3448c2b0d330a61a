// Inside a container little is certain. What counts as being in one: a runtime's or an orchestrator's own mark. The id
// then is taken from the best source there is: a cgroup path, the ECS metadata address (it ends in the container's id),
// the host name (runtimes set it to the id's first 12 characters), and as a last resort a fixed word, so that
// `container.id != host` holds wherever a container is certain.
#include "injector/container_facts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/metadata/image_name.h"
#include "injector/metadata/mount_facts.h"
#include "injector/text_file.h"

namespace bewit {
namespace {

constexpr size_t short_id_length = 12;

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

bool looks_like_short_id(std::string_view text) {
    return text.size() == short_id_length && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

// http://169.254.170.2/v4/<id>-<number>: Amazon ECS developer guide, "task metadata endpoint version 4".
std::string_view ecs_id() {
    std::string_view address = environment("ECS_CONTAINER_METADATA_URI_V4");
    const size_t slash = address.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : address.substr(slash + 1);
}

bool in_container(const std::string& root) {
    return getpid() == 1 || !ecs_id().empty() || !environment("KUBERNETES_SERVICE_HOST").empty() ||
           exists(root + "/.dockerenv") || exists(root + "/run/.containerenv");
}

void name_container(state::Container& container, std::string_view id, std::string_view type) {
    container.full_id = id;
    container.id = id.substr(0, short_id_length);
    container.type = type;
}

void identify(state::Container& container, const MountFacts& mounts, const std::string& cgroups,
              const std::string& root) {
    if (const auto found = state::container_of_cgroups(cgroups)) {
        name_container(container, found->full_id, found->type);
    } else if (!ecs_id().empty()) {
        name_container(container, ecs_id(), "ecs");
    } else if (mounts.container) {
        name_container(container, mounts.container->full_id, mounts.container->type);
    } else if (mounts.pod_uid || in_container(root)) {
        const std::string host = host_name();
        name_container(container, looks_like_short_id(host) ? host : "container", "container");
    } else {
        return;
    }
    container.name = container.id;
}

// The first of these variables that is set; the downward API's usual names.
std::optional<std::string> first_of(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (const std::string_view value = environment(name); !value.empty()) return std::string(value);
    }
    return std::nullopt;
}

// A small file without the newline at its end.
std::optional<std::string> line_of(const std::string& path) {
    auto text = read_text_file(path);
    if (!text) return std::nullopt;
    while (text->ends_with('\n')) text->pop_back();
    if (text->empty()) return std::nullopt;
    return text;
}

std::optional<std::string> first_of(std::optional<std::string> one, std::optional<std::string> other) {
    return one ? std::move(one) : std::move(other);
}

// What kubelet and the pod's author give: variables and files of the downward API, the service account, mounts,
// cgroups. A pod's host name is its name, unless it was set or is longer than a host name can be.
void add_kubernetes(state::Container& container, const MountFacts& mounts, const std::string& cgroups,
                    const std::string& root) {
    if (environment("KUBERNETES_SERVICE_HOST").empty() && !mounts.pod_uid) return;
    const std::string downward = root + "/etc/podinfo/";
    container.pod_name = first_of(first_of({"POD_NAME", "MY_POD_NAME", "K8S_POD_NAME"}), line_of(downward + "name"));
    if (!container.pod_name) container.pod_name = host_name();
    container.pod_namespace =
        first_of(first_of({"POD_NAMESPACE", "MY_POD_NAMESPACE", "K8S_POD_NAMESPACE"}), line_of(downward + "namespace"));
    if (!container.pod_namespace)
        container.pod_namespace = line_of(root + "/var/run/secrets/kubernetes.io/serviceaccount/namespace");
    container.pod_uid = first_of(first_of(mounts.pod_uid, pod_uid_of_cgroup(cgroups)),
                                 first_of(first_of({"POD_UID", "MY_POD_UID"}), line_of(downward + "uid")));
    container.pod_ip = first_of({"POD_IP", "MY_POD_IP"});
    container.pod_sandbox_id = mounts.pod_sandbox_id;
    container.pod_labels = parse_downward_map(read_text_file(downward + "labels").value_or(""));
    if (mounts.pod_container_name) container.name = *mounts.pod_container_name;
}

// The user's word is the last.
void apply_static(state::Container& container, const std::optional<StaticContainer>& fixed) {
    if (!fixed) return;
    if (!fixed->id.empty()) name_container(container, fixed->id, "static");
    if (!fixed->name.empty()) container.name = fixed->name;
    if (!fixed->image.empty()) set_image(container, fixed->image);
    if (fixed->privileged) container.privileged = fixed->privileged;
}

}  // namespace

state::Container find_container(const Configuration& configuration, const std::string& root) {
    state::Container container;
    const std::string cgroups = read_text_file(root + "/proc/self/cgroup").value_or("");
    const MountFacts mounts = facts_of_mounts(read_text_file(root + "/proc/self/mountinfo").value_or(""));
    identify(container, mounts, cgroups, root);
    add_kubernetes(container, mounts, cgroups, root);
    apply_static(container, configuration.container);
    return container;
}

std::unique_ptr<MetadataWatch> watch_metadata(const Configuration& configuration, const state::Container& known) {
    const std::string_view uri = environment("ECS_CONTAINER_METADATA_URI_V4");
    if (uri.empty()) return nullptr;
    const auto finish = [fixed = configuration.container](state::Container& container) {
        apply_static(container, fixed);
    };
    return std::make_unique<MetadataWatch>(known, finish, MetadataWatch::Settings{.uri = std::string(uri)});
}

}  // namespace bewit
