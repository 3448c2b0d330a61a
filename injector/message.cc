#include "injector/message.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace bewit {
namespace {

Verbosity verbosity = Verbosity::Normal;

// The workload may have made it one that does not wait (O_NONBLOCK, open(2)); a reader that is gone for good holds up
// nothing.
bool wait_until_writable() {
    constexpr int limit_ms = 2000;
    pollfd waiting{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return poll(&waiting, 1, limit_ms) > 0 || errno == EINTR;
}

// Nobody is left to be told when stderr is closed.
void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && (errno == EINTR || (errno == EAGAIN && wait_until_writable()))) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<size_t>(written));
    }
}

void say(std::string_view kind, std::string_view text) {
    std::string line = "bewit: ";
    line.append(kind).append(text);
    line += '\n';
    write_all(line);
}

}  // namespace

void set_verbosity(Verbosity value) { verbosity = value; }

void write_report(std::string_view text) { write_all(text); }

void error(std::string_view text) { say("error: ", text); }

void warning(std::string_view text) {
    if (verbosity != Verbosity::Quiet) say("warning: ", text);
}

void note(std::string_view text) {
    if (verbosity == Verbosity::Verbose) say("", text);
}

}  // namespace bewit
