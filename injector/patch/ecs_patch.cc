#include "injector/patch/ecs_patch.h"

#include <functional>

#include <fmt/format.h>

#include "injector/patch/ecs_task.h"

namespace bewit::patch {
namespace {

constexpr const char* cloudformation_type = "AWS::ECS::TaskDefinition";

struct Task {
    Json* json;
    EcsNames names;
    bool bare = false;
    std::vector<EcsTag> tags{};
    std::vector<std::string> way{};  // steps from the document's root
};

std::vector<EcsTag> tags_of(const Json& object, const EcsNames& names) {
    std::vector<EcsTag> tags;
    const Json* list = member(object, names("tags"));
    if (list == nullptr || !list->is_array()) return tags;
    for (const Json& tag : *list) {
        const Json* value = member(tag, names("value"));
        static const Json nothing = "";
        tags.push_back({string_of(tag, names("key")), value == nullptr ? &nothing : value});
    }
    return tags;
}

bool is_container_list(const Json& root) {
    return root.is_array() && !root.empty() && root[0].is_object() && root[0].contains("image");
}

// Every task definition among resources of a template, those within loops (`Fn::ForEach::NAME: [variable, values,
// resources]`) too.
tl::expected<void, Problem> find_resources(Json& resources, const std::vector<std::string>& way,
                                           std::vector<Task>& tasks) {
    const EcsNames cloudformation(true);
    for (auto& [name, resource] : resources.items()) {
        std::vector<std::string> here = way;
        here.push_back(name);
        if (name.starts_with("Fn::ForEach::") && resource.is_array() && resource.size() == 3 &&
            resource[2].is_object()) {
            here.emplace_back("2");
            if (auto found = find_resources(resource[2], here, tasks); !found) return found;
        }
        if (string_of(resource, "Type") != cloudformation_type) continue;
        Json* properties = member(resource, "Properties");
        if (properties == nullptr || !properties->is_object()) {
            return within(problem_of("this task definition has no Properties"), here);
        }
        here.emplace_back("Properties");
        tasks.push_back({.json = properties,
                         .names = cloudformation,
                         .tags = tags_of(*properties, cloudformation),
                         .way = std::move(here)});
    }
    return {};
}

// Every task definition in `root`, or why there is none. `wrapper` keeps a bare list of containers.
tl::expected<std::vector<Task>, Problem> find_tasks(Json& root, Json& wrapper) {
    const EcsNames api(false);
    if (is_container_list(root)) {
        wrapper["containerDefinitions"] = root;
        return std::vector<Task>{{.json = &wrapper, .names = api, .bare = true}};
    }
    if (member(root, "containerDefinitions") != nullptr) {
        return std::vector<Task>{{.json = &root, .names = api, .tags = tags_of(root, api)}};
    }
    if (Json* inner = member(root, "taskDefinition"); inner != nullptr && inner->is_object()) {
        return std::vector<Task>{{.json = inner, .names = api, .tags = tags_of(root, api), .way = {"taskDefinition"}}};
    }
    Json* resources = member(root, "Resources");
    if (resources == nullptr || !resources->is_object()) {
        return tl::unexpected(problem_of(
            "this is neither a task definition, nor a list of container definitions, nor a CloudFormation template"));
    }
    std::vector<Task> tasks;
    if (auto found = find_resources(*resources, {"Resources"}, tasks); !found) return tl::unexpected(found.error());
    if (tasks.empty())
        return tl::unexpected(
            problem_of(fmt::format("the template has no resource of type {}", cloudformation_type), "/Resources"));
    return tasks;
}

// Runs `visit` on every task of `definition`, and gives back the changed definition.
tl::expected<Json, Problem> each_task(const Json& definition,
                                      const std::function<tl::expected<void, Problem>(Task&)>& visit) {
    Json result = definition, wrapper = Json::object();
    auto tasks = find_tasks(result, wrapper);
    if (!tasks) return tl::unexpected(tasks.error());
    for (Task& task : *tasks) {
        auto done = visit(task);
        if (done) continue;
        Problem problem = std::move(done.error());
        // The list's own name stands for nothing in the document.
        constexpr std::string_view list = "/containerDefinitions";
        if (task.bare && problem.pointer.starts_with(list)) problem.pointer.erase(0, list.size());
        return within(std::move(problem), task.way);
    }
    if (!wrapper.empty()) return wrapper["containerDefinitions"];
    return result;
}

}  // namespace

tl::expected<Json, Problem> patch_ecs(const Json& definition, const Options& options, ImageSource& images,
                                      Report& report) {
    return each_task(definition, [&](Task& task) {
        unpatch_task(*task.json, task.names);
        return patch_task(*task.json, task.names, task.bare, task.tags, options, images, report);
    });
}

tl::expected<Json, Problem> unpatch_ecs(const Json& definition) {
    return each_task(definition, [](Task& task) {
        unpatch_task(*task.json, task.names);
        return tl::expected<void, Problem>();
    });
}

}  // namespace bewit::patch
