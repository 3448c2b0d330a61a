#include <doctest/doctest.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

TEST_CASE("a forked process is what its parent is, whichever record comes first") {
    for (const bool child_first : {true, false}) {
        CAPTURE(child_first);
        SmallWorld world;
        if (child_first) world.child_record(30, 20, {{"pid", 30}});
        world.parent_record(20, 30);
        if (!child_first) world.child_record(30, 20, {{"pid", 30}});

        CHECK(world.ancestry(30) == "sh < sh < init");
        CHECK(world.facts(30, event::ImageFacts).exe_path == "/bin/sh");
        CHECK(world.facts(30, event::CredentialFacts).uid == 0);
        CHECK(world.find(30)->facts.parent == Pid{20});
        CHECK(world.find(20)->children == 1);
        CHECK(world.state.size() == 3);
        CHECK(world.witness.asked.empty());
    }
}

TEST_CASE("the parent's record alone makes the child") {
    SmallWorld world;
    world.parent_record(20, 30, {}, "fork");
    CHECK(world.state.size() == 3);
    CHECK(world.ancestry(30) == "sh < sh < init");
    CHECK(world.find(30)->clone_time_ns == world.now);
}

TEST_CASE("the parent's record does not undo what the child did since") {
    SmallWorld world;
    world.child_record(30, 20, {{"pid", 30}}, "vfork");
    world.exec(30, "ls");
    world.parent_record(20, 30, {}, "vfork");
    CHECK(world.ancestry(30) == "ls < sh < init");
}

TEST_CASE("a child that is over when its parent's clone returns is not brought back") {
    for (const char* kind : {"vfork", "clone"}) {
        CAPTURE(kind);
        SmallWorld world;
        world.child_record(30, 20, {{"pid", 30}}, kind);
        world.exit(30);
        world.parent_record(20, 30, {}, kind);
        CHECK(world.state.size() == 2);
        CHECK(world.find(20)->children == 0);
    }
}

TEST_CASE("but another child of the same id is a child") {
    SmallWorld world;
    world.child_record(30, 20, {{"pid", 30}});
    world.exit(30);
    world.parent_record(20, 30);
    world.parent_record(20, 30);
    CHECK(world.state.size() == 3);
    CHECK(world.find(20)->children == 1);
}

TEST_CASE("a chain of vforks, each returning when its child has executed") {
    SmallWorld world;
    for (int64_t pid = 30; pid < 40; ++pid) world.child_record(pid, pid == 30 ? 20 : pid - 1, {{"pid", pid}}, "vfork");
    for (int64_t pid = 39; pid >= 30; --pid) {
        world.exec(pid, "p" + std::to_string(pid));
        world.parent_record(pid == 30 ? 20 : pid - 1, pid, {}, "vfork");
    }
    CHECK(world.ancestry(33) == "p33 < p32 < p31 < p30 < sh < init");
    CHECK(world.state.size() == 12);
}

TEST_CASE("an id that is given out again is another process") {
    SmallWorld world;
    world.fork(20, 30);
    world.exec(30, "old");
    world.fork(30, 40);
    // The end of 30 was missed.
    world.fork(10, 30);
    CHECK(world.ancestry(30) == "init < init");
    CHECK(world.state.size() == 4);
    // And what 30 had made has gone to who adopts.
    CHECK(world.ancestry(40) == "old < init");
}

TEST_CASE("a clone that failed makes nothing") {
    SmallWorld world;
    world.parent_record(20, -11);
    CHECK(world.state.size() == 2);
}

TEST_CASE("a record made before the call makes nothing") {
    SmallWorld world;
    world.happens("clone", 20, {{"flags", clone_thread}});
    CHECK(world.state.size() == 2);
}

TEST_CASE("CLONE_PARENT gives the child its maker's parent") {
    SUBCASE("told by the maker") {
        SmallWorld world;
        world.parent_record(20, 30, {{"flags", clone_parent}});
        CHECK(world.ancestry(30) == "sh < init");
    }
    SUBCASE("told by the child, whose record names the parent that the kernel gave it") {
        SmallWorld world;
        world.child_record(30, 10, {{"pid", 30}, {"flags", clone_parent}, {"comm", "sh"}});
        world.parent_record(20, 30, {{"flags", clone_parent}});
        CHECK(world.ancestry(30) == "sh < init");
        // Who was copied is not in the record: nothing is guessed.
        CHECK((world.find(30)->known & event::ImageFacts) == 0);
    }
}

