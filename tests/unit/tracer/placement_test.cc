#include "tracer/placement.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace bewit;
using namespace bewit::tracer;

namespace {

int cores_of(pid_t pid) {
    cpu_set_t set;
    return sched_getaffinity(pid, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

// A process that waits for its death: only its mask is of interest.
class Sleeper {
public:
    Sleeper() : pid_(fork()) {
        if (pid_ == 0) {
            pause();
            _exit(0);
        }
    }
    ~Sleeper() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    Tid tid() const { return Tid{pid_}; }
    int cores() const { return cores_of(pid_); }

private:
    pid_t pid_;
};

struct Course {
    Placement placement{};
    uint64_t now = 1'000'000'000;
    void stops(const Sleeper& of, int count, uint64_t pace, bool alone = true) {
        for (int i = 0; i < count; ++i) placement.stopped(of.tid(), alone, now += pace);
    }
};

SyscallStop call(std::string_view name) {
    SyscallStop stop;
    stop.abi = event::native_abi();
    stop.number = event::syscall_number(stop.abi, name).value();
    return stop;
}

constexpr uint64_t usual = 100'000, faster = 20'000, rare = 2'000'000;
uint64_t late() { return 1'000'000'000; }

}  // namespace

TEST_CASE("a thread that stops often shares a core with the tracer for as long as that is faster") {
    if (!Placement::possible()) return;
    const int all = cores_of(0);
    const Sleeper one, other, child;
    Course course;
    course.stops(one, 1026, usual);
    CHECK(one.cores() == 1);
    CHECK(cores_of(0) == 1);

    SUBCASE("kept, then measured anew and kept again") {
        course.stops(one, 256, faster);
        CHECK(one.cores() == 1);
        course.stops(one, 16384, faster);
        CHECK(one.cores() == all);
        course.stops(one, 1026, usual);
        CHECK(one.cores() == 1);
    }
    SUBCASE("let go where nothing is gained, and not tried again at once") {
        course.stops(one, 256, usual);
        CHECK(one.cores() == all);
        course.stops(one, 200, usual);
        CHECK(one.cores() == all);
        course.now += 200'000'000;
        course.stops(one, 2050, usual);
        CHECK(one.cores() == 1);
    }
    SUBCASE("let go when others stop, too") {
        course.stops(other, 40, usual);
        CHECK(one.cores() == all);
        CHECK(other.cores() == all);
    }
    SUBCASE("a few stops of others do not matter") {
        course.stops(other, 20, usual);
        CHECK(one.cores() == 1);
        course.stops(one, 512, faster);
        CHECK(one.cores() == 1);
    }
    SUBCASE("let go when it has threads") {
        course.stops(one, 1, usual, false);
        CHECK(one.cores() == all);
    }
    SUBCASE("let go when it has ended") { course.placement.ended(one.tid()); }
    SUBCASE("let go before a call that asks for the mask, whoever makes it") {
        course.placement.entering(call("openat"), late);
        CHECK(one.cores() == 1);
        course.placement.entering(call("sched_getaffinity"), late);
        CHECK(one.cores() == all);
    }
    SUBCASE("a child starts with what its parent had") {
        cpu_set_t set;
        sched_getaffinity(static_cast<pid_t>(raw(one.tid())), sizeof set, &set);
        sched_setaffinity(static_cast<pid_t>(raw(child.tid())), sizeof set, &set);
        REQUIRE(course.placement.holds(one.tid()));
        course.placement.born(child.tid());
        CHECK(child.cores() == all);
        CHECK(one.cores() == all);
    }
    SUBCASE("a mask that somebody else has set stays") {
        cpu_set_t second;
        CPU_ZERO(&second);
        cpu_set_t mine;
        sched_getaffinity(0, sizeof mine, &mine);
        for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&second) == 0; ++core) {
            if (!CPU_ISSET(core, &mine)) CPU_SET(core, &second);
        }
        REQUIRE(sched_setaffinity(static_cast<pid_t>(raw(one.tid())), sizeof second, &second) == 0);
        course.placement.ended(one.tid());
        CHECK(one.cores() == 1);
    }
    course.placement.ended(one.tid());
    course.placement.entering(call("sched_setaffinity"), late);
    CHECK(cores_of(0) == all);
}

TEST_CASE("a thread that stops seldom, or one of several, is left where it is") {
    if (!Placement::possible()) return;
    const Sleeper seldom, threaded, first, second;
    const int all = cores_of(0);
    Course course;
    course.stops(seldom, 3000, rare);
    CHECK(seldom.cores() == all);
    course.stops(threaded, 3000, usual, false);
    CHECK(threaded.cores() == all);
    for (int i = 0; i < 3000; ++i) {
        course.stops(first, 1, usual);
        course.stops(second, 1, usual);
    }
    CHECK(first.cores() == all);
    CHECK(second.cores() == all);
}
