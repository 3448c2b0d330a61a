// The machine has an accumulator A, an index register X and 16 words of scratch memory. Jumps only go forward, so every
// program ends. Loads see nothing but seccomp_data, in the machine's own byte order (unlike socket filters, which see
// network order).
#include "tracer/bpf_program.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <string_view>

namespace bewit::tracer {
namespace {

constexpr uint16_t class_of(uint16_t code) { return BPF_CLASS(code); }

uint32_t alu(uint16_t code, uint32_t a, uint32_t b) {
    switch (BPF_OP(code)) {
        case BPF_ADD:
            return a + b;
        case BPF_SUB:
            return a - b;
        case BPF_MUL:
            return a * b;
        case BPF_DIV:
            return a / b;
        case BPF_AND:
            return a & b;
        case BPF_OR:
            return a | b;
        case BPF_XOR:
            return a ^ b;
        case BPF_LSH:
            return a << (b & 31);
        case BPF_RSH:
            return a >> (b & 31);
        default:
            return 0 - a;  // BPF_NEG
    }
}

bool jump_taken(uint16_t code, uint32_t a, uint32_t b) {
    switch (BPF_OP(code)) {
        case BPF_JEQ:
            return a == b;
        case BPF_JGT:
            return a > b;
        case BPF_JGE:
            return a >= b;
        default:
            return (a & b) != 0;  // BPF_JSET
    }
}

uint32_t load_word(const seccomp_data& data, uint32_t offset) {
    uint32_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(&data) + offset, sizeof word);
    return word;
}

bool allowed_by_seccomp(uint16_t code) {
    // Opcodes are written as the kernel's documentation does, class, size and mode, though some of these are zero.
    switch (code) {
        case BPF_LD | BPF_W | BPF_ABS:
        case BPF_LD | BPF_W | BPF_LEN:
        case BPF_LDX | BPF_W | BPF_LEN:
        case BPF_RET | BPF_K:
        case BPF_RET | BPF_A:
        case BPF_ALU | BPF_ADD | BPF_K:  // NOLINT(misc-redundant-expression)
        case BPF_ALU | BPF_ADD | BPF_X:
        case BPF_ALU | BPF_SUB | BPF_K:
        case BPF_ALU | BPF_SUB | BPF_X:
        case BPF_ALU | BPF_MUL | BPF_K:
        case BPF_ALU | BPF_MUL | BPF_X:
        case BPF_ALU | BPF_DIV | BPF_K:
        case BPF_ALU | BPF_DIV | BPF_X:
        case BPF_ALU | BPF_AND | BPF_K:
        case BPF_ALU | BPF_AND | BPF_X:
        case BPF_ALU | BPF_OR | BPF_K:
        case BPF_ALU | BPF_OR | BPF_X:
        case BPF_ALU | BPF_XOR | BPF_K:
        case BPF_ALU | BPF_XOR | BPF_X:
        case BPF_ALU | BPF_LSH | BPF_K:
        case BPF_ALU | BPF_LSH | BPF_X:
        case BPF_ALU | BPF_RSH | BPF_K:
        case BPF_ALU | BPF_RSH | BPF_X:
        case BPF_ALU | BPF_NEG:
        case BPF_LD | BPF_IMM:
        case BPF_LDX | BPF_IMM:
        case BPF_MISC | BPF_TAX:
        case BPF_MISC | BPF_TXA:
        case BPF_LD | BPF_MEM:
        case BPF_LDX | BPF_MEM:
        case BPF_ST:
        case BPF_STX:
        case BPF_JMP | BPF_JA:
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JEQ | BPF_X:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_X:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_X:
        case BPF_JMP | BPF_JSET | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_X:
            return true;
        default:
            return false;
    }
}

// Why the instruction at `position` is not allowed where it stands; empty when it is.
std::string_view fault_of(std::span<const sock_filter> program, size_t position) {
    const sock_filter& instruction = program[position];
    const size_t following = program.size() - position - 1;
    if (!allowed_by_seccomp(instruction.code)) return "an opcode that seccomp does not allow";
    switch (instruction.code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (instruction.k >= sizeof(seccomp_data)) return "a load beyond seccomp_data";
            if (instruction.k % 4 != 0) return "a load that is not aligned";
            return {};
        case BPF_ALU | BPF_DIV | BPF_K:
            return instruction.k == 0 ? "a division by zero" : "";
        case BPF_ALU | BPF_LSH | BPF_K:
        case BPF_ALU | BPF_RSH | BPF_K:
            return instruction.k >= 32 ? "a shift by 32 or more" : "";
        case BPF_LD | BPF_MEM:
        case BPF_LDX | BPF_MEM:
        case BPF_ST:
        case BPF_STX:
            return instruction.k >= BPF_MEMWORDS ? "a scratch word that does not exist" : "";
        case BPF_JMP | BPF_JA:
            return instruction.k >= following ? "a jump out of the program" : "";
        default:
            break;
    }
    if (class_of(instruction.code) != BPF_JMP) return {};
    return instruction.jt >= following || instruction.jf >= following ? "a jump out of the program" : "";
}

// The first load of a scratch word that some path has not stored: its position, or the program's size when there is
// none.
size_t first_unset_load(std::span<const sock_filter> program) {
    // Bits of the words that every path to an instruction has stored. Jumps only go forward: one pass is enough.
    std::vector<uint16_t> stored(program.size(), 0xffff);
    uint16_t now = 0;
    for (size_t i = 0; i < program.size(); ++i) {
        now &= stored[i];
        const sock_filter& instruction = program[i];
        const auto bit = static_cast<uint16_t>(1u << (instruction.k % BPF_MEMWORDS));
        switch (instruction.code) {
            case BPF_ST:
            case BPF_STX:
                now |= bit;
                break;
            case BPF_LD | BPF_MEM:
            case BPF_LDX | BPF_MEM:
                if ((now & bit) == 0) return i;
                break;
            case BPF_JMP | BPF_JA:
                stored[i + 1 + instruction.k] &= now;
                now = 0xffff;
                break;
            default:
                if (class_of(instruction.code) != BPF_JMP) break;
                stored[i + 1 + instruction.jt] &= now;
                stored[i + 1 + instruction.jf] &= now;
                now = 0xffff;
        }
    }
    return program.size();
}

std::string field_name(uint32_t offset) {
    constexpr uint32_t arguments = offsetof(seccomp_data, args);
    if (offset == offsetof(seccomp_data, nr)) return "nr";
    if (offset == offsetof(seccomp_data, arch)) return "arch";
    if (offset < arguments) return fmt::format("ip.{}", offset % 8 == 0 ? "low" : "high");
    // Byte order: a little-endian machine has the low half first, and bewit runs on no other.
    return fmt::format("arg{}.{}", (offset - arguments) / 8, offset % 8 == 0 ? "low" : "high");
}

std::string action_text(uint32_t action) {
    const uint32_t data = action & SECCOMP_RET_DATA;
    switch (action & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW:
            return "ALLOW";
        case SECCOMP_RET_TRACE:
            return fmt::format("TRACE({})", data);
        case SECCOMP_RET_ERRNO:
            return fmt::format("ERRNO({})", data);
        case SECCOMP_RET_TRAP:
            return fmt::format("TRAP({})", data);
        case SECCOMP_RET_LOG:
            return "LOG";
        case SECCOMP_RET_USER_NOTIF:
            return "USER_NOTIF";
        case SECCOMP_RET_KILL_THREAD:
            return "KILL_THREAD";
        case SECCOMP_RET_KILL_PROCESS:
            return "KILL_PROCESS";
        default:
            return fmt::format("{:#x}", action);
    }
}

std::string operand(const sock_filter& instruction) {
    return BPF_SRC(instruction.code) == BPF_X ? std::string("x") : fmt::format("{:#x}", instruction.k);
}

std::string load_text(const sock_filter& instruction, std::string_view mnemonic) {
    switch (BPF_MODE(instruction.code)) {
        case BPF_ABS:
            return fmt::format("{} [{}]", mnemonic, field_name(instruction.k));
        case BPF_LEN:
            return fmt::format("{} len", mnemonic);
        case BPF_MEM:
            return fmt::format("{} M[{}]", mnemonic, instruction.k);
        default:
            return fmt::format("{} {:#x}", mnemonic, instruction.k);
    }
}

std::string_view alu_name(uint16_t code) {
    switch (BPF_OP(code)) {
        case BPF_ADD:
            return "add";
        case BPF_SUB:
            return "sub";
        case BPF_MUL:
            return "mul";
        case BPF_DIV:
            return "div";
        case BPF_AND:
            return "and";
        case BPF_OR:
            return "or";
        case BPF_XOR:
            return "xor";
        case BPF_LSH:
            return "lsh";
        case BPF_RSH:
            return "rsh";
        default:
            return "?";
    }
}

std::string_view jump_name(uint16_t code) {
    switch (BPF_OP(code)) {
        case BPF_JEQ:
            return "jeq";
        case BPF_JGT:
            return "jgt";
        case BPF_JGE:
            return "jge";
        case BPF_JSET:
            return "jset";
        default:
            return "?";
    }
}

std::string jump_text(const sock_filter& instruction, size_t position) {
    const size_t next = position + 1;
    if (BPF_OP(instruction.code) == BPF_JA) return fmt::format("ja {}", next + instruction.k);
    return fmt::format("{} {} ? {} : {}", jump_name(instruction.code), operand(instruction), next + instruction.jt,
                       next + instruction.jf);
}

std::string instruction_text(const sock_filter& instruction, size_t position) {
    switch (class_of(instruction.code)) {
        case BPF_LD:
            return load_text(instruction, "ld");
        case BPF_LDX:
            return load_text(instruction, "ldx");
        case BPF_ST:
            return fmt::format("st M[{}]", instruction.k);
        case BPF_STX:
            return fmt::format("stx M[{}]", instruction.k);
        case BPF_ALU:
            if (BPF_OP(instruction.code) == BPF_NEG) return "neg";
            return fmt::format("{} {}", alu_name(instruction.code), operand(instruction));
        case BPF_JMP:
            return jump_text(instruction, position);
        case BPF_RET:
            return BPF_RVAL(instruction.code) == BPF_A ? "ret a" : "ret " + action_text(instruction.k);
        default:
            return BPF_MISCOP(instruction.code) == BPF_TAX ? "tax" : "txa";
    }
}

}  // namespace

uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& data, size_t& steps) {
    uint32_t a = 0;
    uint32_t x = 0;
    std::array<uint32_t, BPF_MEMWORDS> memory{};
    steps = 0;
    for (size_t pc = 0;; ++pc) {
        const sock_filter& instruction = program[pc];
        const uint32_t source = BPF_SRC(instruction.code) == BPF_X ? x : instruction.k;
        ++steps;
        switch (instruction.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                a = load_word(data, instruction.k);
                continue;
            case BPF_LD | BPF_W | BPF_LEN:
                a = sizeof(seccomp_data);
                continue;
            case BPF_LDX | BPF_W | BPF_LEN:
                x = sizeof(seccomp_data);
                continue;
            case BPF_LD | BPF_IMM:
                a = instruction.k;
                continue;
            case BPF_LDX | BPF_IMM:
                x = instruction.k;
                continue;
            case BPF_LD | BPF_MEM:
                a = memory[instruction.k];
                continue;
            case BPF_LDX | BPF_MEM:
                x = memory[instruction.k];
                continue;
            case BPF_ST:
                memory[instruction.k] = a;
                continue;
            case BPF_STX:
                memory[instruction.k] = x;
                continue;
            case BPF_MISC | BPF_TAX:
                x = a;
                continue;
            case BPF_MISC | BPF_TXA:
                a = x;
                continue;
            case BPF_RET | BPF_K:
                return instruction.k;
            case BPF_RET | BPF_A:
                return a;
            case BPF_JMP | BPF_JA:
                pc += instruction.k;
                continue;
            default:
                break;
        }
        if (class_of(instruction.code) == BPF_JMP) {
            pc += jump_taken(instruction.code, a, source) ? instruction.jt : instruction.jf;
            continue;
        }
        // The kernel's own translation ends a program that divides by an X of zero, with 0: SECCOMP_RET_KILL_THREAD.
        if (BPF_OP(instruction.code) == BPF_DIV && source == 0) return 0;
        a = alu(instruction.code, a, source);
    }
}

uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& data) {
    size_t steps = 0;
    return evaluate(program, data, steps);
}

std::string verify(std::span<const sock_filter> program) {
    if (program.empty()) return "the program is empty";
    if (program.size() > BPF_MAXINSNS)
        return fmt::format("{} instructions, {} are allowed", program.size(), BPF_MAXINSNS);
    for (size_t i = 0; i < program.size(); ++i) {
        if (const std::string_view fault = fault_of(program, i); !fault.empty()) {
            return fmt::format("instruction {}: {}", i, fault);
        }
    }
    const uint16_t last = program.back().code;
    if (last != (BPF_RET | BPF_K) && last != (BPF_RET | BPF_A)) return "the last instruction is not a return";
    if (const size_t position = first_unset_load(program); position != program.size()) {
        return fmt::format("instruction {}: a scratch word is read that was not stored", position);
    }
    return {};
}

std::string listing(std::span<const sock_filter> program) {
    std::string text;
    for (size_t i = 0; i < program.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "{:4}  {}\n", i, instruction_text(program[i], i));
    }
    return text;
}

}  // namespace bewit::tracer
