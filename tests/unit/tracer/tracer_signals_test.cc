// Signals: those that a workload sends itself behave as without a tracer, and those that bewit gets reach the workload.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/tracer/traced_run.h"
#include "tracer/inheritance.h"
#include "tracer/signal_forwarder.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

std::vector<Setting> watched_ways() {
    Setting filtered, stepped;
    stepped.options.seccomp = false;
    return {filtered, stepped};
}

std::vector<Setting> all_ways() {
    std::vector<Setting> ways = watched_ways();
    ways.emplace_back().options.trace = false;
    return ways;
}

siginfo_t info_of(int signal, int code, pid_t sender = 0) {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = code;
    info.si_pid = sender;
    return info;
}

}  // namespace

TEST_CASE("stops of a process are told to its parent, last until it is continued, and end by a kill") {
    const std::string expected = [] {
        std::string text;
        for (const int signal : {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}) {
            const std::string stopped = "stopped by " + std::to_string(signal) + ", continued, ";
            text += stopped + stopped + "killed by 9\n";
        }
        return text;
    }();
    for (const Setting& way : all_ways()) CHECK(run({program("group_stop")}, way).output == expected);
}

TEST_CASE("a program's own SIGTRAP, SIGSYS, SIGTSTP, SIGCONT, SIGCHLD and SIGSEGV reach its handlers") {
    for (const Setting& way : all_ways()) CHECK(run({program("own_handlers")}, way).output == "3 3 3 3 3 3 \n");
}

TEST_CASE("an interrupted call is restarted or fails with EINTR, as the handler asks, also where its exit stops") {
    for (Setting way : all_ways()) {
        way.kinds = {"read"};
        CHECK(run({program("restart")}, way).output == "restarted\ninterrupted\n");
    }
}

TEST_CASE(
    "a signal that is ignored does not end a call that is never restarted, nor its time limit; one that is handled "
    "does") {
    for (const Setting& way : all_ways()) {
        CHECK(run({program("ignored_waits"), "0"}, way).output ==
              "epoll_wait 0\nsemtimedop EAGAIN\nsigtimedwait EAGAIN\n");
        CHECK(run({program("ignored_waits"), "1"}, way).output ==
              "epoll_wait EINTR\nsemtimedop EINTR\nsigtimedwait EINTR\n");
    }
}

TEST_CASE("every signal that bewit gets reaches the command, with its value where there is one") {
    for (const Setting& way : all_ways()) {
        std::vector<int> signals;
        for (int signal = 1; signal <= 64; ++signal) {
            if (signal != SIGKILL && signal != SIGSTOP && signal != SIGCHLD) signals.push_back(signal);
        }
        Running running({program("take_signals"), std::to_string(2 * signals.size())}, way);
        // bewit and this process share a group, as a shell's job does with its other members; what comes from there is
        // not passed on.
        setpgid(running.pid(), running.pid());
        REQUIRE(running.line() == "ready");
        for (const int signal : signals) {
            CHECK(kill(running.pid(), signal) == 0);
            CHECK(running.line() == std::to_string(signal) + " sent 0");
            siginfo_t info = info_of(signal, SI_QUEUE, getpid());
            info.si_value.sival_int = 1000 + signal;
            CHECK(syscall(SYS_rt_sigqueueinfo, running.pid(), signal, &info) == 0);
            CHECK(running.line() == std::to_string(signal) + " queued " + std::to_string(1000 + signal));
        }
        CHECK(running.finish().exit_status == 0);
    }
}

TEST_CASE("queued signals arrive as often as they were sent, in their order") {
    Running running({program("take_signals"), "20"});
    setpgid(running.pid(), running.pid());
    REQUIRE(running.line() == "ready");
    for (int i = 0; i < 20; ++i) {
        siginfo_t info = info_of(40, SI_QUEUE, getpid());
        info.si_value.sival_int = i;
        REQUIRE(syscall(SYS_rt_sigqueueinfo, running.pid(), 40, &info) == 0);
    }
    for (int i = 0; i < 20; ++i) CHECK(running.line() == "40 queued " + std::to_string(i));
}

TEST_CASE("a signal that comes before the command exists is kept for it") {
    for (Setting way : all_ways()) {
        way.before = [] {
            Inheritance::take();
            const pid_t bewit = getpid();
            if (fork() == 0) {
                setpgid(0, 0);
                kill(bewit, SIGTERM);
                _exit(0);
            }
            wait(nullptr);
        };
        const Outcome outcome = run({program("on_terminal")}, way);
        CHECK(outcome.ran);
        CHECK(outcome.exit_status == 128 + SIGTERM);
    }
}

