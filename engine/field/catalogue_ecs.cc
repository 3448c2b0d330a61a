// Fields of our own, for tasks of Amazon ECS: from the task metadata endpoint, absent until it has answered.
#include "engine/field/catalogue_data.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using Print = event::PrintFormat;

constexpr Nature container{Scope::Container, Cost::Free};

constexpr Entry ecs[] = {
    {"ecs.task.arn", CharBuf, Print::None, container, ecs_task_arn, "ARN of the ECS task."},
    {"ecs.task.id", CharBuf, Print::None, container, ecs_task_id, "Last part of the task's ARN."},
    {"ecs.task.family", CharBuf, Print::None, container, ecs_task_family, "Family of the task definition."},
    {"ecs.task.revision", CharBuf, Print::None, container, ecs_task_revision, "Revision of the task definition."},
    {"ecs.cluster", CharBuf, Print::None, container, ecs_cluster, "Name or ARN of the ECS cluster."},
    {"ecs.service", CharBuf, Print::None, container, ecs_service, "Name of the ECS service that started the task."},
    {"ecs.container.arn", CharBuf, Print::None, container, ecs_container_arn, "ARN of the container."},
    {"ecs.container.name", CharBuf, Print::None, container, ecs_container_name,
     "Name of the container in the task definition."},
    {"ecs.availability_zone", CharBuf, Print::None, container, ecs_availability_zone, "Availability zone of the task."},
    {"ecs.launch_type", CharBuf, Print::None, container, ecs_launch_type, "FARGATE, EC2 or EXTERNAL."},
};

}  // namespace

std::span<const Entry> ecs_entries() { return ecs; }

}  // namespace bewit::field
