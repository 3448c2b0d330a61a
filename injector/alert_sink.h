// Where alerts go: one destination each, as `--alerts` or a key of the configuration names it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/rule/rule_set.h"

namespace bewit {

struct AlertLine {
    std::string_view text;  // one alert, without its newline
    rule::Priority priority = rule::Priority::Debug;
};

class AlertSink {
public:
    virtual ~AlertSink() = default;
    // May block; called on the queue's thread only. False when it could not be delivered.
    virtual bool write(const AlertLine& line) = 0;
    // Waits until what was taken is delivered, until `deadline` at most, and returns how much of it was not. No write()
    // after this.
    virtual uint64_t finish(std::chrono::steady_clock::time_point /*deadline*/) { return 0; }
    // Whether its thread, the queue's, must be able to start programs.
    virtual bool runs_programs() const { return false; }
    // The destination as the user named it, without secrets.
    virtual std::string_view name() const = 0;
};

// `stderr`, `stdout`, `fd:N`, `unix:PATH` (a stream socket that someone listens on), or a file's path, which is
// appended to and opened anew when it was renamed or removed. The error is one sentence. Descriptors are duplicates,
// close-on-exec: the workload never has them. `http://` and `https://` are for open_http_sink().
tl::expected<std::unique_ptr<AlertSink>, std::string> open_alert_sink(std::string_view destination);

// The same for a file that is opened for each alert.
tl::expected<std::unique_ptr<AlertSink>, std::string> open_file_sink(const std::string& path, bool keep_open);

}  // namespace bewit
