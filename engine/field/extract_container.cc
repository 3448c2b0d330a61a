#include <fnmatch.h>

#include <algorithm>

#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

using state::Container;
using state::Mount;
using OptionalText = std::optional<std::string>;
using Labels = std::map<std::string, std::string>;

constexpr size_t short_id = 12;

Presence give_optional(Context& context, Value& value, OptionalText Container::*member) {
    const OptionalText& text = context.state.container().*member;
    return text ? give_text(value, *text) : Presence::Absent;
}

Presence give_optional(Context& context, Value& value, std::optional<bool> Container::*member) {
    const std::optional<bool>& truth = context.state.container().*member;
    return truth ? give_bool(value, *truth) : Presence::Absent;
}

void append_mount(const Mount& mount, std::string& out) {
    for (const std::string_view part :
         {std::string_view(mount.source), std::string_view(mount.destination), std::string_view(mount.mode),
          std::string_view(mount.writable ? "true" : "false")}) {
        out += part;
        out += ':';
    }
    out += mount.propagation;
}

// By number, or the first whose `key` matches the argument as a pattern.
const Mount* find_mount(const Field& field, const Context& context, std::string Mount::*key) {
    const auto& mounts = context.state.container().mounts;
    if (!mounts) return nullptr;
    if (field.index >= 0) {
        const size_t position = static_cast<size_t>(field.index);
        return position < mounts->size() ? &(*mounts)[position] : nullptr;
    }
    const auto matches = [&](const Mount& mount) {
        return fnmatch(field.argument.c_str(), (mount.*key).c_str(), 0) == 0;
    };
    const auto found = std::ranges::find_if(*mounts, matches);
    return found != mounts->end() ? &*found : nullptr;
}

Presence give_mount_text(const Field& field, Context& context, Value& value, std::string Mount::*member) {
    const Mount* mount = find_mount(field, context, &Mount::source);
    return mount != nullptr ? give_text(value, mount->*member) : Presence::Absent;
}

Presence give_label(const Field& field, Value& value, const Labels& labels) {
    const auto found = labels.find(field.argument);
    return found != labels.end() ? give_text(value, found->second) : Presence::Absent;
}

// What the runtime itself has put there is left out.
bool is_internal(std::string_view label) {
    return label.starts_with("annotation.") || label.starts_with("io.kubernetes.");
}

Presence give_labels(Context& context, Value& value, const Labels& labels) {
    std::string& out = context.scratch.text();
    for (const auto& [name, content] : labels) {
        if (is_internal(name)) continue;
        if (!out.empty()) out += ", ";
        out += name;
        if (content.empty()) continue;
        out += ':';
        out += content;
    }
    return give_text(value, out);
}

}  // namespace

Presence container_id(const Field&, Context& context, Value& value) {
    return give_text(value, context.state.container().id);
}
Presence container_full_id(const Field&, Context& context, Value& value) {
    const Container& container = context.state.container();
    if (!container.full_id.empty()) return give_text(value, container.full_id);
    return container.is_host() ? give_text(value, container.id) : Presence::Absent;
}
Presence container_name(const Field&, Context& context, Value& value) {
    return give_text(value, context.state.container().name);
}
Presence container_type(const Field&, Context& context, Value& value) {
    return give_text(value, context.state.container().type);
}
Presence container_image(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::image);
}
Presence container_image_id(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::image_id);
}
Presence container_image_repository(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::image_repository);
}
Presence container_image_tag(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::image_tag);
}
Presence container_image_digest(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::image_digest);
}
Presence container_privileged(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::privileged);
}
Presence container_host_pid(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::host_pid);
}
Presence container_host_network(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::host_network);
}
Presence container_host_ipc(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::host_ipc);
}
Presence container_ip(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::ip);
}

Presence container_mounts(const Field&, Context& context, Value& value) {
    const auto& mounts = context.state.container().mounts;
    if (!mounts) return Presence::Absent;
    std::string& out = context.scratch.text();
    for (const Mount& mount : *mounts) {
        if (!out.empty()) out += ',';
        append_mount(mount, out);
    }
    return give_text(value, out);
}

Presence container_mount(const Field& field, Context& context, Value& value) {
    const Mount* mount = find_mount(field, context, &Mount::source);
    if (mount == nullptr) return Presence::Absent;
    std::string& out = context.scratch.text();
    append_mount(*mount, out);
    return give_text(value, out);
}
Presence container_mount_source(const Field& field, Context& context, Value& value) {
    const Mount* mount = find_mount(field, context, &Mount::destination);
    return mount != nullptr ? give_text(value, mount->source) : Presence::Absent;
}
Presence container_mount_dest(const Field& field, Context& context, Value& value) {
    return give_mount_text(field, context, value, &Mount::destination);
}
Presence container_mount_mode(const Field& field, Context& context, Value& value) {
    return give_mount_text(field, context, value, &Mount::mode);
}
Presence container_mount_propagation(const Field& field, Context& context, Value& value) {
    return give_mount_text(field, context, value, &Mount::propagation);
}
Presence container_mount_rdwr(const Field& field, Context& context, Value& value) {
    const Mount* mount = find_mount(field, context, &Mount::source);
    return mount != nullptr ? give_text(value, mount->writable ? "true" : "false") : Presence::Absent;
}

Presence container_start(const Field&, Context& context, Value& value) {
    const uint64_t start = context.state.container().start_time_ns.value_or(0);
    return start != 0 ? give_uint(value, start) : Presence::Absent;
}
Presence container_duration(const Field&, Context& context, Value& value) {
    const uint64_t start = context.state.container().start_time_ns.value_or(0);
    const uint64_t now = context.event.time_ns();
    if (start == 0) return Presence::Absent;
    return give_uint(value, now > start ? now - start : 0);
}

Presence container_label(const Field& field, Context& context, Value& value) {
    return give_label(field, value, context.state.container().labels);
}
Presence container_labels(const Field&, Context& context, Value& value) {
    return give_labels(context, value, context.state.container().labels);
}

Presence pod_name(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::pod_name);
}
Presence pod_namespace(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::pod_namespace);
}
Presence pod_uid(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::pod_uid);
}
Presence pod_ip(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::pod_ip);
}
Presence pod_full_sandbox_id(const Field&, Context& context, Value& value) {
    return give_optional(context, value, &Container::pod_sandbox_id);
}
Presence pod_sandbox_id(const Field&, Context& context, Value& value) {
    const OptionalText& id = context.state.container().pod_sandbox_id;
    return id ? give_text(value, std::string_view(*id).substr(0, short_id)) : Presence::Absent;
}
Presence pod_label(const Field& field, Context& context, Value& value) {
    return give_label(field, value, context.state.container().pod_labels);
}
Presence pod_labels(const Field&, Context& context, Value& value) {
    const Container& container = context.state.container();
    if (!container.pod_name && container.pod_labels.empty()) return Presence::Absent;
    return give_labels(context, value, container.pod_labels);
}

}  // namespace bewit::field
