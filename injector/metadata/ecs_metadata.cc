#include "injector/metadata/ecs_metadata.h"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "injector/metadata/image_name.h"

namespace bewit {
namespace {

using nlohmann::json;

constexpr size_t short_id_length = 12;

std::optional<json> object_of(std::string_view text) {
    json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) return std::nullopt;
    return parsed;
}

std::optional<std::string> text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    auto text = found->get<std::string>();
    if (text.empty()) return std::nullopt;
    return text;
}

void set(std::optional<std::string>& value, std::optional<std::string> found) {
    if (found) value = std::move(found);
}

// The first IPv4 address of the first network that has one.
std::optional<std::string> address_of(const json& container) {
    const auto networks = container.find("Networks");
    if (networks == container.end() || !networks->is_array()) return std::nullopt;
    for (const json& network : *networks) {
        if (!network.is_object()) continue;
        const auto addresses = network.find("IPv4Addresses");
        if (addresses == network.end() || !addresses->is_array() || addresses->empty() ||
            !addresses->front().is_string())
            continue;
        return addresses->front().get<std::string>();
    }
    return std::nullopt;
}

std::string image_id_of(std::string text) {
    if (const size_t colon = text.find(':'); colon != std::string::npos) text.erase(0, colon + 1);
    return text.substr(0, short_id_length);
}

}  // namespace

bool add_ecs_container(std::string_view text, state::Container& container) {
    const auto object = object_of(text);
    if (!object) return false;
    const auto id = text_at(*object, "DockerId");
    if (!id) return false;
    container.full_id = *id;
    container.id = id->substr(0, short_id_length);
    if (container.is_host() || container.type == "host") container.type = "ecs";
    if (auto name = text_at(*object, "Name")) container.name = std::move(*name);
    if (const auto image = text_at(*object, "Image")) set_image(container, *image);
    if (auto image_id = text_at(*object, "ImageID")) container.image_id = image_id_of(std::move(*image_id));
    set(container.ip, address_of(*object));
    set(container.ecs.container_arn, text_at(*object, "ContainerARN"));
    if (const auto labels = object->find("Labels"); labels != object->end() && labels->is_object()) {
        for (const auto& [key, value] : labels->items()) {
            if (value.is_string()) container.labels[key] = value.get<std::string>();
        }
    }
    if (const auto name = container.labels.find("com.amazonaws.ecs.container-name"); name != container.labels.end())
        container.ecs.container_name = name->second;
    return true;
}

bool add_ecs_task(std::string_view text, state::Container& container) {
    const auto object = object_of(text);
    if (!object) return false;
    const auto arn = text_at(*object, "TaskARN");
    if (!arn) return false;
    state::EcsTask& task = container.ecs;
    task.arn = arn;
    task.id = arn->substr(arn->rfind('/') + 1);  // npos + 1 is 0: the whole
    set(task.cluster, text_at(*object, "Cluster"));
    set(task.family, text_at(*object, "Family"));
    set(task.revision, text_at(*object, "Revision"));
    set(task.service, text_at(*object, "ServiceName"));
    set(task.availability_zone, text_at(*object, "AvailabilityZone"));
    set(task.launch_type, text_at(*object, "LaunchType"));
    return true;
}

}  // namespace bewit
