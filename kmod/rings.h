// The module's rings, read as one: samples of all CPUs in order of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kmod/interface.h"

namespace bewit::kmod {

class Rings {
public:
    Rings() = default;
    // `area` holds `count` rings, `stride` bytes apart, of `ring_bytes` of samples each; it must outlive this.
    Rings(std::byte* area, uint32_t count, uint32_t stride, uint32_t ring_bytes);

    // The oldest sample that was begun before `until_ns` (CLOCK_BOOTTIME); empty when there is none. Valid until the
    // next call, which also gives its room back. A ring whose content makes no sense is emptied, and counted.
    std::span<const std::byte> next(uint64_t until_ns);
    uint64_t damaged() const { return damaged_; }

private:
    struct Reader {
        bewit_ring* head = nullptr;
        const std::byte* data = nullptr;
        uint64_t position = 0;  // of what was given out already
        uint64_t time_ns = 0;   // of the sample there
        uint32_t size = 0;      // of the sample there; 0: none is known
    };

    void look(Reader& reader);
    void copy(const Reader& reader, uint64_t from, std::span<std::byte> to) const;

    std::vector<Reader> readers_;
    std::vector<std::byte> sample_;
    Reader* taken_ = nullptr;
    uint32_t ring_bytes_ = 0;
    uint64_t damaged_ = 0;
};

}  // namespace bewit::kmod
