// Sources of events tried out: started, made to tell one event, and ended again. Nothing stays behind.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "injector/doctor/decision.h"

namespace bewit::doctor {

// Runs this program's own `version` where the source can see it, and waits for its exec event; the error is why there
// was none, in one sentence. Each trial is a process of its own, at most 20 s. The caller has no other threads.
tl::expected<void, std::string> try_out(SourceKind kind);

}  // namespace bewit::doctor