TEST_CASE("a thread belongs to its process and has a name of its own") {
    SmallWorld world;
    world.thread(20, 21);
    CHECK(world.find(21)->leader == world.find(20));
    CHECK_FALSE(world.find(21)->is_leader());
    CHECK(world.find(20)->threads == 2);
    CHECK(world.find(10)->children == 1);
    CHECK(world.state.process(Tid{21}) == world.find(20));
    world.happens("prctl", 21, {{"res", 0}, {"option", 15}, {"arg2_str", "worker"}});
    CHECK(world.comm(21) == "worker");
    CHECK(world.comm(20) == "sh");
    // Ancestors are processes: the thread's own name is not in the chain.
    CHECK(world.ancestry(21) == "sh < init");
}

TEST_CASE("who is forked by a thread is a child of the thread's process, with the thread's name") {
    SmallWorld world;
    world.thread(20, 21);
    world.happens("prctl", 21, {{"res", 0}, {"option", 15}, {"arg2_str", "worker"}});
    world.fork(21, 30);
    CHECK(world.ancestry(30) == "worker < sh < init");
    CHECK(world.find(30)->parent == world.find(20));
}

TEST_CASE("a name is cut as the kernel cuts it") {
    SmallWorld world;
    world.happens("prctl", 20, {{"res", 0}, {"option", 15}, {"arg2_str", "a-name-of-twenty-one"}});
    CHECK(world.comm(20) == "a-name-of-twent");
    world.happens("prctl", 20, {{"res", -14}, {"option", 15}, {"arg2_str", "failed"}});
    CHECK(world.comm(20) == "a-name-of-twent");
}

TEST_CASE("a process that exits can be asked for until its event is over") {
    SmallWorld world;
    world.fork(20, 30);
    world.happens("procexit", 30, {{"status", 0}}, [&] {
        REQUIRE(world.find(30) != nullptr);
        CHECK(world.find(30)->exited);
        CHECK(world.ancestry(30) == "sh < sh < init");
    });
    CHECK(world.state.size() == 2);
    CHECK(world.find(30) == nullptr);
}

TEST_CASE("orphans go to who the kernel names") {
    SmallWorld world;
    world.fork(10, 15);
    world.exec(15, "super");
    world.fork(20, 30);
    world.exec(30, "child");
    world.exit(20, 15);
    CHECK(world.ancestry(30) == "child < super < init");
    CHECK(world.find(15)->children == 1);
}

TEST_CASE("orphans of a subreaper's descendants go to it") {
    SmallWorld world;
    world.happens("prctl", 20, {{"res", 0}, {"option", 36}, {"arg2_int", 1}});
    world.fork(20, 30);
    world.fork(30, 40);
    world.exec(40, "daemon");
    SUBCASE("when nobody is named") { world.exit(30); }
    SUBCASE("when the entrypoint is named for want of better knowledge") { world.exit(30, 10); }
    CHECK(world.ancestry(40) == "daemon < sh < init");
}

TEST_CASE("orphans go to the entrypoint when the watching program has adopted them") {
    SmallWorld world;
    // bewit itself, as /proc shows it.
    world.witness.processes[Tid{1}].facts.pid = Pid{1};
    world.witness.processes[Tid{1}].facts.comm = "bewit";
    world.fork(20, 30);
    world.exec(30, "daemon");
    SUBCASE("unknown to the table") {}
    SUBCASE("in the table, because a rule asked for it") { CHECK(world.comm(1) == "bewit"); }
    world.exit(20, 1);
    CHECK(world.ancestry(30) == "daemon < init");
    CHECK(world.find(30)->facts.parent == Pid{10});
}

