// The module's rings: samples come in order of time, over the end of a ring too, and give their room back.
#include "kmod/rings.h"

#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "engine/event/record.h"

using namespace bewit;

namespace {

constexpr uint32_t ring_bytes = 1024, stride = BEWIT_RING_HEAD + ring_bytes, cpus = 2;
constexpr uint64_t always = std::numeric_limits<uint64_t>::max();

// What the module does, in a few lines.
class Area {
public:
    kmod::Rings rings() { return {reinterpret_cast<std::byte*>(words_.data()), cpus, stride, ring_bytes}; }
    bewit_ring& head(uint32_t cpu) { return *reinterpret_cast<bewit_ring*>(ring(cpu)); }

    void put(uint32_t cpu, uint64_t time_ns, uint32_t size, uint32_t stated_size) {
        std::vector<std::byte> sample(size, std::byte{static_cast<unsigned char>(time_ns)});
        std::memcpy(sample.data(), &stated_size, sizeof stated_size);
        std::memcpy(sample.data() + sizeof(bewit_sample), &time_ns, sizeof time_ns);
        for (uint32_t i = 0; i < size; ++i)
            ring(cpu)[BEWIT_RING_HEAD + (head(cpu).produced + i) % ring_bytes] = sample[i];
        head(cpu).produced += (size + 7u) & ~7u;
    }
    void put(uint32_t cpu, uint64_t time_ns, uint32_t size = 120) { put(cpu, time_ns, size, size); }

private:
    std::byte* ring(uint32_t cpu) { return reinterpret_cast<std::byte*>(words_.data()) + size_t{cpu} * stride; }

    std::vector<uint64_t> words_ = std::vector<uint64_t>(size_t{stride} * cpus / sizeof(uint64_t));
};

uint64_t time_of(std::span<const std::byte> sample) {
    uint64_t time = 0;
    if (sample.size() >= sizeof(bewit_sample) + sizeof time)
        std::memcpy(&time, sample.data() + sizeof(bewit_sample), sizeof time);
    return time;
}

}  // namespace

TEST_CASE("samples of two CPUs come in order of time, and none that was begun too late") {
    Area area;
    kmod::Rings rings = area.rings();
    CHECK(rings.next(always).empty());
    area.put(0, 10);
    area.put(0, 30);
    area.put(1, 20);
    area.put(1, 40);
    CHECK(time_of(rings.next(40)) == 10);
    CHECK(time_of(rings.next(40)) == 20);
    CHECK(time_of(rings.next(40)) == 30);
    CHECK(rings.next(40).empty());
    CHECK(time_of(rings.next(always)) == 40);
    CHECK(rings.next(always).empty());
    CHECK(area.head(0).consumed == area.head(0).produced);
    CHECK(area.head(1).consumed == area.head(1).produced);
}

TEST_CASE("room is given back when the next sample is asked for, and a sample may run over the end") {
    Area area;
    kmod::Rings rings = area.rings();
    for (uint64_t time = 1; time <= 50; ++time) {
        area.put(1, time, 117);
        const uint64_t before = area.head(1).consumed;
        const auto sample = rings.next(always);
        REQUIRE(sample.size() == 117);
        CHECK(time_of(sample) == time);
        CHECK(sample.back() == std::byte{static_cast<unsigned char>(time)});
        CHECK(area.head(1).consumed == before);
        CHECK(rings.next(always).empty());
        CHECK(area.head(1).consumed == before + 120);
    }
}

TEST_CASE("a ring whose content makes no sense is emptied and counted") {
    Area area;
    kmod::Rings rings = area.rings();
    area.put(0, 1, 120, 4);
    area.put(1, 2);
    CHECK(time_of(rings.next(always)) == 2);
    CHECK(rings.damaged() == 1);
    area.put(0, 3, 120, 4000);
    CHECK(rings.next(always).empty());
    CHECK(rings.damaged() == 2);
    area.head(0).produced += 100'000;
    CHECK(rings.next(always).empty());
    CHECK(rings.damaged() == 3);
    area.put(0, 4);
    CHECK(time_of(rings.next(always)) == 4);
}
