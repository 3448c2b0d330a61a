#include "tracer/bpf_program.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <random>

using namespace bewit::tracer;

namespace {

constexpr sock_filter statement(int code, uint32_t k) { return {static_cast<uint16_t>(code), 0, 0, k}; }
constexpr sock_filter jump(int code, uint32_t k, uint8_t jt, uint8_t jf) {
    return {static_cast<uint16_t>(code), jt, jf, k};
}
constexpr sock_filter done = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
constexpr sock_filter answer_a = statement(BPF_RET | BPF_A, 0);

seccomp_data call(int number, uint64_t first = 0) {
    seccomp_data data{};
    data.nr = number;
    data.arch = AUDIT_ARCH_X86_64;
    data.args[0] = first;
    return data;
}

// What the arithmetic on A (and X) comes to.
uint32_t compute(std::initializer_list<sock_filter> instructions) {
    BpfProgram program(instructions);
    program.push_back(answer_a);
    REQUIRE(verify(program) == "");
    return evaluate(program, call(0));
}

// Whether the kernel takes the program, asked in a child that then ends.
bool kernel_accepts(const BpfProgram& program) {
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const sock_fprog filter = {static_cast<uint16_t>(program.size()), const_cast<sock_filter*>(program.data())};
        const bool accepted = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
        _exit(accepted ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    // A program that kills even exit_group(2) was accepted.
    return WIFSIGNALED(status) || WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("every arithmetic instruction gives what the kernel's would") {
    CHECK(compute({statement(BPF_LD | BPF_IMM, 7), statement(BPF_ALU | BPF_ADD | BPF_K, 5)}) == 12);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 7), statement(BPF_ALU | BPF_SUB | BPF_K, 8)}) == 0xffffffff);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 7), statement(BPF_ALU | BPF_MUL | BPF_K, 6)}) == 42);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 43), statement(BPF_ALU | BPF_DIV | BPF_K, 6)}) == 7);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 0xf0), statement(BPF_ALU | BPF_AND | BPF_K, 0x3c)}) == 0x30);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 0xf0), statement(BPF_ALU | BPF_OR | BPF_K, 0x0c)}) == 0xfc);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 0xf0), statement(BPF_ALU | BPF_XOR | BPF_K, 0x3c)}) == 0xcc);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 1), statement(BPF_ALU | BPF_LSH | BPF_K, 31)}) == 0x80000000);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 0x80000000), statement(BPF_ALU | BPF_RSH | BPF_K, 31)}) == 1);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 1), statement(BPF_ALU | BPF_NEG, 0)}) == 0xffffffff);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 5), statement(BPF_LDX | BPF_IMM, 3),
                   statement(BPF_ALU | BPF_SUB | BPF_X, 0)}) == 2);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 5), statement(BPF_MISC | BPF_TAX, 0), statement(BPF_LD | BPF_IMM, 1),
                   statement(BPF_MISC | BPF_TXA, 0)}) == 5);
    CHECK(compute({statement(BPF_LD | BPF_IMM, 9), statement(BPF_ST, 15), statement(BPF_LDX | BPF_MEM, 15),
                   statement(BPF_STX, 0), statement(BPF_LD | BPF_MEM, 0)}) == 9);
    CHECK(compute({statement(BPF_LD | BPF_W | BPF_LEN, 0)}) == sizeof(seccomp_data));
}

TEST_CASE("a division by an X of zero ends the program with SECCOMP_RET_KILL_THREAD") {
    CHECK(compute({statement(BPF_LD | BPF_IMM, 9), statement(BPF_LDX | BPF_IMM, 0),
                   statement(BPF_ALU | BPF_DIV | BPF_X, 0), statement(BPF_LD | BPF_IMM, 1)}) ==
          SECCOMP_RET_KILL_THREAD);
}

TEST_CASE("loads see the halves of seccomp_data") {
    const seccomp_data data = {
        3, AUDIT_ARCH_I386, 0x1111222233334444, {0x5555666677778888, 0, 0, 0, 0, 0xaaaa0000bbbb}};
    const auto word = [&](uint32_t offset) {
        return evaluate(BpfProgram{statement(BPF_LD | BPF_W | BPF_ABS, offset), answer_a}, data);
    };
    CHECK(word(0) == 3);
    CHECK(word(4) == AUDIT_ARCH_I386);
    CHECK(word(8) == 0x33334444);
    CHECK(word(12) == 0x11112222);
    CHECK(word(16) == 0x77778888);
    CHECK(word(56) == 0x0000bbbb);
    CHECK(word(60) == 0x0000aaaa);
}