TEST_CASE("when the entrypoint has gone, orphans have no parent") {
    SmallWorld world;
    world.exit(10);
    CHECK(world.ancestry(20) == "sh");
    CHECK(world.find(20)->facts.parent == Pid::None);
    world.fork(20, 30);
    world.exit(20);
    CHECK(world.ancestry(30) == "sh");
}

TEST_CASE("nothing is shown above the entrypoint, though its parent is known") {
    World world;
    world.witness.processes[Tid{1}].facts.pid = Pid{1};
    world.witness.processes[Tid{1}].facts.comm = "bewit";
    world.child_record(10, 1, {{"pid", 10}});
    world.exec(10, "init", {{"ptid", 0}});
    CHECK(world.find(10)->entrypoint);
    CHECK(world.ancestry(10) == "init");
    world.exec(10, "next", {{"ptid", 1}});
    CHECK(world.find(10)->entrypoint);
    CHECK(world.ancestry(10) == "next");
}

TEST_CASE("a leader that exits before its threads stays until the last has gone") {
    SmallWorld world;
    world.thread(20, 21);
    world.thread(20, 22);
    world.fork(20, 30);
    world.exit(20, 10);
    CHECK(world.find(20)->exited);
    CHECK(world.find(20)->threads == 2);
    CHECK(world.ancestry(22) == "sh < init");
    CHECK(world.ancestry(30) == "sh < sh < init");
    world.exit(21);
    CHECK(world.find(20) != nullptr);
    world.exit(22, 10);
    CHECK(world.find(20) == nullptr);
    CHECK(world.ancestry(30) == "sh < init");
    CHECK(world.state.size() == 2);
}

TEST_CASE("a process adopts as long as one of its threads lives") {
    SmallWorld world;
    world.thread(10, 11);
    world.fork(20, 30);
    world.exec(30, "daemon");
    world.exit(10);
    world.exit(20, 11);
    CHECK(world.ancestry(30) == "daemon < init");
}

TEST_CASE("threads that exit leave their process alone") {
    SmallWorld world;
    world.thread(20, 21);
    world.exit(21);
    CHECK(world.state.size() == 2);
    CHECK(world.find(20)->threads == 1);
}

TEST_CASE("a thread that no event named is placed by the witness, with its ancestors") {
    World world;
    auto& thread = world.witness.processes[Tid{31}].facts;
    thread.pid = Pid{30};
    thread.parent = Pid{20};
    thread.comm = "worker";
    auto& leader = world.witness.processes[Tid{30}].facts;
    leader.pid = Pid{30};
    leader.parent = Pid{20};
    leader.comm = "server";
    auto& parent = world.witness.processes[Tid{20}].facts;
    parent.pid = Pid{20};
    parent.comm = "sh";
    world.happens("close", 31, {{"res", 0}, {"fd", 3}}, [&] {
        CHECK(world.comm(31) == "worker");
        CHECK(world.ancestry(31) == "server < sh");
    });
    CHECK(world.state.size() == 3);
}

TEST_CASE("what came into the container from outside has no parent in it, nor one outside") {
    SmallWorld world;
    auto& visitor = world.witness.processes[Tid{50}].facts;
    visitor.pid = Pid{50};
    visitor.parent = Pid{1};
    visitor.comm = "exec";
    world.witness.processes[Tid{1}].facts.pid = Pid{1};
    world.witness.processes[Tid{1}].facts.comm = "bewit";
    CHECK(world.ancestry(50) == "exec");
    world.fork(50, 60);
    CHECK(world.ancestry(60) == "exec < exec");
    // Its orphans are not the workload's.
    world.exit(50, 1);
    CHECK(world.ancestry(60) == "exec");
}

TEST_CASE("an exit whose event was never finished is over with the next event") {
    SmallWorld world;
    event::Builder builder;
    builder.begin(*event::find_event("procexit"), 1, Tid{20});
    world.state.apply(builder.finish());
    CHECK(world.state.size() == 2);
    builder.begin(*event::find_event("close"), 2, Tid{10});
    world.state.apply(builder.finish());
    CHECK(world.state.size() == 1);
}

