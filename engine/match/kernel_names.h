// How register arguments become the texts that `evt.arg.*` has: the kernel's numbers by the names of the catalogue's
// tables, whose own numbers are Falco's. Facts of the kernel's headers, for the calls whose arguments rules name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event/catalogue.h"

namespace bewit::match {

// A name in the text of a flag set, and what the argument satisfies whenever it is there: (argument & mask) == value,
// or !=.
struct FlagName {
    std::string_view name;
    uint32_t mask;
    uint32_t value = 0;
    bool equal = false;
    bool exact = true;  // the name is there whenever the argument satisfies it
};

struct EnumerationName {
    std::string_view name;
    uint32_t value;
};

// In the order in which its table is written; there is one table.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct ArgumentText {
    std::string_view kind;
    std::string_view parameter;
    uint8_t argument;  // register, in the order of the syscall's prototype
    bool is_flags;
    std::span<const FlagName> flags = {};
    // Of an enumeration. Empty: the kernel's numbers are the catalogue's, and numbers that have no name show as
    // numbers.
    std::span<const EnumerationName> values = {};
    std::string_view other_values = {};  // the name that numbers without one of their own may show as
    uint32_t mask = UINT32_MAX;          // the bits of the register that the record keeps
};

// nullptr when the parameter is not such a one.
const ArgumentText* argument_text(event::Kind kind, std::string_view parameter);

// Where an open call has its flags and its mode.
struct OpenArguments {
    std::string_view kind;
    std::optional<uint8_t> flags;
    std::optional<uint8_t> mode;
};
const OpenArguments* open_arguments(event::Kind kind);

// open(2)
inline constexpr uint32_t access_mode_mask = 3;
extern const uint32_t create_flag;      // O_CREAT
extern const uint32_t temporary_flag;   // O_TMPFILE without the O_DIRECTORY in it
extern const uint32_t whole_temporary;  // O_TMPFILE
inline constexpr uint32_t execute_bits = 0111;

}  // namespace bewit::match
