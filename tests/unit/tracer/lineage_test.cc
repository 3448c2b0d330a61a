// Real processes, whose stops are told in whatever order a test wants: each of them has been taken from the kernel
// before it is told.
#include "tracer/lineage.h"

#include <doctest/doctest.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <string>

#include "tests/unit/tracer/recorded_workload.h"
#include "tests/unit/tracer/stopped_program.h"

using namespace bewit;
using namespace bewit::tracer;
using test::RecordedWorkload;
using test::StoppedProgram;

namespace {

using Lines = std::vector<std::string>;
using Stage = Tracee::Stage;

constexpr uint64_t thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

// clone(2) with a stack of its own where the memory is shared; `body` runs in the child, which it ends.
[[gnu::noinline]] pid_t clone_as(uint64_t flags, int (*body)(void*)) {
    static std::array<std::byte, 1 << 16> stack;
    return clone(body, stack.data() + stack.size(), static_cast<int>(flags), nullptr);
}
int end(void*) {
    syscall(SYS_exit, 0);
    return 0;
}
int sleep_on(void*) {
    for (;;) pause();
}
int run_true(void*) {
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    execv("/bin/true", arguments);
    return 1;
}

std::string text(Tid tid) { return std::to_string(raw(tid)); }

// "PARENT CALL = CHILD", and the child's own.
Lines birth(const std::string& call, Tid maker, Tid child, Tid parent, Tid pid) {
    return {text(maker) + ' ' + call + " = " + text(child),
            text(child) + ' ' + call + " = 0 ptid=" + text(parent) + " pid=" + text(pid)};
}

struct Fixture : RecordedWorkload {
    explicit Fixture(const std::function<void()>& body) : program(body) {
        lineage.add_entrypoint(program.tid()).stage = Stage::Watched;
    }

    Tracee& entrypoint() { return at(program.tid()); }
    Tracee& at(Tid tid) {
        Tracee* tracee = workload.tracees.find(tid);
        REQUIRE(tracee != nullptr);
        return *tracee;
    }
    // A birth that is told at once: the parent's stop, then the child's. Both are still stopped.
    Tracee& bear(Tid parent) {
        const Tid child = program.run_to_birth(parent);
        REQUIRE(lineage.born(at(parent)) == nullptr);
        lineage.arrived(at(child));
        return at(child);
    }

    StoppedProgram program;
    Calls calls{workload, {}};
    Lineage lineage{workload, calls};
};

}  // namespace

TEST_CASE("a birth is told by the parent, then by the child, whichever of them stopped first") {
    struct Way {
        std::string call;
        bool is_thread;
        void (*make)();
    };
    const std::vector<Way> ways{
        {"clone", false, [] { clone_as(SIGCHLD, end); }},
        {"clone", true, [] { clone_as(thread_flags, end); }},
#ifdef SYS_fork
        {"fork", false,
         [] {
             if (syscall(SYS_fork) == 0) _exit(0);
         }},
        {"vfork", false,
         [] {
             if (vfork() == 0) _exit(0);
         }},
#endif
    };
    for (const Way& way : ways) {
        for (const bool child_first : {false, true}) {
            CAPTURE(way.call);
            CAPTURE(way.is_thread);
            CAPTURE(child_first);
            Fixture run(way.make);
            const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
            const Lines expected = birth(way.call, parent, child, parent, way.is_thread ? parent : child);
            if (child_first) {
                run.lineage.park(child, 0);
                CHECK(run.lineage.any_parked());
                CHECK(run.told().empty());
                CHECK(run.lineage.born(run.entrypoint()) == &run.at(child));
                CHECK_FALSE(run.lineage.any_parked());
            } else {
                CHECK(run.lineage.born(run.entrypoint()) == nullptr);
                CHECK(run.told() == Lines{expected[0]});
                CHECK(run.at(child).stage == Stage::Announced);
                run.lineage.arrived(run.at(child));
                run.sink.lines.insert(run.sink.lines.begin(), expected[0]);
            }
            CHECK(run.told() == expected);
            CHECK(run.at(child).stage == Stage::Watched);
            CHECK(run.at(child).is_leader() == !way.is_thread);
            CHECK(run.entrypoint().others == (way.is_thread ? 1 : 0));
            CHECK((run.statistics.threads == 2 && run.statistics.processes == (way.is_thread ? 1 : 2)));
            if (!way.is_thread) CHECK(run.at(child).parent == parent);
        }
    }
}

