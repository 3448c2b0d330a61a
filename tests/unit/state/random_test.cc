// Records and a witness that contradict themselves and each other, as a capture that somebody made up may: whatever
// comes, threads and processes stay counted and linked. The numbers are few, so that they collide. The seed is fixed.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

constexpr int64_t most_tids = 12;

class Chaos {
public:
    explicit Chaos(uint32_t seed) : random_(seed) {}

    void step() {
        switch (pick(9)) {
            case 0:
            case 1:
                return world.child_record(tid(), tid(), {{"pid", tid()}, {"flags", flags()}});
            case 2:
                return world.parent_record(tid(), tid(), {{"flags", flags()}});
            case 3:
                return world.exec(tid(), "x", pick(2) == 0 ? Params{} : Params{{"ptid", pick(3) == 0 ? 0 : tid()}});
            case 4:
            case 5:
                return world.exit(tid(), tid());
            case 6:
                return world.happens("prctl", tid(), {{"res", 0}, {"option", 36}, {"arg2_int", pick(2)}});
            case 7: {
                auto& facts = world.witness.processes[Tid{tid()}].facts;
                facts.pid = Pid{tid()};
                facts.parent = Pid{tid()};
                return;
            }
            default:
                return world.happens("openat", tid(), {{"fd", 3}, {"dirfd", -100}, {"name", "x"}},
                                     [&] { look(Tid{tid()}); });
        }
    }

    // What a rule would do, and what must be true of what it sees.
    void look(Tid asked) {
        Process* thread = world.state.thread(asked);
        if (thread == nullptr) return;
        world.state.facts(*thread, event::CommFact | event::ImageFacts);
        world.state.descriptor(asked, Fd{3});
        REQUIRE(thread->tid == asked);
        REQUIRE(thread->leader->leader == thread->leader);
        REQUIRE(thread->facts.pid == thread->leader->facts.pid);
        REQUIRE(thread->leader->is_leader());
        unsigned n = 0;
        while (const Process* ancestor = world.state.ancestor(asked, n)) {
            REQUIRE(ancestor->is_leader());
            REQUIRE(++n <= most_tids);
        }
    }

    int64_t tid() { return 1 + pick(most_tids); }

    World world;

private:
    int64_t pick(int64_t below) { return std::uniform_int_distribution<int64_t>(0, below - 1)(random_); }
    int64_t flags() {
        int64_t flags = 0;
        for (const int64_t flag : {clone_thread, clone_parent, clone_vfork, clone_new_user, child_in_pid_namespace})
            if (pick(4) == 0) flags |= flag;
        return flags;
    }

    std::mt19937 random_;
};

TEST_CASE("whatever is told, threads and processes stay linked, and all can end") {
    for (uint32_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Chaos chaos(seed);
        for (int i = 0; i < 1000; ++i) chaos.step();
        CHECK(chaos.world.state.size() <= most_tids);
        chaos.world.witness.processes.clear();
        size_t children = 0;
        size_t with_parent = 0;
        for (int64_t tid = 1; tid <= most_tids; ++tid) {
            const Process* thread = chaos.world.find(tid);
            if (thread == nullptr) continue;
            children += thread->children;
            with_parent += thread->parent != nullptr;
        }
        CHECK(children == with_parent);
        // Twice: a leader stays until its threads have gone.
        for (int64_t tid = 1; tid <= most_tids; ++tid) chaos.world.exit(tid);
        CHECK(chaos.world.state.size() == 0);
    }
}

}  // namespace
}  // namespace bewit::state::testing
