#include "injector/message.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace bewit {
namespace {

Verbosity verbosity = Verbosity::Normal;

void say(std::string_view kind, std::string_view text) {
    std::string line = "bewit: ";
    line.append(kind).append(text);
    line += '\n';
    // Nobody is left to be told when stderr is closed.
    [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void set_verbosity(Verbosity value) { verbosity = value; }

void write_report(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<size_t>(written));
    }
}

void error(std::string_view text) { say("error: ", text); }

void warning(std::string_view text) {
    if (verbosity != Verbosity::Quiet) say("warning: ", text);
}

void note(std::string_view text) {
    if (verbosity == Verbosity::Verbose) say("", text);
}

}  // namespace bewit
