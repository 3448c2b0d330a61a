// What the sink is told of a workload: every birth, exec and end, and the calls that rules ask for.
#include <doctest/doctest.h>
#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/tracer/traced_run.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

Setting stepping(Setting setting) {
    setting.options.seccomp = false;
    return setting;
}

Setting asking_for(std::vector<std::string> kinds) {
    Setting setting;
    setting.kinds = std::move(kinds);
    return setting;
}

bool is_birth(const SeenEvent& event) { return event.name == "clone" || event.name == "fork" || event.name == "vfork"; }

std::vector<SeenEvent> children_of(const Outcome& outcome) {
    std::vector<SeenEvent> children;
    std::ranges::copy_if(outcome.events, std::back_inserter(children),
                         [](const SeenEvent& e) { return is_birth(e) && e.result == 0; });
    return children;
}

// Names and results, thread by thread, with thread ids replaced by their order of appearance. Between threads there is
// no order to rely on.
std::map<int, std::vector<std::string>> story(const Outcome& outcome) {
    std::map<int64_t, int> order;
    const auto place = [&](int64_t tid) {
        return order.try_emplace(tid, static_cast<int>(order.size())).first->second;
    };
    std::map<int, std::vector<std::string>> story;
    for (const SeenEvent& event : outcome.events) {
        const bool result_is_tid = is_birth(event) && event.result.value_or(0) > 0;
        std::string line = event.name;
        if (event.result) line += " " + std::to_string(result_is_tid ? place(*event.result) : *event.result);
        story[place(event.tid)].push_back(line);
    }
    return story;
}

}  // namespace

TEST_CASE("the first event is the command's exec, and the last one its end") {
    const Outcome outcome = run({program("exit_with"), "5"});
    REQUIRE(outcome.events.size() == 2);
    CHECK(outcome.events[0].name == "execve");
    CHECK(outcome.events[0].result == 0);
    CHECK(outcome.events[1].name == "procexit");
    CHECK(outcome.events[1].tid == outcome.events[0].tid);
    CHECK(outcome.statistics.events == 2);
    CHECK(outcome.statistics.processes == 1);
    CHECK(outcome.statistics.threads == 1);
}

TEST_CASE("a call that rules ask for is an event with its result, whether it succeeds or fails") {
    for (const Setting& setting : {asking_for({"openat", "execve"}), stepping(asking_for({"openat", "execve"}))}) {
        const Outcome outcome = run({program("open_files"), "/", "/no/such/file"}, setting);
        CHECK(outcome.output == "1 opened\n");
        CHECK(std::ranges::count_if(outcome.events,
                                    [](const SeenEvent& e) { return e.name == "openat" && e.result == -ENOENT; }) >= 1);
        CHECK(std::ranges::count_if(outcome.events,
                                    [](const SeenEvent& e) { return e.name == "openat" && e.result >= 3; }) >= 1);
        CHECK(std::ranges::count_if(outcome.events,
                                    [](const SeenEvent& e) { return e.name == "execve" && e.result == -ENOENT; }) == 1);
        CHECK(std::ranges::count_if(outcome.events,
                                    [](const SeenEvent& e) { return e.name == "execve" && e.result == 0; }) == 1);
    }
}

TEST_CASE("stopping at every call tells the same as the filter in the kernel") {
    const Setting setting = asking_for({"openat", "execve", "vfork", "close"});
    for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
             {program("open_files"), "/", "/no/such/file"},
             {program("vfork_exec"), "3", program("open_files"), "/"},
             {program("leader_exits")},
         }) {
        const Outcome filtered = run(command, setting), stepped = run(command, stepping(setting));
        CHECK(filtered.output == stepped.output);
        CHECK(story(filtered) == story(stepped));
        CHECK(filtered.statistics.stops < stepped.statistics.stops);
    }
}

TEST_CASE("calls that nobody asks for do not stop") {
    const Outcome outcome = run({program("open_files"), "/", "/"});
    CHECK(outcome.statistics.syscall_entries == 0);
    CHECK(outcome.count("openat") == 0);
}

TEST_CASE("a call that cannot match any more at its entry costs one stop and is no event") {
    Setting setting = asking_for({"openat"});
    const uint64_t with_exits = run({program("open_files"), "/"}, setting).statistics.stops;
    setting.wants_exit = false;
    const Outcome outcome = run({program("open_files"), "/"}, setting);
    CHECK(outcome.output == "1 opened\n");
    CHECK(outcome.count("openat") == 0);
    CHECK(outcome.statistics.syscall_exits == 0);
    CHECK(outcome.statistics.entry_only == outcome.statistics.syscall_entries);
    CHECK(outcome.statistics.stops + outcome.statistics.entry_only == with_exits);
}

TEST_CASE("a call whose entry is enough is an event without a result, and costs one stop") {
    Setting setting;
    setting.entry_kinds = {"openat"};
    const Outcome outcome = run({program("open_files"), "/"}, setting);
    REQUIRE(outcome.first("openat") != nullptr);
    CHECK_FALSE(outcome.first("openat")->result.has_value());
    CHECK(outcome.statistics.syscall_exits == 0);
    setting.wants_exit = false;
    CHECK(run({program("open_files"), "/"}, setting).count("openat") == 0);
}

