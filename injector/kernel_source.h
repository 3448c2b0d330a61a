// The two sources that see a whole machine, by their kind.
#pragma once

#include <memory>

#include "ebpf/source.h"
#include "injector/doctor/decision.h"

namespace bewit {

// Of doctor::sees_whole_machine(). What ebpf::open() and kmod::open() promise and demand.
tl::expected<std::unique_ptr<kernel::Source>, kernel::Failure> open_kernel_source(doctor::SourceKind kind,
                                                                                  const match::Interest& interest,
                                                                                  event::Witness& proc,
                                                                                  const kernel::Options& options);

}  // namespace bewit
