// What is told of the file that a process runs: /proc/TID/exe.
#pragma once

#include <cstdint>

#include "engine/event/witness.h"
#include "tracer/proc_reader.h"
#include "tracer/proc_text.h"

namespace bewit::tracer {

// Fills exe_path, its inode and times, and the exe_* marks of `facts`. Where the kernel does not let bewit look they
// are empty.
//
// exe_writable is Falco's: the process's filesystem uid owns the file, or its mode, CAP_DAC_OVERRIDE or CAP_FOWNER let
// it write there, on a filesystem that is not read-only; access lists are not looked at.
//
// exe_upper_layer is an approximation, since overlayfs does not tell from which layer a file comes: the file lies on an
// overlay and its inode changed (ctime, which no program can set) after `container_start_ns`, the start of the
// container's first process, nanoseconds since the epoch. What an image brings was unpacked before that; what was
// written, copied up or had its mode changed since comes after it.
void read_executable(ProcReader& proc, Tid tid, const StatusText& status, uint64_t container_start_ns,
                     event::ProcessFacts& facts);

}  // namespace bewit::tracer
