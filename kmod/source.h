// The kernel module as a source of events: /dev/bewit, configured, mapped and read (kmod/interface.h). One thread.
#pragma once

#include <memory>

#include <tl/expected.hpp>

#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "kernel/source.h"

namespace bewit::kmod {

// Becomes the module's one owner and starts it: from here on events wait in the rings, which share
// `options.ring_bytes`. Needs the module loaded, and CAP_SYS_ADMIN or CAP_PERFMON. `proc` is asked for what no event
// says; both must outlive the source.
tl::expected<std::unique_ptr<kernel::Source>, kernel::Failure> open(const match::Interest& interest,
                                                                    event::Witness& proc,
                                                                    const kernel::Options& options);

}  // namespace bewit::kmod
