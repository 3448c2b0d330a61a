// What the name of a file can tell, with the flags, of an open that has not been made yet: whether any rule may match
// it, whatever the process, the time and the result. A finite automaton over the bytes of the name, so small and simple
// that it can be run where nothing else of the engine can.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bewit::match {

// The name that is tested is that of `fd.name`: absolute, from the root. A name that is not in its plain form (`//`,
// `.` and `..` as components, a slash at its end) or that has other bytes than printable ASCII is taken to interest a
// rule.
struct PathTest {
    // An empty table answers nothing.
    bool empty() const { return next.empty(); }

    // False when no rule can match an open(2), openat(2) of that name with these flags (the kernel's O_*). `relative`:
    // the call names the file from a directory, so that the name in the call is not this one.
    bool may_match(std::string_view name, uint32_t flags, bool relative) const;
    // Which of 64 classes the flags are of: bit i is bit flag_bits[i] of them.
    unsigned flag_class(uint32_t flags) const;

    static constexpr uint16_t ask = 0;  // the state that is never left and answers yes

    std::vector<uint8_t> flag_bits;  // at most 6
    std::array<uint8_t, 256> byte_class{};
    uint16_t class_count = 0;
    uint16_t start = ask;
    std::vector<uint16_t> next;  // by state * class_count + class
    // By state, where the name ends: a bit for each class of flags with which a rule may match.
    std::vector<uint64_t> absolute, relative;
};

}  // namespace bewit::match
