#include <doctest/doctest.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

using namespace std::string_literals;
using event::CommFact, event::CredentialFacts, event::EnvironmentFact, event::IdentityFacts, event::ImageFacts;

Params whole_record() {
    return {{"res", 0},
            {"exe", "./tool"},
            {"args", bytes("-a\0\0b c\0"s)},
            {"tid", 20},
            {"pid", 20},
            {"ptid", 10},
            {"cwd", "/work"},
            {"fdlimit", 1024},
            {"comm", "tool"},
            {"cgroups", bytes("cpu=/a\0memory=/b\0"s)},
            {"env", bytes("A=1\0B=2\0"s)},
            {"tty", 34816},
            {"vpgid", 5},
            {"loginuid", 1000},
            {"flags", 1 | 2 | 4 | 8},
            {"cap_inheritable", 1},
            {"cap_permitted", 2},
            {"cap_effective", 3},
            {"exe_ino", 77},
            {"exe_ino_ctime", 88},
            {"exe_ino_mtime", 99},
            {"uid", 33},
            {"trusted_exepath", "/work/tool (deleted)"},
            {"pgid", 20},
            {"gid", 34},
            {"filename", "./tool"}};
}

TEST_CASE("a whole record is the new image, and nobody is asked") {
    SmallWorld world;
    world.happens("execve", 20, whole_record(), [&] {
        const auto& facts = world.facts(20, CommFact | ImageFacts | EnvironmentFact | CredentialFacts |
                                                event::WorkingDirectory | event::LoginUidFact | event::CgroupFacts);
        CHECK(facts.comm == "tool");
        CHECK(facts.argv == std::vector{"./tool"s, "-a"s, ""s, "b c"s});
        CHECK(facts.exe_path == "/work/tool");
        CHECK(facts.exe_inode == 77);
        CHECK(facts.exe_ctime_ns == 88);
        CHECK(facts.exe_mtime_ns == 99);
        CHECK(facts.exe_writable);
        CHECK(facts.exe_upper_layer);
        CHECK(facts.exe_lower_layer);
        CHECK(facts.exe_from_memfd);
        CHECK(facts.environment == std::vector{"A=1"s, "B=2"s});
        CHECK(facts.uid == 33);
        CHECK(facts.gid == 34);
        CHECK(facts.cap_inheritable == 1);
        CHECK(facts.cap_permitted == 2);
        CHECK(facts.cap_effective == 3);
        CHECK(facts.cwd == "/work");
        CHECK(facts.login_uid == 1000);
        CHECK(facts.cgroups == std::vector{"cpu=/a"s, "memory=/b"s});
        CHECK(facts.tty == 34816);
        CHECK(facts.vpgid == 5);
        CHECK(facts.pgid == 20);
        CHECK(facts.fd_limit == 1024);
    });
    CHECK(world.witness.asked.empty());
    CHECK(world.ancestry(20) == "tool < init");
}

TEST_CASE("a successful execveat means the same") {
    SmallWorld world;
    Params params = whole_record();
    std::erase_if(params, [](const Named& param) { return param.name == "filename"; });
    world.happens("execveat", 20, params);
    CHECK(world.comm(20) == "tool");
}

TEST_CASE("flags that are not set are cleared, and a program without arguments has none") {
    SmallWorld world;
    world.happens("execve", 20, whole_record());
    world.exec(20, "ls");
    const auto& facts = world.facts(20, ImageFacts);
    CHECK(facts.argv == std::vector{"/bin/ls"s});
    CHECK_FALSE(facts.exe_upper_layer);
    CHECK_FALSE(facts.exe_from_memfd);
}

TEST_CASE("what the record leaves out is asked for, when it is needed") {
    SmallWorld world;
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.argv = {"from", "proc"};
    answer.exe_path = "/bin/from-proc";
    answer.environment = {"X=1"};
    answer.uid = 7;
    world.happens("execve", 20, {{"res", 0}, {"tid", 20}, {"pid", 20}, {"ptid", 10}, {"exe", "x"}, {"comm", "x"}});
    CHECK(world.witness.asked.empty());
    CHECK(world.facts(20, ImageFacts).exe_path == "/bin/from-proc");
    CHECK(world.facts(20, ImageFacts).argv.size() == 2);
    CHECK(world.facts(20, CredentialFacts).uid == 7);
    CHECK(world.facts(20, EnvironmentFact).environment.size() == 1);
    CHECK(world.comm(20) == "x");
    CHECK(world.witness.asked.size() == 3);
}

TEST_CASE("what rules want is read at once, before the program can rewrite it") {
    SmallWorld world(ImageFacts | EnvironmentFact);
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.environment = {"X=1"};
    world.exec(20, "tool");
    answer.environment = {"X=rewritten"};
    CHECK(world.facts(20, EnvironmentFact).environment == std::vector{"X=1"s});
    CHECK(world.facts(20, ImageFacts).exe_path == "/bin/tool");
}

