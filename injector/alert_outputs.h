// From the configuration to the sinks that are open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "injector/alert_sink.h"
#include "injector/configuration.h"

namespace bewit {

// The error is one sentence: which output it is and why it cannot be.
tl::expected<std::vector<std::unique_ptr<AlertSink>>, std::string> open_outputs(const Configuration& configuration);

}  // namespace bewit
