// Which cloud, and which of its ways to run containers: from the environment where it says so, else from the machine's
// metadata service.
#pragma once

#include <chrono>
#include <string>

#include "injector/doctor/evidence.h"

namespace bewit::doctor {

struct CloudQuestion {
    std::string ecs_uri;                              // ECS_CONTAINER_METADATA_URI_V4; empty outside of ECS
    bool kubernetes = false;                          // KUBERNETES_SERVICE_HOST is set, or kubelet runs here
    std::string metadata = "http://169.254.169.254";  // of EC2 and of Compute Engine
    std::chrono::milliseconds limit{1000};            // for each request
    bool ask = true;                                  // false: nothing is asked over the network
};

// The question as the environment puts it.
CloudQuestion cloud_question();

// Fills in `cloud` and `cloud_origin`. The metadata service is asked only where the machine's vendor has one, and only
// addresses of this machine and link-local ones are; at most three requests.
void find_cloud(const CloudQuestion& question, Evidence& evidence);

}  // namespace bewit::doctor