TEST_CASE("conditional jumps take the branch that the comparison says") {
    const auto taken = [](int operation, uint32_t a, uint32_t k) {
        const BpfProgram program = {statement(BPF_LD | BPF_IMM, a), jump(BPF_JMP | operation | BPF_K, k, 1, 0),
                                    statement(BPF_RET | BPF_K, 0), statement(BPF_RET | BPF_K, 1)};
        return evaluate(program, call(0)) == 1;
    };
    CHECK(taken(BPF_JEQ, 5, 5));
    CHECK_FALSE(taken(BPF_JEQ, 5, 6));
    CHECK(taken(BPF_JGE, 5, 5));
    CHECK_FALSE(taken(BPF_JGT, 5, 5));
    CHECK(taken(BPF_JGT, 0x80000000, 1));  // unsigned
    CHECK(taken(BPF_JSET, 6, 2));
    CHECK_FALSE(taken(BPF_JSET, 6, 1));
}

TEST_CASE("the number of instructions that ran is counted") {
    const BpfProgram program = {statement(BPF_LD | BPF_W | BPF_ABS, 0),
                                jump(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0),
                                done,
                                statement(BPF_JMP | BPF_JA, 1),
                                done,
                                done};
    size_t steps = 0;
    evaluate(program, call(0), steps);
    CHECK(steps == 3);
    evaluate(program, call(1), steps);
    CHECK(steps == 4);
}

TEST_CASE("the checker names what the kernel would refuse, and the kernel refuses it") {
    const auto refused = [](std::initializer_list<sock_filter> instructions, const char* why) {
        const BpfProgram program(instructions);
        CHECK(verify(program).find(why) != std::string::npos);
        CHECK_FALSE(kernel_accepts(program));
    };
    refused({}, "empty");
    refused({statement(BPF_LD | BPF_B | BPF_ABS, 0), done}, "opcode");
    refused({statement(BPF_ALU | BPF_MOD | BPF_K, 2), done}, "opcode");
    refused({statement(BPF_LD | BPF_W | BPF_ABS, 64), done}, "beyond");
    refused({statement(BPF_LD | BPF_W | BPF_ABS, 2), done}, "aligned");
    refused({statement(BPF_ALU | BPF_DIV | BPF_K, 0), done}, "zero");
    refused({statement(BPF_ALU | BPF_LSH | BPF_K, 32), done}, "shift");
    refused({statement(BPF_ST, 16), done}, "scratch");
    refused({statement(BPF_LD | BPF_MEM, 3), done}, "not stored");
    refused({statement(BPF_JMP | BPF_JA, 1), done}, "jump");
    refused({jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), done}, "jump");
    refused({jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), done}, "jump");
    refused({done, statement(BPF_LD | BPF_IMM, 0)}, "return");
    BpfProgram longest(BPF_MAXINSNS, done);
    CHECK(verify(longest) == "");
    longest.push_back(done);
    CHECK(verify(longest).find("4096") != std::string::npos);
}

TEST_CASE("a scratch word must be stored on every path that leads to its load") {
    const BpfProgram one_path = {jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), statement(BPF_ST, 1),
                                 statement(BPF_LD | BPF_MEM, 1), done};
    CHECK(verify(one_path) != "");
    CHECK_FALSE(kernel_accepts(one_path));
    const BpfProgram both_paths = {statement(BPF_ST, 1), jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
                                   statement(BPF_LD | BPF_IMM, 4), statement(BPF_LD | BPF_MEM, 1), done};
    CHECK(verify(both_paths) == "");
    CHECK(kernel_accepts(both_paths));
}

TEST_CASE("on random instructions the checker says what the kernel says") {
    std::mt19937 random(20261123);
    const auto pick = [&](uint32_t below) { return static_cast<uint32_t>(random() % below); };
    int good = 0;
    for (int round = 0; round < 300; ++round) {
        BpfProgram program;
        const size_t size = 1 + pick(4);
        for (size_t i = 0; i < size; ++i) {
            program.push_back({static_cast<uint16_t>(pick(0xb8)), static_cast<uint8_t>(pick(3)),
                               static_cast<uint8_t>(pick(3)), pick(3) == 0 ? 4 * pick(20) : pick(40)});
        }
        program.push_back(done);
        INFO("program:\n", listing(program));
        const bool accepted = kernel_accepts(program);
        CHECK((verify(program) == "") == accepted);
        good += accepted;
    }
    CHECK(good > 5);
}

TEST_CASE("a listing has a line for every instruction, with its targets") {
    const BpfProgram program = {statement(BPF_LD | BPF_W | BPF_ABS, 0), jump(BPF_JMP | BPF_JEQ | BPF_K, 59, 2, 0),
                                statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 8),
                                statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                statement(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 7)};
    CHECK(listing(program) ==
          "   0  ld [nr]\n"
          "   1  jeq 0x3b ? 4 : 2\n"
          "   2  ld [arg1.low]\n"
          "   3  ret ALLOW\n"
          "   4  ret TRACE(7)\n");
}