TEST_CASE("a signal ends the command as it would have without bewit") {
    for (const Setting& way : all_ways()) {
        Running running({program("on_terminal")}, way);
        setpgid(running.pid(), running.pid());
        running.line();
        kill(running.pid(), SIGTERM);
        CHECK(running.finish().exit_status == 128 + SIGTERM);
    }
}

TEST_CASE("not forwarding leaves a signal its effect on bewit, and the workload ends with bewit") {
    Setting setting;
    setting.options.forward_signals = false;
    Running running({program("on_terminal")}, setting);
    running.line();
    kill(running.pid(), SIGTERM);
    const Outcome outcome = running.finish();  // comes back only when nobody holds the output open
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.exit_status == 128 + SIGTERM);
}

TEST_CASE("when bewit is killed the workload dies with it") {
    Running running({program("linger")});
    REQUIRE(running.line() == "ready");
    kill(running.pid(), SIGKILL);
    CHECK(running.finish().exit_status == 128 + SIGKILL);
}

TEST_CASE(
    "when bewit is killed or crashes in the middle of a call, the workload goes on if that was asked for, and else "
    "never comes back from it") {
    for (Setting way : watched_ways()) {
        way.kinds = {"openat"};
        way.crash_at = "openat";
        Outcome outcome = run({program("outlive")}, way);
        CHECK_FALSE(outcome.ran);
        CHECK(outcome.exit_status > 128);
        CHECK(outcome.output.empty());
        way.options.die_with_tracer = false;
        outcome = run({program("outlive")}, way);
        CHECK_FALSE(outcome.ran);
        CHECK(outcome.exit_status > 128);
        CHECK(outcome.output == "first 1, thread 1, child 1\n");
    }
}

TEST_CASE("what the command leaves behind is waited for, and gets the signals that bewit gets then") {
    for (const Setting& way : watched_ways()) {
        Running running({program("linger")}, way);
        setpgid(running.pid(), running.pid());
        REQUIRE(running.line() == "ready");
        usleep(50000);
        kill(running.pid(), SIGTERM);
        const Outcome outcome = running.finish();
        CHECK(outcome.ran);
        CHECK(outcome.exit_status == 8);
        CHECK(outcome.count("procexit") == 2);
    }
}

TEST_CASE("what the command leaves behind is killed when that is asked for") {
    for (Setting way : all_ways()) {
        way.options.kill_on_exit = true;
        const Outcome outcome = run({program("linger")}, way);
        CHECK(outcome.exit_status == 8);
    }
}

TEST_CASE("in a group that bewit shares with the workload, only what the workload sent to both is not passed on") {
    const auto make_sender = [](bool watched) {
        const pid_t sender = fork();
        REQUIRE(sender >= 0);
        if (sender == 0) {
            while (true) pause();
        }
        if (watched) CHECK(ptrace(PTRACE_SEIZE, sender, 0, 0) == 0);
        return sender;
    };
    const pid_t outside = make_sender(false), member = make_sender(true);
    CHECK(is_forwarded(info_of(SIGTERM, SI_USER, outside), Grouping::SharedGroup));
    CHECK(is_forwarded(info_of(SIGTERM, SI_USER, 0), Grouping::SharedGroup));  // from outside of the pid namespace
    CHECK_FALSE(is_forwarded(info_of(SIGTERM, SI_USER, member), Grouping::SharedGroup));
    CHECK(is_forwarded(info_of(SIGTERM, SI_USER, member), Grouping::OwnGroup));
    CHECK_FALSE(is_forwarded(info_of(SIGINT, SI_KERNEL), Grouping::SharedGroup));
    for (const pid_t sender : {outside, member}) {
        kill(sender, SIGKILL);
        waitpid(sender, nullptr, 0);
    }
}

TEST_CASE("a group of its own gets what a terminal sends, and nothing that is about bewit itself") {
    CHECK(is_forwarded(info_of(SIGTERM, SI_USER, 1), Grouping::OwnGroup));
    CHECK(is_forwarded(info_of(SIGHUP, SI_KERNEL), Grouping::OwnGroup));
    CHECK(is_forwarded(info_of(SIGWINCH, SI_KERNEL), Grouping::OwnGroup));
    CHECK_FALSE(is_forwarded(info_of(SIGXCPU, SI_KERNEL), Grouping::OwnGroup));
    CHECK_FALSE(is_forwarded(info_of(SIGALRM, SI_TIMER), Grouping::OwnGroup));
    CHECK_FALSE(is_forwarded(info_of(SIGPIPE, SI_USER, getpid()), Grouping::OwnGroup));
}