TEST_CASE("an exec keeps the login uid and the cgroups that it does not tell") {
    SmallWorld world;
    world.happens("execve", 20, whole_record());
    world.exec(20, "ls");
    CHECK(world.facts(20, event::LoginUidFact).login_uid == 1000);
    CHECK(world.facts(20, event::CgroupFacts).cgroups.size() == 2);
    CHECK(world.witness.asked.empty());
}

TEST_CASE("an exec that failed, or has not returned, changes nothing") {
    SmallWorld world;
    Params params = whole_record();
    params[0].value = -2;
    world.happens("execve", 20, params);
    CHECK(world.comm(20) == "sh");
    CHECK(world.facts(20, ImageFacts).exe_path == "/bin/sh");
    params.erase(params.begin());
    world.happens("execve", 20, params);
    CHECK(world.comm(20) == "sh");
}

TEST_CASE("an exec ends the other threads, whoever called it") {
    SmallWorld world;
    for (int64_t tid = 21; tid < 30; ++tid) world.thread(20, tid);
    CHECK(world.state.size() == 11);
    SUBCASE("while the leader lives") {}
    SUBCASE("when the leader had exited") { world.exit(20); }
    world.exec(20, "next");
    CHECK(world.state.size() == 2);
    CHECK(world.find(20)->threads == 1);
    CHECK_FALSE(world.find(20)->exited);
    CHECK(world.ancestry(20) == "next < init");
    world.exit(20);
    CHECK(world.state.size() == 1);
}

TEST_CASE("the entrypoint has no parent") {
    World world;
    world.entrypoint(10, "init");
    CHECK(world.find(10)->entrypoint);
    CHECK(world.ancestry(10) == "init");
    CHECK(world.witness.asked.empty());
    world.exec(10, "app");
    CHECK(world.find(10)->entrypoint);
    CHECK(world.ancestry(10) == "app");
}

TEST_CASE("a process that no event named is made by its exec, below the parent that is told") {
    World world;
    world.entrypoint(10, "init");
    SUBCASE("known") {
        world.exec(20, "ls", {{"ptid", 10}});
        CHECK(world.ancestry(20) == "ls < init");
    }
    SUBCASE("outside of the workload") {
        world.witness.processes[Tid{1}].facts.pid = Pid{1};
        world.exec(20, "ls", {{"ptid", 1}});
        CHECK(world.ancestry(20) == "ls");
    }
    SUBCASE("not told, and the witness knows") {
        auto& facts = world.witness.processes[Tid{20}].facts;
        facts.pid = Pid{20};
        facts.parent = Pid{10};
        world.exec(20, "ls");
        CHECK(world.ancestry(20) == "ls < init");
    }
    SUBCASE("not told, and nobody knows") {
        world.exec(20, "ls");
        CHECK(world.ancestry(20) == "ls");
    }
}

TEST_CASE("without an entrypoint, as on a whole machine, unknown parents are asked for") {
    World world;
    auto& parent = world.witness.processes[Tid{5}].facts;
    parent.pid = Pid{5};
    parent.parent = Pid{1};
    parent.comm = "sshd";
    world.witness.processes[Tid{1}].facts.pid = Pid{1};
    world.witness.processes[Tid{1}].facts.comm = "systemd";
    world.exec(20, "ls", {{"ptid", 5}});
    CHECK(world.ancestry(20) == "ls < sshd < systemd");
    SUBCASE("also when the machine's init has executed itself again") {
        world.exec(1, "init", {{"ptid", 0}});
        world.witness.processes[Tid{6}] = world.witness.processes[Tid{5}];
        world.witness.processes[Tid{6}].facts.pid = Pid{6};
        world.exec(30, "ps", {{"ptid", 6}});
        CHECK(world.ancestry(30) == "ps < sshd < init");
    }
}

TEST_CASE("the first process has the number that it would have if the watching program were not PID 1") {
    World world;
    ProcessFacts facts;
    facts.pid = Pid{2};
    facts.vpid = 2;
    world.state.stand_for_init();
    CHECK(world.state.shown_number(facts, 2) == 2);  // there is none yet
    CHECK(world.state.shown_number(facts, 0) == 0);
    world.entrypoint(2, "server");
    CHECK(world.state.shown_number(facts, 2) == 1);
    CHECK(world.state.shown_number(facts, 3) == 3);
    ProcessFacts in_namespace_below = facts;
    in_namespace_below.pid = Pid{40};
    CHECK(world.state.shown_number(in_namespace_below, 2) == 2);
    facts.pid = Pid{7};
    facts.vpid = 7;
    world.exit(2);
    CHECK(world.state.shown_number(facts, 2) == 1);  // its group outlives it

    World other;
    other.entrypoint(2, "server");
    CHECK(other.state.shown_number(facts, 2) == 2);
}

}  // namespace
}  // namespace bewit::state::testing
