#include <doctest/doctest.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

// 10 init < 20 sh < 30 make < 40 cc, and 50 beside sh.
class Family : public SmallWorld {
public:
    Family() {
        fork(20, 30);
        exec(30, "make");
        fork(30, 40);
        exec(40, "cc");
        fork(10, 50);
        exec(50, "cron");
    }
    uint64_t key(int64_t tid) { return state.image_key(*find(tid)); }
};

TEST_CASE("nothing happens to the key while nothing happens to the process or its ancestors") {
    Family world;
    const uint64_t key = world.key(40);
    CHECK(key != 0);
    world.happens("close", 40, {{"res", 0}, {"fd", 3}});
    world.happens("setpgid", 40, {{"res", 0}, {"pid", 0}, {"pgid", 0}});
    world.exec(50, "other");
    world.fork(50, 60);
    world.exec(60, "job");
    world.exit(60);
    world.fork(40, 70);
    world.exec(70, "as");
    world.exit(70);
    CHECK(world.key(40) == key);
}

TEST_CASE("the key changes with the process itself") {
    Family world;
    uint64_t key = world.key(40);
    const auto changed = [&] {
        const uint64_t before = std::exchange(key, world.key(40));
        return before != key;
    };
    world.exec(40, "cc1");
    CHECK(changed());
    world.happens("prctl", 40, {{"res", 0}, {"option", 15}, {"arg2_str", "x"}});
    CHECK(changed());
    world.happens("setuid", 40, {{"res", 0}, {"uid", 5}});
    CHECK(changed());
    world.happens("setsid", 40, {{"res", 40}});
    CHECK(changed());
    CHECK_FALSE(changed());
}

TEST_CASE("the key changes with every ancestor") {
    for (const int64_t ancestor : {10, 20, 30}) {
        CAPTURE(ancestor);
        Family world;
        uint64_t key = world.key(40);
        world.exec(ancestor, "new");
        CHECK(world.key(40) != key);
        key = world.key(40);
        world.happens("prctl", ancestor, {{"res", 0}, {"option", 15}, {"arg2_str", "x"}});
        CHECK(world.key(40) != key);
    }
}

TEST_CASE("the key changes when an ancestor is given another parent") {
    Family world;
    const uint64_t of_child = world.key(30);
    const uint64_t of_grandchild = world.key(40);
    world.exit(20);
    CHECK(world.key(30) != of_child);
    CHECK(world.key(40) != of_grandchild);
    CHECK(world.ancestry(40) == "cc < make < init");
}

TEST_CASE("a thread's key changes with its leader, but not the leader's with it") {
    Family world;
    world.thread(40, 41);
    const uint64_t of_thread = world.key(41);
    world.happens("setsid", 40, {{"res", 40}});
    CHECK(world.key(41) != of_thread);
    const uint64_t of_leader = world.key(40);
    world.happens("prctl", 41, {{"res", 0}, {"option", 15}, {"arg2_str", "x"}});
    CHECK(world.key(40) == of_leader);
}

TEST_CASE("a process in the place of one that is gone has another key") {
    Family world;
    const uint64_t key = world.key(50);
    world.find(50)->leaves.key = key;
    world.exit(50);
    world.fork(10, 50);
    CHECK(world.key(50) != key);
    CHECK(world.find(50)->leaves.key == 0);
}

}  // namespace
}  // namespace bewit::state::testing
