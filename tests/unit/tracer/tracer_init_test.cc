// bewit as PID 1 of a container.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/unit/tracer/traced_run.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

std::vector<Setting> all_ways() {
    if (!can_be_init()) {
        MESSAGE("skipped: this machine lets nobody make a pid namespace here");
        return {};
    }
    std::vector<Setting> ways(3);
    ways[1].options.seccomp = false;
    ways[2].options.trace = false;
    for (Setting& way : ways) way.as_init = true;
    return ways;
}

}  // namespace

TEST_CASE("as PID 1 bewit ends as the command ended") {
    for (const Setting& way : all_ways()) {
        CHECK(run({program("exit_with"), "42"}, way).exit_status == 42);
        CHECK(run({program("die_by"), "9"}, way).exit_status == 128 + 9);
        CHECK(run({"no-such-command-anywhere"}, way).exit_status == 127);
    }
}

TEST_CASE("as PID 1 bewit does not wait for what the command leaves behind: the kernel ends it") {
    for (const Setting& way : all_ways()) {
        Running running({program("linger")}, way);
        CHECK(running.line() == "ready");
        CHECK(running.finish().exit_status == 8);
    }
}

TEST_CASE("as PID 1 bewit reaps every orphan") {
    for (const Setting& way : all_ways()) CHECK(run({program("orphan_zombies"), "50"}, way).output == "0 zombies\n");
}

TEST_CASE("as PID 1 bewit passes on every signal, from whomever it is") {
    for (const Setting& way : all_ways()) {
        Running running({program("take_signals"), "3"}, way);
        REQUIRE(running.line() == "ready");
        for (const int signal : {SIGTERM, SIGWINCH, 64}) {
            kill(running.pid(), signal);
            CHECK(running.line() == std::to_string(signal) + " sent 0");
        }
        CHECK(running.finish().exit_status == 0);
    }
}

TEST_CASE("as PID 1 a signal that the command does not handle ends it, and bewit with it") {
    for (const Setting& way : all_ways()) {
        Running running({program("on_terminal")}, way);
        running.line();
        kill(running.pid(), SIGTERM);
        CHECK(running.finish().exit_status == 128 + SIGTERM);
    }
}

TEST_CASE("as PID 1 the command has a process group of its own") {
    for (const Setting& way : all_ways())
        CHECK(run({program("show_self")}, way).output.find("group own") != std::string::npos);
}
