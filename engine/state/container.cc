// Every runtime names the control group of a container after the container, each in its own manner. What they share:
// the id stands in one component of the path, between a known prefix and a known suffix. So the path is read component
// by component, innermost first, against a table.
#include "engine/state/container.h"

#include <algorithm>
#include <array>

namespace bewit::state {
namespace {

constexpr size_t long_id = 64;
constexpr size_t short_id = 12;

struct Layout {
    std::string_view prefix, suffix, type;
};
// Before the bare id, longest prefix first where one begins another.
constexpr std::array layouts = {
    Layout{"libpod-payload-", "", "podman"},
    Layout{"libpod-", ".scope", "podman"},
    Layout{"libpod-", "", "podman"},
    Layout{"docker-", ".scope", "docker"},
    Layout{"crio-", ".scope", "cri-o"},
    Layout{"crio-", "", "cri-o"},
    Layout{"cri-containerd-", ".scope", "containerd"},
    Layout{"nerdctl-", ".scope", "containerd"},
};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_long_id(std::string_view text) { return text.size() == long_id && std::ranges::all_of(text, is_hex); }

ContainerName shortened(std::string_view full_id, std::string_view type) {
    return {std::string(full_id.substr(0, short_id)), std::string(full_id), std::string(type)};
}
ContainerName whole(std::string_view id, std::string_view type) {
    return {std::string(id), std::string(id), std::string(type)};
}

// "<task>-<number>", as Fargate names containers: 32 hexadecimal digits and some decimal ones.
bool is_task_id(std::string_view text) {
    constexpr size_t task = 32;
    return text.size() > task + 1 && text[task] == '-' && std::ranges::all_of(text.substr(0, task), is_hex) &&
           std::ranges::all_of(text.substr(task + 1), is_digit);
}

std::optional<ContainerName> of_component(std::string_view component, std::string_view path) {
    for (const Layout& layout : layouts) {
        if (!component.starts_with(layout.prefix) || !component.ends_with(layout.suffix)) continue;
        std::string_view id = component.substr(layout.prefix.size());
        id.remove_suffix(std::min(layout.suffix.size(), id.size()));
        if (is_long_id(id)) return shortened(id, layout.type);
    }
    constexpr std::string_view cri_mark = ":cri-containerd:";
    if (const size_t mark = component.rfind(cri_mark); mark != std::string_view::npos) {
        const std::string_view id = component.substr(mark + cri_mark.size());
        if (is_long_id(id)) return shortened(id, "containerd");
    }
    if (is_long_id(component)) {
        const bool in_pod = path.find("/kubepods") != std::string_view::npos;
        return shortened(component, in_pod ? "containerd" : "docker");
    }
    if (is_task_id(component) && path.starts_with("/ecs/")) return shortened(component, "containerd");
    return std::nullopt;
}

std::optional<ContainerName> of_lxc(std::string_view path) {
    for (const std::string_view mark : {"/lxc/", "/lxc.payload/", "/lxc.payload."}) {
        const size_t found = path.find(mark);
        if (found == std::string_view::npos) continue;
        // libvirt has an "/lxc/" of its own, one level down.
        if (path.substr(0, found).ends_with("/libvirt")) continue;
        std::string_view id = path.substr(found + mark.size());
        id = id.substr(0, id.find('/'));
        if (!id.empty()) return whole(id, "lxc");
    }
    return std::nullopt;
}

std::optional<ContainerName> of_libvirt(std::string_view path) {
    constexpr std::string_view type = "libvirt-lxc";
    if (constexpr std::string_view suffix = ".libvirt-lxc"; path.ends_with(suffix)) {
        std::string_view id = path.substr(path.rfind('/') + 1);
        id.remove_suffix(suffix.size());
        if (!id.empty()) return whole(id, type);
    }
    // systemd's escape of "-": "machine-lxc\x2d<id>.scope".
    if (constexpr std::string_view mark = "-lxc\\x2d"; path.find(mark) != std::string_view::npos) {
        std::string_view id = path.substr(path.find(mark) + mark.size());
        const size_t end = id.find(".scope");
        if (end != std::string_view::npos && end > 0) return whole(id.substr(0, end), type);
    }
    if (constexpr std::string_view mark = "/libvirt/lxc/"; path.find(mark) != std::string_view::npos) {
        const std::string_view id = path.substr(path.find(mark) + mark.size());
        if (!id.empty()) return whole(id, type);
    }
    return std::nullopt;
}

std::optional<ContainerName> of_bpm(std::string_view path) {
    constexpr std::string_view prefix = "bpm-";
    std::string_view component = path.substr(path.rfind('/') + 1);
    if (!component.starts_with(prefix) || !component.ends_with(".scope")) return std::nullopt;
    const std::string_view id = component.substr(prefix.size(), component.size() - prefix.size() - 6);
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    if (id.empty() || !std::ranges::all_of(id, allowed)) return std::nullopt;
    return whole(id, "bpm");
}

// A name of containerd's own: letters and digits, with single separators between.
bool is_identifier(std::string_view name) {
    const auto separates = [](char c) { return c == '.' || c == '_' || c == '-'; };
    bool after_separator = true;
    for (const char c : name) {
        if (!is_alphanumeric(c) && (after_separator || !separates(c))) return false;
        after_separator = separates(c);
    }
    return !after_separator;
}

bool is_of_systemd(std::string_view name) {
    return name.ends_with(".slice") || name.ends_with(".service") || name.ends_with(".scope");
}

// "/<namespace>/<id>", as containerd's own client makes them, with ids that the user chose.
std::optional<ContainerName> of_containerd(std::string_view path) {
    const size_t second = path.find('/', 1);
    if (!path.starts_with('/') || second == std::string_view::npos) return std::nullopt;
    const std::string_view space = path.substr(1, second - 1);
    const std::string_view id = path.substr(second + 1);
    if (!is_identifier(space) || is_of_systemd(space)) return std::nullopt;
    if (id.size() > long_id || !is_identifier(id) || is_of_systemd(id)) return std::nullopt;
    return shortened(id, "containerd");
}

// The path of a line "4:memory:/path", "0::/path" or "memory=/path".
std::string_view path_of_line(std::string_view line) {
    const size_t slash = line.find('/');
    return slash == std::string_view::npos ? std::string_view{} : line.substr(slash);
}

}  // namespace

std::optional<ContainerName> container_of_cgroup(std::string_view path) {
    for (std::string_view rest = path; !rest.empty();) {
        const size_t slash = rest.rfind('/');
        const std::string_view component = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
        if (auto name = of_component(component, path)) return name;
        if (slash == std::string_view::npos) break;
        rest = rest.substr(0, slash);
    }
    if (auto name = of_lxc(path)) return name;
    if (auto name = of_libvirt(path)) return name;
    if (auto name = of_bpm(path)) return name;
    return of_containerd(path);
}

std::optional<ContainerName> container_of_cgroups(std::string_view text) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        if (auto name = container_of_cgroup(path_of_line(text.substr(0, end)))) return name;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

ImageReference split_image(std::string_view reference) {
    ImageReference image;
    if (const size_t at = reference.find('@'); at != std::string_view::npos) {
        image.digest = reference.substr(at + 1);
        reference = reference.substr(0, at);
    }
    // A colon before the last slash belongs to the registry's port.
    const size_t colon = reference.rfind(':');
    const size_t slash = reference.rfind('/');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        image.tag = reference.substr(colon + 1);
        reference = reference.substr(0, colon);
    }
    image.repository = reference;
    return image;
}

}  // namespace bewit::state
