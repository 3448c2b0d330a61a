#include "injector/metadata/mount_facts.h"

#include <algorithm>
#include <array>
#include <vector>

namespace bewit {
namespace {

constexpr size_t long_id_length = 64, short_id_length = 12, uid_length = 36;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_long_id(std::string_view text) {
    return text.size() == long_id_length && std::all_of(text.begin(), text.end(), is_hex);
}

// 8-4-4-4-12 hexadecimal digits; static pods have 32 without dashes.
bool is_uid(std::string_view text) {
    if (text.size() == 32) return std::all_of(text.begin(), text.end(), is_hex);
    if (text.size() != uid_length) return false;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// The component behind `marker` ("/a/b/" of "/x/a/b/ID/rest"), if it is there.
std::string_view behind(std::string_view path, std::string_view marker) {
    const size_t at = path.find(marker);
    if (at == std::string_view::npos) return {};
    path.remove_prefix(at + marker.size());
    return path.substr(0, path.find('/'));
}

struct Layout {
    std::string_view marker, type;
};
constexpr std::array layouts = {
    Layout{"/docker/containers/", "docker"},
    Layout{"/overlay-containers/", "podman"},  // and cri-o, for the sandbox of a pod
};

void add_container(std::string_view source, MountFacts& facts) {
    for (const Layout& layout : layouts) {
        const std::string_view id = behind(source, layout.marker);
        if (!is_long_id(id)) continue;
        if (!facts.container)
            facts.container = {std::string(id.substr(0, short_id_length)), std::string(id), std::string(layout.type)};
    }
    if (const std::string_view sandbox = behind(source, "/sandboxes/"); is_long_id(sandbox))
        facts.pod_sandbox_id = std::string(sandbox);
}

// /var/lib/kubelet/pods/UID/etc-hosts, /var/lib/kubelet/pods/UID/containers/NAME/HASH
void add_pod(std::string_view source, MountFacts& facts) {
    const std::string_view uid = behind(source, "/pods/");
    if (!is_uid(uid)) return;
    facts.pod_uid = std::string(uid);
    if (const std::string_view name = behind(source, "/containers/"); !name.empty())
        facts.pod_container_name = std::string(name);
}

bool is_believed(std::string_view target) {
    return target == "/etc/hostname" || target == "/etc/hosts" || target == "/etc/resolv.conf" ||
           target == "/dev/termination-log";
}

}  // namespace

MountFacts facts_of_mounts(std::string_view mountinfo) {
    constexpr size_t root_field = 3, target_field = 4;
    MountFacts facts;
    for (const std::string_view line : split(mountinfo, '\n')) {
        const auto fields = split(line, ' ');
        if (fields.size() <= target_field || !is_believed(fields[target_field])) continue;
        add_pod(fields[root_field], facts);
        add_container(fields[root_field], facts);
    }
    // In a pod, hostname and resolv.conf are the sandbox's, not the container's.
    if (facts.pod_uid && facts.container) {
        facts.pod_sandbox_id = facts.container->full_id;
        facts.container.reset();
    }
    return facts;
}

std::optional<std::string> pod_uid_of_cgroup(std::string_view path) {
    for (std::string_view component : split(path, '/')) {
        const size_t at = component.rfind("pod");
        if (at == std::string_view::npos) continue;
        std::string uid(component.substr(at + 3));
        if (uid.ends_with(".slice")) uid.resize(uid.size() - 6);
        std::replace(uid.begin(), uid.end(), '_', '-');
        if (is_uid(uid)) return uid;
    }
    return std::nullopt;
}

std::map<std::string, std::string> parse_downward_map(std::string_view text) {
    std::map<std::string, std::string> result;
    for (const std::string_view line : split(text, '\n')) {
        const size_t equals = line.find('=');
        if (equals == 0 || equals == std::string_view::npos) continue;
        std::string_view quoted = line.substr(equals + 1);
        if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') continue;
        quoted = quoted.substr(1, quoted.size() - 2);
        std::string value;
        for (size_t i = 0; i < quoted.size(); ++i) {
            if (quoted[i] != '\\' || i + 1 == quoted.size()) {
                value += quoted[i];
                continue;
            }
            const char escaped = quoted[++i];
            value += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
        }
        result[std::string(line.substr(0, equals))] = std::move(value);
    }
    return result;
}

}  // namespace bewit
