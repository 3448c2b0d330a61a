// Arbitrary bytes as everything that is read about a container: the first byte says as what.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "injector/host_names.h"
#include "injector/metadata/ecs_metadata.h"
#include "injector/metadata/mount_facts.h"

namespace {

using namespace bewit;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_ecs(std::string_view text) {
    state::Container container;
    const bool known = add_ecs_container(text, container);
    require(known == !container.is_host() || container.id == "host");
    require(container.id.size() <= 12);
    state::Container task;
    require(add_ecs_task(text, task) == task.ecs.arn.has_value());
}

void check_mounts(std::string_view text) {
    const MountFacts facts = facts_of_mounts(text);
    if (facts.container) require(facts.container->full_id.size() == 64 && facts.container->id.size() == 12);
    if (facts.pod_uid) require(facts.pod_uid->size() == 36 || facts.pod_uid->size() == 32);
    if (facts.pod_sandbox_id) require(facts.pod_sandbox_id->size() == 64);
    if (const auto uid = pod_uid_of_cgroup(text)) require(uid->size() == 36 || uid->size() == 32);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0]) {
        case 'e':
            check_ecs(text);
            break;
        case 'm':
            check_mounts(text);
            break;
        case 'l':
            for (const auto& [key, value] : parse_downward_map(text))
                require(!key.empty() && value.size() <= text.size());
            break;
        case 'h':
            for (const auto& [name, addresses] : parse_hosts(text)) require(!name.empty() && !addresses.empty());
            break;
        default:
            return -1;
    }
    return 0;
}
