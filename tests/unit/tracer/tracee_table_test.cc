#include "tracer/tracee_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace bewit;
using namespace bewit::tracer;

TEST_CASE("a table finds what was inserted, as long as it was not erased") {
    TraceeTable table;
    std::map<int64_t, Tracee*> expected;
    std::mt19937 random(7);
    for (int step = 0; step < 20000; ++step) {
        const int64_t number = random() % 3000 + 1;
        const auto known = expected.find(number);
        REQUIRE(table.find(Tid{number}) == (known == expected.end() ? nullptr : known->second));
        if (known == expected.end()) {
            expected[number] = &table.insert(Tid{number}, Pid{number});
        } else {
            table.erase(*known->second);
            expected.erase(known);
        }
        REQUIRE(table.size() == expected.size());
    }
    for (const auto& [number, tracee] : expected) {
        CHECK(table.find(Tid{number}) == tracee);
        CHECK(tracee->tid == Tid{number});
    }
    std::set<int64_t> visited;
    table.for_each([&](const Tracee& tracee) { visited.insert(raw(tracee.tid)); });
    CHECK(visited.size() == expected.size());
}

TEST_CASE("an entry that is used again is as new, and its serial tells it from the one before") {
    TraceeTable table;
    Tracee& first = table.insert(Tid{5}, Pid{5});
    const uint64_t serial = first.serial;
    first.to_exit = true;
    first.others = 3;
    first.stage = Tracee::Stage::Parked;
    table.erase(first);
    const Tracee& second = table.insert(Tid{5}, Pid{4});
    CHECK_FALSE(second.to_exit);
    CHECK(second.others == 0);
    CHECK(second.stage == Tracee::Stage::Watched);
    CHECK(second.serial != serial);
    CHECK_FALSE(second.is_leader());
}

TEST_CASE("entries stay where they are while the table grows") {
    TraceeTable table;
    Tracee& first = table.insert(Tid{1}, Pid{1});
    for (int64_t number = 2; number < 5000; ++number) table.insert(Tid{number}, Pid{1});
    CHECK(table.find(Tid{1}) == &first);
    CHECK(first.is_leader());
}
