#include "engine/event/syscalls.h"

#include <linux/audit.h>

#include "engine/event/syscall_table.h"

namespace bewit::event {
namespace {

const table::Index& index_of(Abi abi) {
    switch (abi) {
        case Abi::I386:
            return table::i386_index;
        case Abi::Aarch64:
            return table::aarch64_index;
        case Abi::X86_64:
            break;
    }
    return table::x86_64_index;
}

// nullptr when the number is no syscall.
const table::Entry* find_entry(Abi abi, uint32_t number) {
    const auto by_number = index_of(abi).by_number;
    if (number >= by_number.size() || by_number[number].position == UINT16_MAX) return nullptr;
    return &by_number[number];
}

}  // namespace

std::span<const Syscall> syscalls(Abi abi) { return index_of(abi).syscalls; }

std::string_view syscall_name(Abi abi, uint32_t number) {
    const table::Entry* entry = find_entry(abi, number);
    return entry == nullptr ? std::string_view{} : syscalls(abi)[entry->position].name;
}

std::optional<uint16_t> syscall_number(Abi abi, std::string_view name) {
    const auto all = syscalls(abi);
    const auto found = std::ranges::find(all, name, &Syscall::name);
    if (found == all.end()) return std::nullopt;
    return found->number;
}

std::array<uint32_t, 3> syscall_numbers(std::string_view name) {
    std::array<uint32_t, 3> numbers{};
    for (const Abi abi : {Abi::X86_64, Abi::I386, Abi::Aarch64}) {
        const std::optional<uint16_t> number = syscall_number(abi, name);
        numbers[static_cast<size_t>(abi)] = number ? *number : no_syscall;
    }
    return numbers;
}

std::optional<Kind> syscall_kind(Abi abi, uint32_t number) {
    const table::Entry* entry = find_entry(abi, number);
    if (entry == nullptr) return std::nullopt;
    return entry->kind;
}

uint32_t audit_arch(Abi abi) {
    switch (abi) {
        case Abi::I386:
            return AUDIT_ARCH_I386;
        case Abi::Aarch64:
            return AUDIT_ARCH_AARCH64;
        case Abi::X86_64:
            break;
    }
    return AUDIT_ARCH_X86_64;
}

std::string_view abi_name(Abi abi) {
    switch (abi) {
        case Abi::I386:
            return "i386";
        case Abi::Aarch64:
            return "aarch64";
        case Abi::X86_64:
            break;
    }
    return "x86_64";
}

}  // namespace bewit::event
