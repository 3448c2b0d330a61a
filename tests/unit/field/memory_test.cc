// Nothing is allocated for an event once the scratch has seen one of its kind.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/unit/field/machine.h"

namespace {
std::atomic<size_t> allocations{0};
}  // namespace

void* operator new(size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace bewit::field::test {
namespace {

TEST_CASE("after warm-up no field allocates") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    machine.open(0, file("/dev/null"));
    machine.process(40).fd_count = 2;
    machine.state.container().mounts = {{"/host/a", "/a", "rw", "rprivate", true}};
    std::vector<Field> fields;
    for (const Definition& definition : all_fields()) {
        const std::string name(definition.name);
        if (auto field = resolve(name)) fields.push_back(*field);
        if (auto field = resolve(name + "[1]")) fields.push_back(*field);
    }
    for (const event::ParamInfo& param : event::find_event("renameat2")->params) {
        fields.push_back(*resolve("evt.arg." + std::string(param.name)));
    }
    const auto count = [&] {
        size_t most = 0;
        for (const Field& field : fields) {
            const size_t before = allocations;
            Value value;
            machine.extract_value(field, false, value);
            machine.extract_value(field, true, value);
            most += allocations - before;
        }
        return most;
    };
    const auto events = [&] {
        size_t sum = 0;
        machine.after(
            "renameat2",
            {{"res", 0}, {"olddirfd", 3}, {"oldpath", "a"}, {"newdirfd", -100}, {"newpath", "b"}, {"flags", 1}});
        sum += count();
        machine.after("fchmod", {{"res", 0}, {"fd", 3}, {"mode", 0x800}});
        sum += count();
        return sum;
    };
    // What the context of the test itself allocates, once per look.
    events();
    events();
    CHECK(events() == 0);
}

TEST_CASE("what the scratch has handed out stays until it is cleared") {
    Scratch scratch;
    const std::string_view first = scratch.keep("first");
    std::string& text = scratch.text();
    text = "text";
    std::vector<std::string_view> kept;
    kept.reserve(5000);
    for (int i = 0; i < 5000; ++i) kept.push_back(scratch.keep(std::to_string(i)));
    CHECK(first == "first");
    CHECK(text == "text");
    CHECK(kept[0] == "0");
    CHECK(kept[4999] == "4999");
    const std::span<char> big = scratch.take(100'000);
    CHECK(big.size() == 100'000);
    const Value values[] = {Value::of_int(1), Value::of_text("x")};
    const auto copy = scratch.keep(values);
    CHECK(copy[1].text == "x");
    scratch.clear();
    CHECK(scratch.text().empty());
}

TEST_CASE("the scratch gives the same memory again after it was cleared") {
    Scratch scratch;
    scratch.take(100'000);
    scratch.keep("x");
    scratch.clear();
    const size_t before = allocations;
    scratch.take(100'000);
    scratch.keep("x");
    CHECK(allocations == before);
}

}  // namespace
}  // namespace bewit::field::test
