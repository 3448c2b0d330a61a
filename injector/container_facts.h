// Which container this is, as far as it can be told without asking anyone over the network: the configuration, the
// environment that ECS and Kubernetes give, the cgroup paths, and what the machine looks like from the inside.
#pragma once

#include <memory>
#include <string>

#include "engine/state/container.h"
#include "injector/configuration.h"
#include "injector/metadata/metadata_watch.h"

namespace bewit {

// `root` is put before every path that is read, and is empty but in tests.
state::Container find_container(const Configuration& configuration, const std::string& root = "");

// What is to be asked over the network, if anything: in a task of Amazon ECS. `known` is what find_container() gave.
// Null otherwise.
std::unique_ptr<MetadataWatch> watch_metadata(const Configuration& configuration, const state::Container& known);

}  // namespace bewit
