#include "tracer/wait_status.h"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace bewit::tracer;

namespace {

constexpr int exited(int code) { return code << 8; }
constexpr int killed_by(int signal) { return signal; }
constexpr int stopped(int signal, int event = 0) { return 0x7f | signal << 8 | event << 16; }

}  // namespace

TEST_CASE("every wait status of a seized thread has its class") {
    CHECK(classify(exited(7)).kind == StopKind::Exited);
    CHECK(classify(killed_by(SIGKILL)).kind == StopKind::Killed);
    CHECK(classify(killed_by(SIGKILL)).signal == SIGKILL);
    CHECK(classify(killed_by(SIGSEGV | 0x80)).signal == SIGSEGV);  // with a core dump
    CHECK(classify(stopped(SIGTRAP | 0x80)).kind == StopKind::SyscallStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_SECCOMP)).kind == StopKind::SeccompStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_FORK)).kind == StopKind::CloneStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_VFORK)).kind == StopKind::CloneStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_CLONE)).kind == StopKind::CloneStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_EXEC)).kind == StopKind::ExecStop);
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_EXIT)).kind == StopKind::Other);
    CHECK(classify(0xffff).kind == StopKind::Other);  // continued
}

TEST_CASE("a program's own SIGTRAP and SIGSTOP are signals, not stops of the tracer's") {
    for (const int signal : {SIGTRAP, SIGSTOP, SIGSYS, 64}) {
        CHECK(classify(stopped(signal)).kind == StopKind::SignalDelivery);
        CHECK(classify(stopped(signal)).signal == signal);
    }
}

TEST_CASE("a group-stop is told from the other reasons of PTRACE_EVENT_STOP by its signal") {
    for (const int signal : {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}) {
        CHECK(classify(stopped(signal, PTRACE_EVENT_STOP)).kind == StopKind::GroupStop);
        CHECK(classify(stopped(signal, PTRACE_EVENT_STOP)).signal == signal);
    }
    CHECK(classify(stopped(SIGTRAP, PTRACE_EVENT_STOP)).kind == StopKind::TrapStop);
}

TEST_CASE("only an ended thread is gone") {
    CHECK(classify(exited(0)).gone());
    CHECK(classify(killed_by(SIGTERM)).gone());
    CHECK_FALSE(classify(stopped(SIGTERM)).gone());
}
