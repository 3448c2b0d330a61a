// The terminal: who has its foreground, and what Ctrl-C and Ctrl-Z do.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "tests/unit/tracer/traced_run.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

constexpr char ctrl_c = 3;
constexpr char ctrl_z = 26;

class PseudoTerminal {
public:
    PseudoTerminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        REQUIRE(master_);
        REQUIRE(grantpt(master_.get()) == 0);
        REQUIRE(unlockpt(master_.get()) == 0);
        name_ = ptsname(master_.get());
    }
    void type(char key) const { CHECK(write(master_.get(), &key, 1) == 1); }
    // The calling process leads a new session with this as its terminal and standard input.
    void become_session() const {
        setsid();
        const int slave = open(name_.c_str(), O_RDWR);
        if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0 || dup2(slave, STDIN_FILENO) < 0) _exit(122);
        if (slave != STDIN_FILENO) close(slave);
    }

private:
    bewit::UniqueFd master_;
    std::string name_;
};

std::vector<Setting> all_ways() {
    std::vector<Setting> ways(3);
    ways[1].options.seccomp = false;
    ways[2].options.trace = false;
    return ways;
}

// What a shell does for a job: a group of its own, in the foreground. Keys come from the terminal; the shell's findings
// go to `report`.
[[noreturn]] void run_as_job(const PseudoTerminal& terminal, const std::vector<std::string>& command,
                             const Setting& setting, int report) {
    terminal.become_session();
    signal(SIGTTOU, SIG_IGN);
    const auto tell = [report](char what) {
        if (write(report, &what, 1) != 1) _exit(123);
    };
    Setting job = setting;
    job.before = [] {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
    };
    Running bewit(command, job);
    setpgid(bewit.pid(), bewit.pid());
    tcsetpgrp(STDIN_FILENO, bewit.pid());
    tell(bewit.line() == "foreground" ? 'F' : 'B');
    int status = 0;
    waitpid(bewit.pid(), &status, WUNTRACED);
    tell(WIFSTOPPED(status) ? 'Z' : 'X');
    tcsetpgrp(STDIN_FILENO, getpgrp());
    tcsetpgrp(STDIN_FILENO, bewit.pid());
    kill(-bewit.pid(), SIGCONT);
    usleep(100000);
    tell('C');
    const int exit_status = bewit.finish().exit_status;
    tell(static_cast<char>(exit_status));
    _exit(0);
}

}  // namespace

TEST_CASE("where bewit leads the session the workload's own group has the terminal, and Ctrl-C ends it") {
    for (Setting way : all_ways()) {
        const PseudoTerminal terminal;
        way.before = [&] { terminal.become_session(); };
        Running running({program("on_terminal")}, way);
        REQUIRE(running.line() == "foreground");
        terminal.type(ctrl_c);
        CHECK(running.finish().exit_status == 128 + SIGINT);
    }
}

TEST_CASE(
    "as a shell's job bewit stops on Ctrl-Z when the workload has stopped, goes on with it, and ends with it on "
    "Ctrl-C") {
    const std::vector<std::string> command = {program("on_terminal")};
    for (const Setting& way : all_ways()) {
        const PseudoTerminal terminal;
        int report[2];
        REQUIRE(pipe2(report, O_CLOEXEC) == 0);
        const pid_t shell = fork();
        if (shell == 0) run_as_job(terminal, command, way, report[1]);
        close(report[1]);
        const auto heard = [&] {
            char what = '?';
            return read(report[0], &what, 1) == 1 ? what : '?';
        };
        CHECK(heard() == 'F');
        usleep(50000);
        terminal.type(ctrl_z);
        CHECK(heard() == 'Z');
        CHECK(heard() == 'C');
        terminal.type(ctrl_c);
        CHECK(static_cast<unsigned char>(heard()) == 128 + SIGINT);
        waitpid(shell, nullptr, 0);
        close(report[0]);
    }
}
