#include "tracer/runtime/remote_x86_64.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/unique_fd.h"

namespace bewit::tracer {
namespace {

bool write_file(Tid tid, uint64_t address, std::span<const std::byte> bytes) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/mem", number_of(tid));
    const UniqueFd memory(open(path, O_RDWR | O_CLOEXEC));
    return memory.get() >= 0 && pwrite(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(address)) ==
                                    static_cast<ssize_t>(bytes.size());
}

bool write_words(Tid tid, uint64_t address, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const uint64_t word_address = address & ~uint64_t{7};
        const size_t offset = address - word_address, length = std::min(bytes.size(), sizeof(long) - offset);
        long word = 0;
        if (length < sizeof word) {
            errno = 0;
            word = ptrace(PTRACE_PEEKDATA, number_of(tid), word_address, nullptr);
            if (errno != 0) return false;
        }
        std::memcpy(reinterpret_cast<std::byte*>(&word) + offset, bytes.data(), length);
        if (ptrace(PTRACE_POKEDATA, number_of(tid), word_address, word) != 0) return false;
        bytes = bytes.subspan(length);
        address += length;
    }
    return true;
}

}  // namespace

bool get_registers(Tid tid, user_regs_struct& out) {
    return ptrace(PTRACE_GETREGS, number_of(tid), nullptr, &out) == 0;
}
bool set_registers(Tid tid, const user_regs_struct& registers) {
    return ptrace(PTRACE_SETREGS, number_of(tid), nullptr, &registers) == 0;
}

bool replace_call(Tid tid, user_regs_struct registers, uint64_t number, std::initializer_list<uint64_t> arguments) {
    unsigned long long* const places[] = {&registers.rdi, &registers.rsi, &registers.rdx,
                                          &registers.r10, &registers.r8,  &registers.r9};
    size_t i = 0;
    for (const uint64_t argument : arguments) *places[i++] = argument;
    registers.orig_rax = number;
    return set_registers(tid, registers);
}

bool repeat_call(Tid tid, user_regs_struct registers) {
    registers.rip -= syscall_size;
    registers.rax = registers.orig_rax;
    registers.orig_rax = no_call;
    return set_registers(tid, registers);
}

bool write_code(Tid tid, uint64_t address, std::span<const std::byte> bytes) {
    constexpr size_t few_words = 64;
    return (bytes.size() > few_words && write_file(tid, address, bytes)) || write_words(tid, address, bytes);
}

}  // namespace bewit::tracer
