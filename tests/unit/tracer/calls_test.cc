// The calls are of this very thread, which decoders may read as any other's.
#include "tracer/calls.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <cerrno>

#include "tests/unit/tracer/recorded_workload.h"

using namespace bewit;
using namespace bewit::tracer;
using test::RecordedWorkload;

namespace {

using Lines = std::vector<std::string>;

const std::string self = std::to_string(gettid());

uint64_t address(const void* memory) { return reinterpret_cast<uint64_t>(memory); }

SyscallInfo entry(std::string_view call, std::array<uint64_t, 6> arguments = {}) {
    SyscallInfo info;
    info.phase = SyscallInfo::Phase::Entry;
    info.audit_arch = event::audit_arch(event::native_abi());
    info.call.tid = static_cast<Tid>(gettid());
    info.call.abi = event::native_abi();
    info.call.number = event::syscall_numbers(call)[static_cast<size_t>(event::native_abi())];
    info.call.arguments = arguments;
    return info;
}

SyscallInfo openat_of(const char* name) { return entry("openat", {static_cast<uint64_t>(AT_FDCWD), address(name)}); }

struct Fixture : RecordedWorkload {
    explicit Fixture(std::optional<BpfProgram> filter = {}) : calls(workload, std::move(filter)) {}

    match::KindInterest& of(std::string_view kind) { return interest->kinds[event::index(*event::find_kind(kind))]; }

    Calls calls;
    Tracee& tracee = workload.tracees.insert(static_cast<Tid>(gettid()), static_cast<Pid>(getpid()));
};

BpfProgram always(uint32_t action) { return {sock_filter{BPF_RET | BPF_K, 0, 0, action}}; }

}  // namespace

TEST_CASE("a call that nobody wants any more ends at its entry, and its exit is nothing") {
    Fixture run;
    run.sink.wants = false;
    CHECK(run.calls.at_entry(run.tracee, openat_of("/x")) == Resume::Run);
    run.calls.at_exit(run.tracee, 3);
    CHECK(run.told().empty());
    CHECK(run.tracee.call == nullptr);
    CHECK((run.statistics.syscall_entries == 1 && run.statistics.entry_only == 1 && run.statistics.syscall_exits == 0));
}

TEST_CASE("a call that is wanted is told after it, with its result, once") {
    Fixture run;
    CHECK(run.calls.at_entry(run.tracee, entry("close", {77})) == Resume::ToSyscall);
    CHECK(run.told().empty());
    run.calls.at_exit(run.tracee, -EBADF);
    CHECK(run.told() == Lines{self + " close = -9"});
    run.calls.at_exit(run.tracee, 0);
    CHECK(run.told().empty());
    CHECK((run.statistics.entry_only == 0 && run.statistics.syscall_exits == 1));
}

TEST_CASE("a call of which the entry says all is told there, and only if it is wanted") {
    Fixture run;
    run.of("openat").entry_is_enough = true;
    CHECK(run.calls.at_entry(run.tracee, openat_of("/x")) == Resume::Run);
    REQUIRE(run.told().size() == 1);
    run.calls.at_exit(run.tracee, 3);
    run.sink.wants = false;
    CHECK(run.calls.at_entry(run.tracee, openat_of("/x")) == Resume::Run);
    CHECK(run.told().empty());
}

TEST_CASE("a name that cannot be read is looked at after the call, and told as unreadable if the kernel could") {
    Fixture run;
    run.sink.wants = false;
    run.of("openat").entry_is_enough = true;
    for (const bool kernel_could : {true, false}) {
        CHECK(run.calls.at_entry(run.tracee, entry("openat", {static_cast<uint64_t>(AT_FDCWD), 8})) ==
              Resume::ToSyscall);
        run.calls.at_exit(run.tracee, kernel_could ? 3 : -EFAULT);
        const Lines told = run.told();
        REQUIRE(told.size() == (kernel_could ? 2 : 1));
        CHECK(told.front().starts_with(self + " openat = "));
        if (kernel_could) CHECK(told.back() == "unreadable openat");
    }
}

TEST_CASE("of a birth only the failure is told after the call") {
    Fixture run;
    for (const std::string call : {"fork", "vfork", "clone"}) {
        INFO(call);
        const SyscallInfo info = entry(call);
        if (info.call.number == event::no_syscall) continue;  // arm64 has clone only
        run.calls.at_entry(run.tracee, info);
        run.calls.at_exit(run.tracee, 4321);
        CHECK(run.told().empty());
        run.calls.at_entry(run.tracee, info);
        run.calls.at_exit(run.tracee, -EAGAIN);
        CHECK(run.told() == Lines{self + ' ' + call + " = -11"});
    }
}

