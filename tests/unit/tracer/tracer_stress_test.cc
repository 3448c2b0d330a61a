// Workloads that make many of everything, and that are killed wherever they are.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/tracer/traced_run.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

std::vector<Setting> watched_ways() {
    std::vector<Setting> ways(3);
    ways[1].options.seccomp = false;
    ways[2].kinds = {"openat", "clone", "execve", "write"};
    return ways;
}

}  // namespace

TEST_CASE("a thousand threads run and end, and each is told once") {
    for (const Setting& way : watched_ways()) {
        const Outcome outcome = run({program("many_threads"), "1000"}, way);
        CHECK(outcome.output == "1000 ran\n");
        CHECK(outcome.count("procexit") == 1001);
        CHECK(outcome.statistics.threads == 1001);
        CHECK(outcome.statistics.processes == 1);
    }
}

TEST_CASE("ten thousand processes run and end, and each is told once") {
    const Outcome outcome = run({program("many_forks"), "10000"});
    CHECK(outcome.output == "10000 good\n");
    CHECK(outcome.count("procexit") == 10001);
    CHECK(outcome.statistics.processes == 10001);
    CHECK(std::ranges::count_if(outcome.events,
                                [](const SeenEvent& e) { return e.name == "clone" && e.result == 0; }) == 10000);
    CHECK(std::ranges::count_if(outcome.events, [](const SeenEvent& e) { return e.name == "clone" && e.result > 0; }) ==
          10000);
}

TEST_CASE("vfork and exec, hundreds of times, with calls watched and not") {
    for (const Setting& way : watched_ways())
        CHECK(run({program("vfork_exec"), "300", program("exit_with"), "0"}, way).output == "300 good\n");
}

TEST_CASE("a program is executed over a thousand threads") {
    for (const Setting& way : watched_ways()) {
        const Outcome outcome = run({program("exec_from_thread"), "1000", "1"}, way);
        CHECK(outcome.output == "same process\n");
        CHECK(std::ranges::count_if(outcome.events,
                                    [](const SeenEvent& e) { return e.name == "execve" && e.result == 0; }) == 2);
    }
}

TEST_CASE("no exec is missed while the first thread of the process stops all the time") {
    Setting setting;
    setting.kinds = {"openat"};
    const Outcome outcome = run({program("exec_from_thread"), "3", "300"}, setting);
    CHECK(outcome.output == "same process\n");
    CHECK(outcome.count("execve") == 301);
}

TEST_CASE("orphans are reaped") {
    Setting unwatched;
    unwatched.options.trace = false;
    unwatched.options.kill_on_exit = true;  // which makes bewit the one that orphans come to
    std::vector<Setting> ways = watched_ways();
    ways.push_back(unwatched);
    for (const Setting& way : ways) CHECK(run({program("orphan_zombies"), "100"}, way).output == "0 zombies\n");
}

TEST_CASE("processes that are killed in the middle of whatever they do hold nothing up") {
    for (const Setting& way : watched_ways()) {
        const Outcome outcome = run({program("kill_in_flight"), "150"}, way);
        CHECK(outcome.output == "150 killed\n");
        CHECK(outcome.exit_status == 0);
        // Whoever was told as born is told as ended.
        const auto born = std::ranges::count_if(outcome.events,
                                                [](const SeenEvent& e) { return e.name == "clone" && e.result == 0; });
        CHECK(outcome.count("procexit") == static_cast<size_t>(born) + 1);
    }
}

TEST_CASE("threads that stop all the time do not starve an older one") {
    Setting setting;
    setting.kinds = {"openat"};
    const Outcome outcome = run({program("flood"), "8", "300"}, setting);
    CHECK(outcome.output == "300 calls\n");
}
