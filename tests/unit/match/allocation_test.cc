// Memory is taken while rules are compiled and processes are first seen, and not while events are matched.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/unit/match/upstream.h"
#include "tests/unit/match/world.h"

namespace {

std::atomic<size_t> allocations{0};

}  // namespace

void* operator new(size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

using namespace bewit;
using namespace bewit::match;

namespace {

size_t allocations_of(const Rules& rules, World& world, const event::View& event) {
    size_t hits = 0;
    world.scratch.clear();
    world.state.apply(event);
    field::Context context = world.context(event);
    const size_t before = allocations;
    rules.match(context, [&](const CompiledRule&) { ++hits; });
    const size_t during = allocations - before;
    world.state.finish(event);
    return during;
}

void check_no_allocation(const rule::RuleSet& set) {
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(set, {.matching = RuleMatching::All}, diagnostics);
    World world;
    world.witness.descriptors[{100, 5}] = connection("10.1.2.3", 40000, "192.0.2.9", 443);
    const auto events = [&](auto&& each) {
        each(world.record("openat", {{"fd", 3}, {"dirfd", -100}, {"name", "/etc/shadow"}, {"flags", 3}, {"mode", 0}}));
        each(world.record("open", {{"fd", -2}, {"name", "../x\xff"}, {"flags", 0x107}, {"mode", 0644}}));
        each(world.record("connect", {{"res", 0}, {"fd", 5}}));
        each(world.record("execve", {{"res", 0}, {"exe", "cat"}, {"comm", "cat"}, {"pid", 100}, {"tid", 100}}));
        each(world.record("ptrace", {{"res", 0}, {"request", 11}, {"pid", 50}}));
        each(world.record("chmod", {{"res", 0}, {"filename", "/bin/x"}, {"mode", 04755}}));
        each(world.record("read", {{"res", 4}, {"data", "abcd"}, {"fd", 3}, {"size", 4}}));
    };
    for (int i = 0; i < 5; ++i) events([&](const event::View& event) { allocations_of(rules, world, event); });
    for (int i = 0; i < 5; ++i) {
        events([&](const event::View& event) {
            CAPTURE(event.name());
            CHECK(allocations_of(rules, world, event) == 0);
        });
    }
}

}  // namespace

TEST_CASE("the counter of allocations counts") {
    const size_t before = allocations;
    // By the functions' names: a compiler may leave out a new-expression whose object nobody uses.
    ::operator delete(::operator new(sizeof(int)));
    CHECK(allocations == before + 1);
}

TEST_CASE("matching allocates nothing once it is warm, whatever the operators") {
    check_no_allocation(
        rule_set({{"a", "proc.name in (a, b, c) or fd.name pmatch (/etc, /usr/*/x) or proc.cmdline icontains X"},
                  {"b", "fd.name glob '*shadow' or proc.aname startswith init or evt.arg.flags contains O_CREAT"},
                  {"c", "evt.arg.name regex '.*x.*' or fd.ip in (1.2.3.4) or fd.net = 10.0.0.0/8 or fd.port = 443"},
                  {"d", "toupper(proc.name) = NGINX or evt.buffer bcontains 6263 or proc.name = val(proc.pname)"},
                  {"e", "evt.args contains y or proc.env[HOME] = /root or user.name = root or container.id = host"}}));
}

TEST_CASE("matching the upstream rules allocates nothing once it is warm") {
    for (const char* file : {"falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"}) {
        if (const auto set = upstream(file)) check_no_allocation(*set);
    }
}
