// The syscalls of each ABI: numbers, names, and the kind of event that each one makes.
//
// One table file per ABI (syscalls_x86_64.cc, syscalls_i386.cc, syscalls_aarch64.cc), read off the kernel's own unistd
// tables; nothing else in the project knows a syscall's number of a foreign ABI.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event/catalogue.h"

namespace bewit::event {

// An ABI, told apart by seccomp_data.arch (seccomp(2)): AUDIT_ARCH_X86_64, _I386, _AARCH64.
enum class Abi : uint8_t { X86_64, I386, Aarch64 };

struct Syscall {
    uint16_t number;
    std::string_view name;  // the kernel's name: "pread64", "newfstatat"
};

// By rising number.
std::span<const Syscall> syscalls(Abi abi);
// Empty when the number is unknown.
std::string_view syscall_name(Abi abi, uint32_t number);
std::optional<uint16_t> syscall_number(Abi abi, std::string_view name);
// Its number in each ABI, by Abi; no_syscall where it has none. Found by name: to be kept, not to be asked again and
// again.
constexpr uint32_t no_syscall = UINT32_MAX;
std::array<uint32_t, 3> syscall_numbers(std::string_view name);
// The event that the syscall makes: `pread64` makes `pread`, `getrandom` a generic event of its own name. nullopt when
// the number is unknown; a number that is known, but whose name the catalogue lacks, makes the kind `unknown`.
std::optional<Kind> syscall_kind(Abi abi, uint32_t number);

// The ABI of programs built like this one.
Abi native_abi();
// AUDIT_ARCH_* of <linux/audit.h>.
uint32_t audit_arch(Abi abi);
std::string_view abi_name(Abi abi);

}  // namespace bewit::event
