// What Amazon ECS says of a container and its task: task metadata endpoint version 4 (Amazon ECS developer guide), on
// Fargate and EC2.
#pragma once

#include <string_view>

#include "engine/state/container.h"

namespace bewit {

// From the answer to `$ECS_CONTAINER_METADATA_URI_V4`: id, name, image, labels, address, ARN. What the answer lacks
// stays as it is. False when it is no such answer; nothing is changed then. Throws nothing, whatever the text.
bool add_ecs_container(std::string_view json, state::Container& container);
// From `$ECS_CONTAINER_METADATA_URI_V4/task`: cluster, ARN, family, revision, zone, launch type, service.
bool add_ecs_task(std::string_view json, state::Container& container);

}  // namespace bewit
