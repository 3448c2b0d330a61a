// Where alerts go: one destination each, as `--alerts` names it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace bewit {

class AlertSink {
public:
    virtual ~AlertSink() = default;
    // One alert as a line without its newline. May block; called on the queue's thread only. False when it could not be delivered.
    virtual bool write(std::string_view line) = 0;
    // The destination as the user named it.
    virtual std::string_view name() const = 0;
};

// `stderr`, `stdout`, `fd:N`, `unix:PATH` (a stream socket that someone listens on), or a file's path, which is appended to. The
// error is one sentence. Descriptors are duplicates, close-on-exec: the workload never has them.
tl::expected<std::unique_ptr<AlertSink>, std::string> open_alert_sink(std::string_view destination);

}  // namespace bewit
