// The automaton as the code in the workload reads it (tracer/runtime/open_x86_64.S): this header, then the arrays, all
// at a known address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/match/interest.h"
#include "tracer/runtime/open_layout.h"

namespace bewit::tracer {

struct TableHeader {
    uint64_t class_count = 0;
    uint64_t start = 0;
    uint64_t flag_count = 0;
    std::array<uint8_t, 8> flag_bits{};
    uint64_t next = 0;      // address of uint16_t[]
    uint64_t answers = 0;   // address of uint64_t[]: of absolute names
    uint64_t disabled = 0;  // not 0: every call asks
    uint64_t relative = 0;  // the same of relative names, from their directory on; 0: these ask
    std::array<uint8_t, 256> byte_class{};
};
static_assert(offsetof(TableHeader, class_count) == BEWIT_TABLE_CLASSES &&
              offsetof(TableHeader, start) == BEWIT_TABLE_START &&
              offsetof(TableHeader, flag_count) == BEWIT_TABLE_FLAG_COUNT &&
              offsetof(TableHeader, flag_bits) == BEWIT_TABLE_FLAG_BITS &&
              offsetof(TableHeader, next) == BEWIT_TABLE_NEXT &&
              offsetof(TableHeader, answers) == BEWIT_TABLE_ANSWERS &&
              offsetof(TableHeader, disabled) == BEWIT_TABLE_DISABLED &&
              offsetof(TableHeader, relative) == BEWIT_TABLE_RELATIVE &&
              offsetof(TableHeader, byte_class) == BEWIT_TABLE_BYTE_CLASS);

// To be placed at `address`. `test` must not be empty.
std::vector<std::byte> lay_out_table(const match::PathTest& test, uint64_t address, bool relative_names);

}  // namespace bewit::tracer
