// The Interest as a seccomp program: a foreign ABI is looked at first, then a balanced tree over the numbers, then register tests.
// Calls that no rule and no state asks for are allowed whatever their arguments, so that the kernel's per-syscall allow cache keeps them
// (kernel/seccomp.c, seccomp_cache_check_allow).
#pragma once

#include <cstdint>

#include "engine/match/interest.h"
#include "tracer/bpf_program.h"

namespace bewit::tracer {

struct FilterOptions {
    bool deny_io_uring = false;   // io_uring_setup answers ENOSYS
};

// RET_TRACE for what the Interest asks for and for what the tracer itself must see; RET_ALLOW for the rest; RET_TRACE for
// every call of the x32 ABI and for numbers above the table, which then are decoded as what they are.
BpfProgram compile_filter(const match::Interest& interest, const FilterOptions& options);

}  // namespace bewit::tracer
