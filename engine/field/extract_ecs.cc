// What Amazon ECS tells of the task that the container is of.
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

Presence give_fact(Context& context, Value& value, std::optional<std::string> state::EcsTask::*member) {
    const std::optional<std::string>& text = context.state.container().ecs.*member;
    return text ? give_text(value, *text) : Presence::Absent;
}

}  // namespace

Presence ecs_task_arn(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::arn);
}
Presence ecs_task_id(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::id);
}
Presence ecs_task_family(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::family);
}
Presence ecs_task_revision(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::revision);
}
Presence ecs_cluster(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::cluster);
}
Presence ecs_service(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::service);
}
Presence ecs_container_arn(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::container_arn);
}
Presence ecs_container_name(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::container_name);
}
Presence ecs_availability_zone(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::availability_zone);
}
Presence ecs_launch_type(const Field&, Context& context, Value& value) {
    return give_fact(context, value, &state::EcsTask::launch_type);
}

}  // namespace bewit::field
