// What the state holds on to, and what it asks of the heap: operator new is counted for the whole test program.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "engine/state/record_shape.h"
#include "tests/unit/state/world.h"

namespace {
size_t allocations = 0;
}

void* operator new(size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace bewit::state::testing {
namespace {

TEST_CASE("ten thousand processes that came and went leave nothing behind") {
    SmallWorld world;
    for (int64_t pid = 1000; pid < 11'000; ++pid) {
        world.child_record(pid, 20, {{"pid", pid}});
        world.exec(pid, "true");
        world.exit(pid, 10);
        world.parent_record(20, pid);
    }
    CHECK(world.state.size() == 2);
    CHECK(world.find(20)->children == 0);
}

TEST_CASE("ten thousand processes at once, a chain and its threads, go as they came") {
    SmallWorld world;
    for (int64_t pid = 1000; pid < 11'000; pid += 2) {
        world.fork(pid == 1000 ? 20 : pid - 2, pid);
        world.thread(pid, pid + 1);
    }
    CHECK(world.state.size() == 10'002);
    CHECK(world.state.ancestor(Tid{10'998}, 5001) == world.find(10));
    for (int64_t pid = 1000; pid < 11'000; pid += 2) {
        world.exit(pid, 10);
        world.exit(pid + 1, 10);
    }
    CHECK(world.state.size() == 2);
    CHECK(world.find(10)->children == 1);
}

// A record that can be applied again and again.
struct Recorded {
    explicit Recorded(const event::EventInfo& info, int64_t tid) { builder.begin(info, 1, Tid{tid}); }
    event::Builder builder;
};

TEST_CASE("a known process costs no allocation, whatever it opens, forks or sends") {
    SmallWorld world;
    world.witness.processes[Tid{20}].facts.cwd = "/a/working/directory/that/is/longer/than/a/short/string";
    Descriptor socket;
    socket.type = event::DescriptorType::Ipv4;
    socket.inode = 5;
    world.witness.descriptors[{Tid{20}, Fd{5}}] = socket;
    world.witness.asked.reserve(100'000);

    Recorded open(*event::find_event("openat"), 20);
    open.builder.add_int(7);
    open.builder.add_int(-100);
    open.builder.add_text("a/name/that/does/not/fit/into/a/short/string/either");
    const event::View opened = open.builder.finish();

    Recorded send(*event::find_event("sendto"), 20);
    send.builder.add_int(4);
    send.builder.add_absent();
    send.builder.add_int(5);
    send.builder.add_int(4);
    send.builder.add_bytes(tuple("10.0.0.1:40000", "10.0.0.2:53"));
    const event::View sent = send.builder.finish();

    const auto& at = clone_positions();
    Recorded clone(*event::find_event("clone"), 30);
    for (size_t i = 0; i < event::find_event("clone")->params.size(); ++i) {
        if (i == 0) {
            clone.builder.add_int(0);
        } else if (i == at.pid) {
            clone.builder.add_int(30);
        } else if (i == at.parent) {
            clone.builder.add_int(20);
        } else {
            clone.builder.add_absent();
        }
    }
    const event::View cloned = clone.builder.finish();

    Recorded exit(*event::find_event("procexit"), 30);
    const event::View exited = exit.builder.finish();

    size_t before = 0;
    for (int i = 0; i < 1000; ++i) {
        if (i == 10) before = allocations;
        world.state.apply(opened);
        if (world.state.descriptor(Tid{20}, Fd{7}) == nullptr) FAIL("no descriptor");
        world.state.finish(opened);
        world.state.apply(sent);
        world.state.descriptor_name_changed();
        world.state.finish(sent);
        world.state.apply(cloned);
        world.state.finish(cloned);
        if (world.state.ancestor(Tid{30}, 1) == nullptr) FAIL("no parent");
        world.state.apply(exited);
        world.state.finish(exited);
    }
    CHECK(allocations == before);
}

TEST_CASE("the positions of parameters are the same for every call of a family") {
    for (const auto& [name, other, positions] :
         {std::tuple{"clone", "fork", &clone_positions()}, std::tuple{"clone", "vfork", &clone_positions()},
          std::tuple{"clone", "clone3", &clone_positions()}, std::tuple{"execve", "execveat", &exec_positions()}}) {
        const auto first = event::find_event(name)->params;
        const auto second = event::find_event(other)->params;
        for (size_t i = 0; i < std::min(first.size(), second.size()); ++i) CHECK(first[i].name == second[i].name);
        CHECK(first[positions->comm].name == "comm");
        CHECK(second[positions->gid].name == "gid");
    }
    CHECK(exec_positions().exe_path != absent);
    CHECK(clone_positions().exe_path == absent);
    CHECK(clone_positions().vpid != absent);
}

}  // namespace
}  // namespace bewit::state::testing
