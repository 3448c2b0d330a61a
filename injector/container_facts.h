// Which container this is, as far as it can be told without asking anyone over the network: the configuration, the environment that ECS and
// Kubernetes give, the cgroup paths, and what the machine looks like from the inside.
#pragma once

#include "engine/state/container.h"
#include "injector/configuration.h"

namespace bewit {

state::Container find_container(const Configuration& configuration);

}  // namespace bewit
