// The source of events that our programs are when BPF runs them: loaded, attached and read here.
#pragma once

#include <memory>

#include <tl/expected.hpp>

#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "kernel/source.h"

namespace bewit::ebpf {

// Loads and attaches: from here on events wait in the ring. Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, and a
// kernel with BTF. `proc` is asked for what no event says; both must outlive the source.
tl::expected<std::unique_ptr<kernel::Source>, kernel::Failure> open(const match::Interest& interest,
                                                                    event::Witness& proc,
                                                                    const kernel::Options& options);

// Whether this program has the source built in.
bool built_in();

}  // namespace bewit::ebpf