TEST_CASE("what the witness does not know is asked for once an event") {
    World world;
    world.happens("close", 31, {{"res", 0}, {"fd", 3}}, [&] {
        CHECK(world.find(31) == nullptr);
        CHECK(world.find(31) == nullptr);
        CHECK(world.state.ancestor(Tid{31}, 2) == nullptr);
    });
    CHECK(world.witness.asked.size() == 1);
    world.happens("close", 31, {{"res", 0}, {"fd", 3}}, [&] { CHECK(world.find(31) == nullptr); });
    CHECK(world.witness.asked.size() == 2);
    CHECK(world.state.size() == 0);
}

TEST_CASE("a parent that turns up later is found, unless it is younger than its child") {
    World world;
    auto& child = world.witness.processes[Tid{30}].facts;
    child.pid = Pid{30};
    child.parent = Pid{20};
    child.comm = "child";
    child.start_time_ns = 500;
    CHECK(world.ancestry(30) == "child");
    auto& parent = world.witness.processes[Tid{20}].facts;
    parent.pid = Pid{20};
    parent.comm = "parent";
    SUBCASE("older") {
        parent.start_time_ns = 400;
        world.happens("close", 20, {{"res", 0}, {"fd", 3}}, [&] { CHECK(world.comm(20) == "parent"); });
        CHECK(world.ancestry(30) == "child < parent");
    }
    SUBCASE("younger: the number was given to another process since") {
        parent.start_time_ns = 600;
        world.happens("close", 20, {{"res", 0}, {"fd", 3}}, [&] { CHECK(world.comm(20) == "parent"); });
        CHECK(world.ancestry(30) == "child");
    }
}

TEST_CASE("a witness that tells nonsense makes no circle") {
    World world;
    const auto claim = [&](int64_t tid, int64_t pid, int64_t parent) {
        auto& facts = world.witness.processes[Tid{tid}].facts;
        facts.pid = Pid{pid};
        facts.parent = Pid{parent};
        facts.comm = std::to_string(tid);
    };
    SUBCASE("parents of each other") {
        claim(20, 20, 30);
        claim(30, 30, 20);
    }
    SUBCASE("leaders of each other") {
        claim(20, 30, 0);
        claim(30, 20, 0);
    }
    SUBCASE("a leader whose parent is its thread") {
        claim(20, 30, 0);
        claim(30, 30, 20);
    }
    SUBCASE("its own parent") {
        claim(20, 20, 20);
        claim(30, 30, 30);
    }
    world.happens("close", 20, {{"res", 0}, {"fd", 3}}, [&] {
        REQUIRE(world.find(20) != nullptr);
        REQUIRE(world.find(30) != nullptr);
        CHECK(world.ancestry(20).size() < 20);
        CHECK(world.ancestry(30).size() < 20);
    });
    world.exit(20);
    world.exit(30);
    CHECK(world.state.size() == 0);
}

TEST_CASE("records that tell nonsense do no harm") {
    SmallWorld world;
    world.child_record(30, 30, {{"pid", 30}});
    world.child_record(31, 20, {{"pid", 31}, {"flags", clone_thread}});
    world.child_record(20, 30, {{"pid", 30}, {"flags", clone_thread}});
    world.child_record(30, 20, {{"pid", 20}, {"flags", clone_thread}});
    world.parent_record(20, 20);
    world.exec(30, "x", {{"ptid", 30}});
    world.exec(10, "y", {{"ptid", 30}});
    world.exec(30, "z", {{"ptid", 10}});
    for (int64_t tid : {10, 20, 30, 31}) {
        if (world.find(tid) != nullptr) CHECK(world.ancestry(tid).size() < 40);
        world.exit(tid, tid);
    }
    CHECK(world.state.size() == 0);
}

TEST_CASE("in a pid namespace of its own a child is not known by its parent's number for it") {
    SmallWorld world;
    world.parent_record(20, 2, {{"flags", child_in_pid_namespace}});
    CHECK(world.find(2) == nullptr);
    world.child_record(30, 20, {{"pid", 30}, {"vtid", 2}, {"vpid", 2}, {"flags", child_in_pid_namespace}});
    CHECK(world.find(30)->facts.vpid == 2);
    CHECK(world.ancestry(30) == "sh < sh < init");
}

}  // namespace
}  // namespace bewit::state::testing
