// Runs a helper program under a Tracer in a process of its own, as bewit would, and tells what came out of it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracer/tracer.h"

namespace bewit::tracer::test {

struct SeenEvent {
    int64_t tid = 0;
    std::string name;
    std::optional<int64_t> result;
    int64_t parent = -1;  // parameter `ptid`, -1 where there is none
    int64_t status = -1;  // parameter `status`
};

struct Outcome {
    bool ran = false;      // run() had a wait status
    int exit_status = -1;  // what bewit would end with
    std::string error;     // StartError's sentence
    std::string output;    // the workload's standard output, as far as it was not read before
    std::vector<SeenEvent> events;
    Statistics statistics;
    uint64_t unreadable = 0;  // calls that the sink was told of
    bool privileged_filter = false;
    bool keeps_ptrace_capability = false;

    size_t count(std::string_view name) const;
    const SeenEvent* first(std::string_view name) const;
};

struct Setting {
    Options options;
    std::vector<std::string> kinds;        // what rules ask for, with all of it; births, execs and ends come anyway
    std::vector<std::string> entry_kinds;  // the same, for which the entry is enough
    bool wants_exit = true;                // the sink's answer
    bool as_init = false;                  // as PID 1 of a pid namespace
    std::function<void()> before;          // in bewit's process, before anything else
    std::string crash_at;                  // at an event of this name bewit crashes
};

// The path of a helper program (tests/unit/tracer/programs).
std::string program(std::string_view name);

// One run. The process is bewit's: `pid` may be signalled.
class Running {
public:
    Running(std::vector<std::string> command, Setting setting = {});
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    // As seen from here; for a PID 1 too.
    pid_t pid() const { return bewit_; }
    // The next line of the workload's standard output, without its end; empty at the end of it.
    std::string line();
    // Waits for the end.
    Outcome finish();

private:
    int run_bewit(const std::vector<std::string>& command, const Setting& setting) const;

    pid_t child_ = -1;  // the process to wait for
    pid_t bewit_ = -1;
    int output_ = -1;
    int report_ = -1;  // a memory file
    std::string rest_;
};

Outcome run(std::vector<std::string> command, Setting setting = {});

// False where this machine does not let tests make a pid namespace with a /proc of its own.
bool can_be_init();

}  // namespace bewit::tracer::test