TEST_CASE("what an exec said is kept until the new image is there, whether or not a failure is wanted") {
    Fixture run;
    run.sink.wants = false;
    const SyscallInfo exec = entry("execve", {address("/bin/x")});
    CHECK(run.calls.at_entry(run.tracee, exec) == Resume::Run);
    const PendingCall* kept = run.calls.pending_exec(run.tracee);
    REQUIRE(kept != nullptr);
    CHECK(kept->memory[0] == "/bin/x");
    SUBCASE("it failed unseen: the next call takes its place") {
        run.calls.at_entry(run.tracee, openat_of("/x"));
        CHECK(run.calls.pending_exec(run.tracee) == nullptr);
    }
    SUBCASE("it is forgotten when asked") {
        run.calls.release(run.tracee);
        CHECK(run.calls.pending_exec(run.tracee) == nullptr);
    }
    CHECK(run.told().empty());
}

TEST_CASE("another call on its way is no exec") {
    Fixture run;
    run.calls.at_entry(run.tracee, openat_of("/x"));
    REQUIRE(run.tracee.call != nullptr);
    CHECK(run.calls.pending_exec(run.tracee) == nullptr);
}

TEST_CASE("two threads in calls at one time do not share what was read of them") {
    Fixture run;
    Tracee& other = run.workload.tracees.insert(Tid{1'000'000}, Pid{1'000'000});
    run.calls.at_entry(run.tracee, openat_of("/first"));
    run.calls.at_entry(other, openat_of("/second"));
    CHECK(run.tracee.call->memory[0] == "/first");
    CHECK(other.call->memory[0] == "/second");
}

TEST_CASE("what bewit's own child does before its image is not the workload's, but for what its exec said") {
    Fixture run;
    run.tracee.stage = Tracee::Stage::SettingUp;
    CHECK(run.calls.at_entry(run.tracee, openat_of("/x")) == Resume::Run);
    CHECK(run.tracee.call == nullptr);
    CHECK(run.calls.at_entry(run.tracee, entry("execve", {address("/bin/x")})) == Resume::Run);
    CHECK(run.calls.pending_exec(run.tracee) != nullptr);
    CHECK(run.told().empty());
}

TEST_CASE("a ptrace that wants a tracer is told whatever the rules say, and why it failed") {
    Fixture run;
    run.sink.wants = false;
    for (const int64_t result : {int64_t{-EPERM}, int64_t{-ESRCH}}) {
        CHECK(run.calls.at_entry(run.tracee, entry("ptrace", {PTRACE_TRACEME})) == Resume::ToSyscall);
        run.calls.at_exit(run.tracee, result);
        const Lines told = run.told();
        REQUIRE(told.size() == (result == -EPERM ? 2 : 1));
        CHECK(told.front() == self + " ptrace = " + std::to_string(result) + " pid=0");
        if (result == -EPERM) CHECK(told.back() == "second tracer");
    }
    CHECK(run.calls.at_entry(run.tracee, entry("ptrace", {PTRACE_PEEKDATA})) == Resume::Run);
}

TEST_CASE("calls that change the root or the mounts, and those without a name, end the trust in bewit's own root") {
    for (const char* call : {"chroot", "pivot_root", "setns", "unshare"}) {
        INFO(call);
        Fixture run;
        run.calls.at_entry(run.tracee, openat_of("/x"));
        CHECK(run.witness.shares_root);
        run.calls.at_entry(run.tracee, entry(call));
        CHECK_FALSE(run.witness.shares_root);
    }
    Fixture run;
    SyscallInfo unknown = entry("close");
    unknown.call.number = 3000;
    run.calls.at_entry(run.tracee, unknown);
    CHECK_FALSE(run.witness.shares_root);
}

TEST_CASE("without seccomp every call goes on to its exit, and the filter says which of them are looked at") {
    Fixture allowing(always(SECCOMP_RET_ALLOW));
    CHECK(allowing.calls.at_entry(allowing.tracee, openat_of("/x")) == Resume::ToSyscall);
    allowing.calls.at_exit(allowing.tracee, 3);
    CHECK(allowing.told().empty());
    CHECK(allowing.statistics.syscall_entries == 0);

    Fixture tracing(always(SECCOMP_RET_TRACE));
    CHECK(tracing.calls.at_entry(tracing.tracee, entry("close")) == Resume::ToSyscall);
    tracing.calls.at_exit(tracing.tracee, 0);
    CHECK(tracing.told() == Lines{self + " close = 0"});
    tracing.sink.wants = false;
    CHECK(tracing.calls.at_entry(tracing.tracee, entry("close")) == Resume::ToSyscall);
    tracing.calls.at_exit(tracing.tracee, 0);
    CHECK(tracing.told().empty());
}
