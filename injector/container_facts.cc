// Inside a container little is certain. What counts as being in one: a runtime's or an orchestrator's own mark. The id then is taken from the
// best source there is: a cgroup path, the ECS metadata address (it ends in the container's id), the host name (runtimes set it to the
// id's first 12 characters), and as a last resort a fixed word, so that `container.id != host` holds wherever a container is certain.
#include "injector/container_facts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/text_file.h"

namespace bewit {
namespace {

constexpr size_t short_id_length = 12;

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

bool exists(const char* path) { return access(path, F_OK) == 0; }

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

bool looks_like_short_id(std::string_view text) {
    return text.size() == short_id_length &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// http://169.254.170.2/v4/<id>-<number>: Amazon ECS developer guide, "task metadata endpoint version 4".
std::string_view ecs_id() {
    std::string_view address = environment("ECS_CONTAINER_METADATA_URI_V4");
    const size_t slash = address.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : address.substr(slash + 1);
}

bool in_container() {
    return getpid() == 1 || !ecs_id().empty() || !environment("KUBERNETES_SERVICE_HOST").empty() || exists("/.dockerenv") ||
           exists("/run/.containerenv");
}

void name_container(state::Container& container, std::string_view id, std::string_view type) {
    container.full_id = id;
    container.id = id.substr(0, short_id_length);
    container.type = type;
}

void identify(state::Container& container) {
    const auto cgroups = read_text_file("/proc/self/cgroup");
    if (const auto found = state::container_of_cgroups(cgroups.value_or(""))) {
        name_container(container, found->full_id, found->type);
    } else if (!in_container()) {
        return;
    } else if (!ecs_id().empty()) {
        name_container(container, ecs_id(), "ecs");
    } else {
        const std::string host = host_name();
        name_container(container, looks_like_short_id(host) ? host : "container", "container");
    }
    container.name = container.id;
}

void add_kubernetes(state::Container& container) {
    if (environment("KUBERNETES_SERVICE_HOST").empty()) return;
    const auto variable_or = [](const char* name, std::string otherwise) {
        const std::string_view value = environment(name);
        return value.empty() ? otherwise : std::string(value);
    };
    const auto name_space = read_text_file("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
    container.pod_name = variable_or("POD_NAME", host_name());
    container.pod_namespace = variable_or("POD_NAMESPACE", name_space.value_or(""));
    if (container.pod_namespace->empty()) container.pod_namespace.reset();
}

void set_image(state::Container& container, const std::string& image) {
    const state::ImageReference reference = state::split_image(image);
    container.image = image;
    container.image_repository = reference.repository;
    if (!reference.tag.empty()) container.image_tag = reference.tag;
    if (!reference.digest.empty()) container.image_digest = reference.digest;
}

}  // namespace

state::Container find_container(const Configuration& configuration) {
    state::Container container;
    identify(container);
    add_kubernetes(container);
    if (const auto& fixed = configuration.container) {
        if (!fixed->id.empty()) name_container(container, fixed->id, "static");
        if (!fixed->name.empty()) container.name = fixed->name;
        if (!fixed->image.empty()) set_image(container, fixed->image);
        if (fixed->privileged) container.privileged = fixed->privileged;
    }
    return container;
}

}  // namespace bewit
