// Programs beside the workload: for alerts, for credentials.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bewit {

// Starts `words`, the first being looked for as execvp(3) does, in a process group of its own, with no signal blocked
// or ignored and no descriptor but the standard ones: `input` as its input, and `output` as its output unless it is -1.
// A child of the calling thread. 0, and the process in `pid`; else errno.
int spawn(std::vector<std::string> words, int input, int output, pid_t& pid);

}  // namespace bewit
