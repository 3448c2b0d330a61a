// Alerts on the standard input of a program, as Falco's program_output.
#pragma once

#include <memory>
#include <string>

#include "injector/background_sink.h"

namespace bewit {

// `command` is run by /bin/sh, in a process group of its own, with standard output and error of bewit; it is bewit's
// child and no tracee. One process per alert, or with `keep_alive` one for all, which is started again when it has
// ended. At the end its input is closed, and it is waited for.
std::unique_ptr<SlowSink> make_program_sink(const std::string& command, bool keep_alive);

}  // namespace bewit
