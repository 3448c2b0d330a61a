#include <doctest/doctest.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

using namespace std::string_literals;
using event::CommFact, event::CredentialFacts, event::EnvironmentFact, event::IdentityFacts, event::ImageFacts,
    event::ResourceFacts, event::WorkingDirectory;

const Params nothing_happened{{"res", 0}, {"fd", 3}};

TEST_CASE("a lasting fact is asked for once, a volatile one once an event") {
    SmallWorld world;
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.environment = {"A=1"};
    answer.cwd = "/one";
    answer.fd_count = 1;
    world.happens("close", 20, nothing_happened, [&] {
        for (int i = 0; i < 3; ++i) {
            CHECK(world.facts(20, WorkingDirectory).cwd == "/one");
            CHECK(world.facts(20, EnvironmentFact).environment.size() == 1);
            CHECK(world.facts(20, ResourceFacts).fd_count == 1);
        }
        CHECK(world.witness.asked.size() == 3);
    });
    answer.environment = {"A=2", "B=2"};
    answer.cwd = "/two";
    answer.fd_count = 2;
    world.happens("close", 20, nothing_happened, [&] {
        CHECK(world.facts(20, WorkingDirectory).cwd == "/two");
        CHECK(world.facts(20, EnvironmentFact).environment.size() == 1);
        CHECK(world.facts(20, ResourceFacts).fd_count == 2);
        CHECK(world.witness.asked.size() == 5);
    });
}

TEST_CASE("terminal, session and process group hold for one event") {
    SmallWorld world;
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.tty = 1;
    world.happens("close", 20, nothing_happened, [&] { CHECK(world.facts(20, IdentityFacts).tty == 1); });
    answer.tty = 2;
    world.happens("close", 20, nothing_happened, [&] { CHECK(world.facts(20, IdentityFacts).tty == 2); });
}

TEST_CASE("the witness does not say who is whose parent when the events did") {
    SmallWorld world;
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.pid = Pid{20};
    answer.parent = Pid{1};
    CHECK(world.facts(20, IdentityFacts).parent == Pid{10});
    CHECK(world.ancestry(20) == "sh < init");
}

TEST_CASE("what cannot be read is asked for once an event, and has its last known value") {
    SmallWorld world;
    auto& answer = world.witness.processes[Tid{20}];
    answer.facts.cwd = "/known";
    world.happens("close", 20, nothing_happened, [&] { world.facts(20, WorkingDirectory); });
    answer.groups = 0;
    const size_t before = world.witness.asked.size();
    world.happens("close", 20, nothing_happened, [&] {
        CHECK(world.facts(20, WorkingDirectory).cwd == "/known");
        CHECK(world.facts(20, WorkingDirectory).cwd == "/known");
        CHECK(world.facts(20, EnvironmentFact).environment.empty());
        CHECK(world.facts(20, EnvironmentFact).environment.empty());
    });
    CHECK(world.witness.asked.size() == before + 2);
}

TEST_CASE("a process's facts do not come from whoever had its place in memory before") {
    SmallWorld world;
    world.fork(20, 30);
    world.happens("execve", 30, {{"res", 0}, {"exe", "secret"}, {"env", bytes("KEY=1\0"s)}, {"cwd", "/secret"}});
    world.exit(30);
    world.exec(40, "new", {{"ptid", 10}});
    CHECK(world.facts(40, EnvironmentFact).environment.empty());
    CHECK(world.facts(40, WorkingDirectory).cwd.empty());
    CHECK(world.find(40)->leaves.key == 0);
}

TEST_CASE("image facts of a thread are its process's") {
    SmallWorld world;
    world.thread(20, 21);
    CHECK(&world.facts(21, ImageFacts) == &world.find(20)->facts);
    // Both kinds at once: the thread's own name with the process's arguments.
    world.happens("prctl", 21, {{"res", 0}, {"option", 15}, {"arg2_str", "worker"}});
    const auto& facts = world.facts(21, CommFact | ImageFacts);
    CHECK(facts.comm == "worker");
    CHECK(facts.exe_path == "/bin/sh");
    CHECK(world.witness.asked.empty());
}

TEST_CASE("both kinds at once: volatile facts of the process are those of this event") {
    SmallWorld world;
    world.thread(20, 21);
    auto& answer = world.witness.processes[Tid{20}].facts;
    answer.cwd = "/one";
    world.happens("close", 21, nothing_happened,
                  [&] { CHECK(world.facts(21, CommFact | WorkingDirectory).cwd == "/one"); });
    answer.cwd = "/two";
    world.happens("close", 21, nothing_happened,
                  [&] { CHECK(world.facts(21, CommFact | WorkingDirectory).cwd == "/two"); });
}

TEST_CASE("both kinds at once: what could not be read is not taken for known") {
    SmallWorld world;
    world.thread(20, 21);
    world.happens("close", 21, nothing_happened,
                  [&] { CHECK(world.facts(21, CommFact | EnvironmentFact).environment.empty()); });
    world.witness.processes[Tid{20}].facts.environment = {"A=1"};
    world.happens("close", 21, nothing_happened,
                  [&] { CHECK(world.facts(21, CommFact | EnvironmentFact).environment.size() == 1); });
}

