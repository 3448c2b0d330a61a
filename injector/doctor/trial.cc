#include "injector/doctor/trial.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "engine/event/catalogue.h"
#include "injector/kernel_source.h"
#include "tracer/inheritance.h"
#include "tracer/proc_witness.h"
#include "tracer/tracer.h"

namespace bewit::doctor {
namespace {

constexpr std::chrono::seconds limit{20};
constexpr int event_rounds = 100, round_ms = 20;
constexpr size_t trial_ring_bytes = size_t{1} << 20;
constexpr const char* own_program = "/proc/self/exe";

using Outcome = tl::expected<void, std::string>;

// The kinds of execve(2) and execveat(2).
match::Interest interest_in_execs() {
    match::Interest interest;
    for (const std::string_view call : {"execve", "execveat"}) {
        const auto kind = event::find_kind(call);
        if (!kind) continue;
        match::KindInterest& wanted = interest.of(*kind);
        wanted.level = match::KindInterest::Level::Always;
        wanted.for_rules = true;
    }
    return interest;
}

struct ExecSeen final : event::Sink {
    bool wants_exit(const event::View&) override { return true; }
    void on_event(const event::View& event) override {
        const event::EventInfo* info = event::find_event(event.id());
        if (info != nullptr && info->name.starts_with("execve")) ++seen;
    }
    int seen = 0;
};

void be_silent() {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, standard);
}

Outcome try_ptrace() {
    tracer::Inheritance::take();
    const match::Interest interest = interest_in_execs();
    ExecSeen sink;
    tracer::ProcWitness witness;
    tracer::Options options;
    options.command = {own_program, "version"};
    tracer::Tracer tracer(options, interest, sink, witness);
    const auto ended = tracer.run();
    if (!ended) return tl::unexpected(ended.error().message);
    if (sink.seen == 0) return tl::unexpected(std::string("a program was run, and its execve was not seen"));
    return {};
}

Outcome try_kernel(SourceKind kind) {
    const match::Interest interest = interest_in_execs();
    tracer::ProcWitness proc;
    const kernel::Options options{.ring_bytes = trial_ring_bytes};
    auto source = open_kernel_source(kind, interest, proc, options);
    if (!source) return tl::unexpected(source.error().message);
    const pid_t child = fork();
    if (child < 0) return tl::unexpected(fmt::format("fork: {}", std::strerror(errno)));
    if (child == 0) {
        execl(own_program, "bewit", "version", nullptr);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ExecSeen sink;
    for (int round = 0; round < event_rounds && sink.seen == 0; ++round) {
        if (const int read = (*source)->read(sink, round_ms); read < 0)
            return tl::unexpected(fmt::format("the ring cannot be read: {}", std::strerror(-read)));
    }
    if (sink.seen == 0) return tl::unexpected(std::string("everything is in place, and no event came"));
    return {};
}

Outcome try_here(SourceKind kind) {
    switch (kind) {
        case SourceKind::Kmod:
        case SourceKind::Ebpf:
            return try_kernel(kind);
        case SourceKind::Ptrace:
            return try_ptrace();
    }
    return {};
}

// What comes out of `fd` until its other end is closed; false when that takes longer than `limit`.
bool read_until_end(int fd, std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::array<char, 512> part{};
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
        const ssize_t got = read(fd, part.data(), part.size());
        if (got == 0) return true;
        if (got > 0) text.append(part.data(), static_cast<size_t>(got));
    }
}

// The first line: the rest is a library's log.
std::string first_line(std::string text) {
    text.erase(std::min(text.find('\n'), text.size()));
    return text;
}

}  // namespace

Outcome try_out(SourceKind kind) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) return tl::unexpected(fmt::format("pipe2: {}", std::strerror(errno)));
    std::string word;
    const pid_t child = fork();
    if (child < 0) return tl::unexpected(fmt::format("fork: {}", std::strerror(errno)));
    if (child == 0) {
        close(pipe[0]);
        be_silent();
        const Outcome outcome = try_here(kind);
        word = outcome ? "" : first_line(outcome.error());
        const bool told = write(pipe[1], word.data(), word.size()) == static_cast<ssize_t>(word.size());
        _exit(outcome && told ? 0 : 1);
    }
    close(pipe[1]);
    const bool in_time = read_until_end(pipe[0], word);
    if (!in_time) kill(child, SIGKILL);
    close(pipe[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (!in_time) return tl::unexpected(fmt::format("the trial did not end within {} s", limit.count()));
    if (WIFSIGNALED(status)) return tl::unexpected(fmt::format("the trial was ended by signal {}", WTERMSIG(status)));
    return tl::unexpected(word.empty() ? std::string("the trial failed without a word") : word);
}

}  // namespace bewit::doctor