TEST_CASE("a child whose parent never tells of it has its lineage from /proc") {
    SUBCASE("a process") {
        Fixture run([] { clone_as(SIGCHLD, end); });
        const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
        run.lineage.park(child, 0);
        CHECK(&run.lineage.settle_parked() == &run.at(child));
        CHECK(run.told() == Lines{birth("clone", parent, child, parent, child)[1]});
        CHECK(run.at(child).parent == parent);
        CHECK(run.at(child).runtime.off);
    }
    SUBCASE("a thread") {
        Fixture run([] { clone_as(thread_flags, end); });
        const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
        run.lineage.park(child, 0);
        run.lineage.settle_parked();
        CHECK(run.told() == Lines{birth("clone", parent, child, parent, parent)[1]});
        CHECK(run.entrypoint().others == 1);
        CHECK((run.at(child).birth.flags & CLONE_THREAD) != 0);
    }
    SUBCASE("a process whose parent is not watched") {
        Fixture run([] { clone_as(SIGCHLD, end); });
        const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
        run.lineage.ended(parent, &run.entrypoint(), SIGKILL);
        run.told();
        run.lineage.park(child, 0);
        run.lineage.settle_parked();
        // What nobody else is the parent of is the entrypoint's, even now.
        CHECK(run.told() == Lines{birth("clone", parent, child, parent, child)[1]});
    }
    SUBCASE("the last one first; each once") {
        Fixture run([] { clone_as(SIGCHLD, sleep_on), clone_as(SIGCHLD, sleep_on); });
        const Tid first = run.program.run_to_birth(run.program.tid());
        run.program.go_on(run.program.tid());
        const Tid second = run.program.run_to_birth(run.program.tid());
        run.lineage.park(first, 0), run.lineage.park(second, 0);
        CHECK(run.lineage.settle_parked().tid == second);
        CHECK(run.lineage.any_parked());
        CHECK(run.lineage.settle_parked().tid == first);
        CHECK_FALSE(run.lineage.any_parked());
    }
}

TEST_CASE("a child that died before its parent's event is told by the parent only, and leaves nothing") {
    Fixture run([] { clone_as(SIGCHLD, end); });
    const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
    SUBCASE("it never stopped") { run.lineage.ended(child, nullptr, SIGKILL); }
    SUBCASE("it was parked") {
        run.lineage.park(child, 0);
        run.lineage.ended(child, &run.at(child), SIGKILL);
        CHECK_FALSE(run.lineage.any_parked());
    }
    CHECK(run.told().empty());
    CHECK(run.lineage.born(run.entrypoint()) == nullptr);
    CHECK(run.told() == Lines{birth("clone", parent, child, parent, child)[0]});
    CHECK(run.workload.tracees.find(child) == nullptr);

    // The same number again is another child.
    CHECK(run.lineage.born(run.entrypoint()) == nullptr);
    CHECK(run.at(child).stage == Stage::Announced);
}

TEST_CASE("a child that was announced and died before it stopped is told with its birth and its end") {
    Fixture run([] { clone_as(SIGCHLD, end); });
    const Tid parent = run.program.tid(), child = run.program.run_to_birth(parent);
    run.lineage.born(run.entrypoint());
    run.lineage.ended(child, &run.at(child), SIGKILL);
    Lines expected = birth("clone", parent, child, parent, child);
    expected.push_back(text(child) + " procexit status=9 reaper_tid=" + text(parent));
    CHECK(run.told() == expected);
    CHECK(run.workload.tracees.find(child) == nullptr);
}

TEST_CASE("children of who ends go to the entrypoint as long as that is there") {
    Fixture run([] { clone_as(SIGCHLD, end); });
    Tracee& child = run.bear(run.program.tid());
    const std::string first = text(run.program.tid()), second = text(child.tid);
    run.told();
    SUBCASE("it is") {
        run.lineage.ended(child.tid, &child, 3 << 8);
        CHECK(run.told() == Lines{second + " procexit status=768 reaper_tid=" + first});
        CHECK(run.workload.entrypoint_alive);
    }
    SUBCASE("it is the one") {
        run.lineage.ended(run.program.tid(), &run.entrypoint(), 0);
        CHECK_FALSE(run.workload.entrypoint_alive);
        run.lineage.ended(child.tid, &child, 0);
        const Lines told = run.told();
        REQUIRE(told.size() == 2);
        CHECK(told[0].find("reaper_tid=" + first) == std::string::npos);
        CHECK(told[1].find("reaper_tid=" + first) == std::string::npos);
    }
}

TEST_CASE("with CLONE_PARENT the maker's parent gets the child; what is bewit's is the entrypoint's") {
    Fixture run([] {
        clone_as(CLONE_PARENT | SIGCHLD, end);
        clone_as(SIGCHLD, [](void*) {
            clone_as(CLONE_PARENT | SIGCHLD, end);
            return sleep_on(nullptr);
        });
    });
    const Tid top = run.program.tid();
    const Tracee& sibling = run.bear(top);
    CHECK(run.told() == birth("clone", top, sibling.tid, top, sibling.tid));
    CHECK(sibling.parent == top);
    run.program.go_on(top);
    const Tid middle = run.bear(top).tid;
    run.told();
    run.program.go_on(middle);
    const Tracee& other = run.bear(middle);
    CHECK(run.told() == birth("clone", middle, other.tid, top, other.tid));
    CHECK(other.parent == top);
}

