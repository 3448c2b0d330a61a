// What the runtime is in a process: its code, and behind it the table of names that no rule cares about. It is made
// beside the workload, once for all processes.
#pragma once

#include <cstddef>
#include <future>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/match/interest.h"
#include "tracer/runtime/code_x86_64.h"

namespace bewit::tracer {

// Used on the tracer's thread. The thread that makes the table is abandoned with this.
class RuntimeImage {
public:
    // `relative_names`: the code may ask for working directories. Both references must outlive this.
    RuntimeImage(const match::Interest& interest, const RuntimeCode& code, bool relative_names)
        : interest_(interest), code_(code), relative_names_(relative_names) {}
    ~RuntimeImage() { abandoned_.request_stop(); }
    RuntimeImage(const RuntimeImage&) = delete;
    RuntimeImage& operator=(const RuntimeImage&) = delete;

    // Begins to make it at the first call, and waits for nothing.
    bool ready();
    // There will never be one: names decide nothing, or would take too much; or openat2(2) is not to be had.
    bool failed() const { return failed_; }
    // Empty until it is ready. Whole pages at the code's base.
    std::span<const std::byte> bytes() const { return bytes_; }

private:
    bool begin_building();

    const match::Interest& interest_;
    const RuntimeCode& code_;
    const bool relative_names_;
    std::stop_source abandoned_;
    std::future<match::PathTest> building_;
    std::vector<std::byte> bytes_;
    bool failed_ = false;
};

}  // namespace bewit::tracer