TEST_CASE("credentials are asked for again after a call that changed them, for that thread alone") {
    SmallWorld world;
    world.thread(20, 21);
    world.witness.processes[Tid{20}].facts.uid = 1000;
    world.witness.processes[Tid{21}].facts.uid = 1000;
    CHECK(world.facts(20, CredentialFacts).uid == 0);
    for (const auto& [kind, params] : {std::pair<const char*, Params>{"setuid", {{"res", 0}, {"uid", 5}}},
                                       {"setresuid", {{"res", 0}, {"ruid", 5}, {"euid", 5}, {"suid", 5}}},
                                       {"setreuid", {{"res", 0}, {"ruid", 5}, {"euid", 5}}},
                                       {"setgid", {{"res", 0}, {"gid", 5}}},
                                       {"setregid", {{"res", 0}, {"rgid", 5}, {"egid", 5}}},
                                       {"setresgid", {{"res", 0}, {"rgid", 5}, {"egid", 5}, {"sgid", 5}}},
                                       {"capset", {{"res", 0}, {"cap_effective", 0}}},
                                       {"unshare", {{"res", 0}, {"flags", clone_new_user}}}}) {
        // A structured binding cannot be captured.
        const std::string call = kind;
        CAPTURE(call);
        world.exec(20, "sh");
        world.thread(20, 21);
        CHECK(world.facts(20, CredentialFacts).uid == 0);
        world.happens(kind, 20, params);
        CHECK(world.facts(20, CredentialFacts).uid == 1000);
        CHECK(world.facts(21, CredentialFacts).uid == 0);
    }
}

TEST_CASE("where the witness cannot look, ids are those of the call") {
    SmallWorld world;
    world.happens("setresuid", 20, {{"res", 0}, {"ruid", 1}, {"euid", 2}, {"suid", 3}});
    world.happens("setgid", 20, {{"res", 0}, {"gid", 4}});
    CHECK(world.facts(20, CredentialFacts).uid == 2);
    CHECK(world.facts(20, CredentialFacts).gid == 4);
    world.happens("setreuid", 20, {{"res", 0}, {"ruid", 9}, {"euid", UINT32_MAX}});
    CHECK(world.facts(20, CredentialFacts).uid == 2);
    world.happens("setuid", 20, {{"res", -1}, {"uid", 8}});
    CHECK(world.facts(20, CredentialFacts).uid == 2);
}

TEST_CASE("where the witness cannot look, a working directory follows chdir and fchdir") {
    SmallWorld world;
    Descriptor directory;
    directory.type = event::DescriptorType::Directory;
    directory.name = "/srv/www";
    world.witness.descriptors[{Tid{20}, Fd{4}}] = directory;
    world.happens("chdir", 20, {{"res", 0}, {"path", "/var/lib"}});
    CHECK(world.facts(20, WorkingDirectory).cwd == "/var/lib");
    world.happens("chdir", 20, {{"res", 0}, {"path", "../log/"}});
    CHECK(world.facts(20, WorkingDirectory).cwd == "/var/log");
    world.happens("chdir", 20, {{"res", -2}, {"path", "/nowhere"}});
    CHECK(world.facts(20, WorkingDirectory).cwd == "/var/log");
    world.happens("fchdir", 20, {{"res", 0}, {"fd", 4}});
    CHECK(world.facts(20, WorkingDirectory).cwd == "/srv/www");
    world.happens("fchdir", 20, {{"res", 0}, {"fd", 5}});
    CHECK(world.facts(20, WorkingDirectory).cwd == "/srv/www");
}

TEST_CASE("a new session has its maker's id and no terminal") {
    SmallWorld world;
    world.happens("execve", 20, {{"res", 0}, {"exe", "x"}, {"tty", 7}});
    world.happens("setsid", 20, {{"res", 20}});
    const auto& facts = world.facts(20, IdentityFacts);
    CHECK(facts.sid == 20);
    CHECK(facts.vpgid == 20);
    CHECK(facts.pgid == 20);
    CHECK(facts.tty == 0);
}

TEST_CASE("a clone's record is worth more than the parent's entry") {
    SmallWorld world;
    world.child_record(30, 20,
                       {{"pid", 30},
                        {"comm", "own"},
                        {"uid", 5},
                        {"gid", 6},
                        {"cwd", "/own"},
                        {"vtid", 3},
                        {"vpid", 3},
                        {"cgroups", bytes("cpu=/own\0"s)}});
    const auto& facts = world.facts(30, CommFact);
    CHECK(facts.comm == "own");
    CHECK(facts.uid == 5);
    CHECK(facts.gid == 6);
    CHECK(facts.cwd == "/own");
    CHECK(facts.vpid == 3);
    CHECK(facts.cgroups == std::vector{"cpu=/own"s});
    CHECK(facts.start_time_ns == world.now);
    CHECK(world.find(30)->clone_time_ns == world.now);
}

TEST_CASE("in a new user namespace the parent's capabilities say nothing") {
    SmallWorld world;
    world.witness.processes[Tid{30}].facts.cap_effective = 0xff;
    world.child_record(30, 20, {{"pid", 30}, {"flags", clone_new_user}});
    CHECK(world.facts(30, CredentialFacts).cap_effective == 0xff);
}

TEST_CASE("users that a capture tells are known") {
    World world;
    world.happens("useradded", 0,
                  {{"uid", 5}, {"gid", 6}, {"name", "joe"}, {"home", "/home/joe"}, {"shell", "/bin/sh"}});
    world.happens("groupadded", 0, {{"gid", 6}, {"name", "staff"}});
    REQUIRE(world.state.users().user(5) != nullptr);
    CHECK(world.state.users().user(5)->home == "/home/joe");
    CHECK(*world.state.users().group(6) == "staff");
    world.happens("userdeleted", 0, {{"uid", 5}});
    world.happens("groupdeleted", 0, {{"gid", 6}});
    CHECK(world.state.users().user(5) == nullptr);
    CHECK(world.state.users().group(6) == nullptr);
}

}  // namespace
}  // namespace bewit::state::testing