TEST_CASE("a thread that executes a program takes over the leader's tid, and what it said goes with it") {
    Fixture run([] { clone_as(thread_flags, run_true), sleep_on(nullptr); });
    const Tid leader = run.program.tid(), thread = run.bear(leader).tid;
    CHECK(run.lineage.lost_exec(run.entrypoint()) == Tid::None);
    run.told();
    // Its execve, as its entry shows it.
    run.program.go_on(leader);
    run.program.go_on(thread, Resume::ToSyscall);
    SyscallInfo info;
    do {
        run.program.run_to(thread, StopKind::SyscallStop, Resume::ToSyscall);
        REQUIRE(syscall_info(thread, info));
        if (info.call.number != SYS_execve) run.program.go_on(thread, Resume::ToSyscall);
    } while (info.call.number != SYS_execve);
    run.calls.at_entry(run.at(thread), info);
    run.calls.at_entry(run.entrypoint(), info);  // the leader's own call, which it does not come back from
    run.program.go_on(thread);
    const Tid former = run.program.run_to_exec(leader);
    CHECK(former == thread);

    SUBCASE("its stop is told") {}
    SUBCASE("its stop is lost, and the kernel's threads tell it") {
        CHECK(run.lineage.lost_exec(run.entrypoint()) == thread);
    }
    run.lineage.executed(run.entrypoint(), former);
    CHECK(run.told() == Lines{text(leader) + " execve = 0 ptid=0 pid=" + text(leader) + " filename=/bin/true"});
    CHECK(run.workload.tracees.find(thread) == nullptr);
    CHECK((run.entrypoint().others == 0 && run.entrypoint().others_tids == 0));
    CHECK(run.calls.pending_exec(run.entrypoint()) == nullptr);
    CHECK(run.lineage.lost_exec(run.entrypoint()) == Tid::None);
}

TEST_CASE("an exec is lost only where one other thread is left") {
    Fixture run([] { clone_as(thread_flags, sleep_on); });
    const Tid leader = run.program.tid();
    run.bear(leader);
    // Two that are gone: which of them would it be?
    for (const int64_t gone : {0x3fff'fffe, 0x3fff'ffff}) run.lineage.attach(Tid{gone}, Pid{raw(leader)}, Tid::None);
    CHECK(run.entrypoint().others == 3);
    CHECK(run.lineage.lost_exec(run.entrypoint()) == Tid::None);
    for (const int64_t gone : {0x3fff'fffe, 0x3fff'ffff}) run.lineage.forget(run.at(Tid{gone}));
    CHECK(run.entrypoint().others == 1);
    CHECK(run.lineage.lost_exec(run.entrypoint()) == Tid::None);
}

TEST_CASE("whose parent has ended is the child of the next subreaper above, not of who has its number now") {
    for (const bool subreaper : {false, true}) {
        CAPTURE(subreaper);
        static bool is_subreaper;
        is_subreaper = subreaper;
        // The entrypoint, a manager, a parent that ends, and its child, which executes a program.
        Fixture run([] {
            clone_as(SIGCHLD, [](void*) {
                prctl(PR_SET_CHILD_SUBREAPER, is_subreaper);
                clone_as(SIGCHLD, [](void*) {
                    clone_as(SIGCHLD, run_true);
                    return end(nullptr);
                });
                return sleep_on(nullptr);
            });
            sleep_on(nullptr);
        });
        const Tid top = run.program.tid(), manager = run.bear(top).tid;
        run.program.go_on(manager);
        const Tid parent = run.bear(manager).tid;
        run.program.go_on(manager);
        run.program.go_on(parent);
        const Tid orphan = run.bear(parent).tid;
        run.program.go_on(parent);
        run.lineage.ended(parent, &run.at(parent), run.program.run_to_end(parent));
        run.workload.tracees.insert(parent, static_cast<Pid>(raw(parent)));
        run.told();
        run.program.go_on(orphan);
        run.lineage.executed(run.at(orphan), run.program.run_to_exec(orphan));
        const Tid shown = subreaper ? manager : top;
        CHECK(run.told() == Lines{text(orphan) + " execve = 0 ptid=" + text(shown) + " pid=" + text(orphan)});
        CHECK(run.at(orphan).parent == shown);
    }
}

TEST_CASE("what ran before it was seized has the parent that it is given, and its threads count") {
    RecordedWorkload run;
    run.workload.entrypoint_alive = false;
    Calls calls(run.workload, {});
    Lineage lineage(run.workload, calls);
    Tracee& leader = lineage.attach(Tid{0x3fff'fff0}, Pid{0x3fff'fff0}, Tid{7});
    lineage.attach(Tid{0x3fff'fff1}, Pid{0x3fff'fff0}, Tid::None);
    CHECK((leader.parent == Tid{7} && leader.others == 1));
    CHECK((run.statistics.threads == 2 && run.statistics.processes == 1));
    CHECK(run.told().empty());
    leader.stage = Stage::Found;
    lineage.appeared(leader);
    CHECK(leader.stage == Stage::Watched);
    CHECK(run.told() == Lines{"1073741808 execve = 0 ptid=7 pid=1073741808"});
}
