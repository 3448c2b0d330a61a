#include "injector/patch/ecs_register.h"

#include "injector/patch/container.h"

namespace bewit::patch {

Json registrable(const Json& definition) {
    const Json* task = member(definition, "taskDefinition");
    if (task == nullptr || !task->is_object()) return definition;
    Json request = *task;
    for (const char* key : {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
                            "registeredAt", "registeredBy", "deregisteredAt"}) {
        erase(request, key);
    }
    const Json* tags = member(definition, "tags");
    if (tags != nullptr && tags->is_array() && !tags->empty()) request["tags"] = *tags;
    return request;
}

}  // namespace bewit::patch