TEST_CASE("a birth is told by the parent and by the child, and the child's end too") {
    for (const Setting& setting : {Setting{}, asking_for({"vfork", "clone"}), stepping({})}) {
        const Outcome outcome = run({program("vfork_exec"), "2", program("exit_with"), "0"}, setting);
        CHECK(outcome.output == "2 good\n");
        const int64_t command = outcome.first("execve")->tid;
        const std::vector<SeenEvent> children = children_of(outcome);
        REQUIRE(children.size() == 2);
        for (const SeenEvent& child : children) {
            CHECK(child.parent == command);
            CHECK(std::ranges::count_if(outcome.events, [&](const SeenEvent& e) {
                      return is_birth(e) && e.tid == command && e.result == child.tid;
                  }) == 1);
            CHECK(std::ranges::count_if(outcome.events, [&](const SeenEvent& e) {
                      return e.name == "execve" && e.tid == child.tid && e.parent == command;
                  }) == 1);
            CHECK(std::ranges::count_if(outcome.events, [&](const SeenEvent& e) {
                      return e.name == "procexit" && e.tid == child.tid;
                  }) == 1);
        }
    }
}

TEST_CASE("the command has no parent, and what becomes an orphan is the command's child: bewit is not there") {
    const Outcome outcome = run({program("daemonize")});
    CHECK(outcome.exit_status == 4);
    CHECK(outcome.output == "daemon\n");
    CHECK(outcome.first("execve")->parent == 0);
    CHECK(outcome.count("procexit") == 3);
    const int64_t command = outcome.first("execve")->tid;
    const std::vector<SeenEvent> children = children_of(outcome);
    REQUIRE(children.size() == 2);
    CHECK(children[0].parent == command);
    CHECK(children[1].parent == children[0].tid);
}

TEST_CASE("an exec by another thread than the first is the process's, under the process's id") {
    for (const Setting& setting : {Setting{}, asking_for({"openat", "execve"}), stepping({})}) {
        const Outcome outcome = run({program("exec_from_thread"), "4", "3"}, setting);
        CHECK(outcome.output == "same process\n");
        const int64_t command = outcome.first("execve")->tid;
        CHECK(outcome.count("execve") == 4);
        CHECK(std::ranges::all_of(outcome.events, [&](const SeenEvent& e) {
            return e.name != "execve" || (e.tid == command && e.result == 0);
        }));
        // Three rounds of four threads each, of which one takes the process over and is not told as ended.
        CHECK(outcome.count("clone") == 3 * 4 * 2);
    }
}

TEST_CASE("a process goes on when its first thread has ended") {
    for (const Setting& setting : {Setting{}, stepping({})}) {
        const Outcome outcome = run({program("leader_exits")}, setting);
        CHECK(outcome.exit_status == 5);
        CHECK(outcome.output == "child 6\n");
        CHECK(outcome.count("procexit") == 3);
    }
}

TEST_CASE("a child that asks not to be traced is traced, and the attempt is an event") {
    for (const Setting& setting : {Setting{}, asking_for({"clone"}), stepping({})}) {
        const Outcome outcome = run({program("clone_untraced")}, setting);
        CHECK(outcome.output == "traced\n");
        CHECK(outcome.count("procexit") == 2);
        CHECK(children_of(outcome).size() == 1);
    }
}

TEST_CASE("clone3, whose flags another thread could change, is not there") {
    CHECK(run({program("clone3_untraced")}).output == "ENOSYS\n");
    CHECK(run({program("clone3_untraced")}, stepping({})).output == "ENOSYS\n");
}

TEST_CASE(
    "a call that a filter of the workload's own hands to a tracer fails as it does without one, also where bewit asks "
    "for it") {
    const std::string expected = "getppid ENOSYS\ngetppid ENOSYS\ngetppid ENOSYS\ngetppid ENOSYS\nopenat ENOSYS\n";
    Setting unwatched;
    unwatched.options.trace = false;
    CHECK(run({program("own_trace")}, unwatched).output == expected);
    for (const Setting& setting : {Setting{}, asking_for({"openat", "getppid"}), stepping(asking_for({"openat"}))}) {
        const Outcome outcome = run({program("own_trace")}, setting);
        CHECK(outcome.output == expected);
        CHECK(outcome.exit_status == 0);
    }
}

TEST_CASE(
    "a filter with a listener of its own is refused and is an event whatever the rules say, and one without is not") {
    Setting setting;
    setting.wants_exit = false;
    for (const Setting& each : {setting, stepping(setting)}) {
        const Outcome outcome = run({program("new_listener")}, each);
        CHECK(outcome.output == "EBUSY\ninstalled\n");
        REQUIRE(outcome.count("seccomp") == 1);
        CHECK(outcome.first("seccomp")->result == -EBUSY);
    }
}

TEST_CASE("io_uring is not there when it is denied") {
    Setting setting;
    for (Setting each : {setting, stepping(setting)}) {
        CHECK(run({program("io_uring")}, each).output != "ENOSYS\n");
        each.options.deny_io_uring = true;
        CHECK(run({program("io_uring")}, each).output == "ENOSYS\n");
    }
}

TEST_CASE("delivered signals are events only where a rule asks for them") {
    CHECK(run({program("own_handlers")}).count("signaldeliver") == 0);
    CHECK(run({program("own_handlers")}, asking_for({"signaldeliver"})).count("signaldeliver") == 18);
}

TEST_CASE("unwatched, nothing is told") {
    Setting setting = asking_for({"openat"});
    setting.options.trace = false;
    const Outcome outcome = run({program("open_files"), "/"}, setting);
    CHECK(outcome.output == "1 opened\n");
    CHECK(outcome.events.empty());
    CHECK(outcome.statistics.stops == 0);
}
