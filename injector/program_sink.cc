// The process is a child of the sink's thread: the tracer, which waits for the children of its own thread (__WNOTHREAD,
// wait(2)), never sees it.
#include "injector/program_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "injector/spawn.h"

namespace bewit {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto write_limit = 5000ms;  // for a program that does not read
constexpr auto exit_limit = 5000ms;   // for one that does not end

class ProgramSink final : public SlowSink {
public:
    ProgramSink(std::string command, bool keep_alive)
        : command_(std::move(command)), name_("program " + command_), keep_alive_(keep_alive) {}
    ~ProgramSink() override { end(Clock::now()); }
    ProgramSink(const ProgramSink&) = delete;
    ProgramSink& operator=(const ProgramSink&) = delete;

    std::string_view name() const override { return name_; }
    bool runs_programs() const override { return true; }

    DeliveryResult deliver(const AlertLine& line) override {
        if (pid_ == 0) {
            if (const int failure = start(); failure != 0) {
                return {.outcome = Delivery::Later,
                        .reason = fmt::format("{} cannot be started: {}", name_, std::strerror(failure))};
            }
        }
        if (!write_line(line.text)) {
            end(Clock::now());
            return {.outcome = Delivery::Later, .reason = fmt::format("{} does not take its input", name_)};
        }
        if (!keep_alive_) end(Clock::now() + exit_limit);
        return {};
    }

    void finish(Clock::time_point deadline) override { end(deadline); }

private:
    int start() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return errno;
        const int failure = spawn({"/bin/sh", "-c", command_}, ends[0], -1, pid_);
        close(ends[0]);
        if (failure != 0) {
            pid_ = 0;
            close(ends[1]);
            return failure;
        }
        input_ = ends[1];
        fcntl(input_, F_SETFL, O_NONBLOCK);
        return 0;
    }

    bool write_line(std::string_view text) {
        std::string rest(text);
        rest += '\n';
        const auto limit = Clock::now() + write_limit;
        while (!rest.empty()) {
            const ssize_t written = write(input_, rest.data(), rest.size());
            if (written > 0) {
                rest.erase(0, static_cast<size_t>(written));
                continue;
            }
            if (errno == EINTR) continue;
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now()).count();
            if (errno != EAGAIN || left <= 0) return false;
            pollfd ready{.fd = input_, .events = POLLOUT, .revents = 0};
            poll(&ready, 1, static_cast<int>(left));
        }
        return true;
    }

    // Closes its input, waits for it, and kills it at the deadline.
    void end(Clock::time_point deadline) {
        if (pid_ == 0) return;
        close(input_);
        pid_t ended = 0;
        while ((ended = waitpid(pid_, nullptr, WNOHANG)) == 0 && Clock::now() < deadline)
            std::this_thread::sleep_for(2ms);
        if (ended == 0) {
            kill(-pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        pid_ = 0;
    }

    std::string command_, name_;
    bool keep_alive_;
    pid_t pid_ = 0;
    int input_ = -1;
};

}  // namespace

std::unique_ptr<SlowSink> make_program_sink(const std::string& command, bool keep_alive) {
    return std::make_unique<ProgramSink>(command, keep_alive);
}

}  // namespace bewit
