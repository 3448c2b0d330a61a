#include "tracer/seccomp_filter.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <memory>
#include <random>

#include "tracer/multiplexer.h"

using namespace bewit;
using namespace bewit::tracer;
using event::Abi;
using match::Clause;
using match::Interest;
using match::KindInterest;
using match::RegisterTest;
using Level = match::KindInterest::Level;

namespace {

constexpr uint32_t by_interest = SECCOMP_RET_TRACE | static_cast<uint32_t>(TraceReason::AskedByInterest);
constexpr uint32_t by_tracer = SECCOMP_RET_TRACE | static_cast<uint32_t>(TraceReason::AskedByTracer);
constexpr uint32_t not_in_table = SECCOMP_RET_TRACE | static_cast<uint32_t>(TraceReason::NotInTable);
constexpr uint32_t no_such_call = SECCOMP_RET_ERRNO | ENOSYS;

event::Kind kind(std::string_view name) {
    const auto found = event::find_kind(name);
    REQUIRE(found);
    return *found;
}

seccomp_data call(Abi abi, uint32_t number, std::initializer_list<uint64_t> arguments = {}) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = event::audit_arch(abi);
    std::ranges::copy(arguments, data.args);
    return data;
}

seccomp_data call(Abi abi, std::string_view name, std::initializer_list<uint64_t> arguments = {}) {
    const auto number = event::syscall_number(abi, name);
    REQUIRE(number);
    return call(abi, *number, arguments);
}

// The Interest read plainly.
bool holds(const RegisterTest& test, const seccomp_data& data) {
    const auto half = static_cast<uint32_t>(data.args[test.argument] >> (test.high ? 32 : 0));
    const bool equal = (half & test.mask) == test.value;
    return equal == test.equal;
}
bool wanted(const KindInterest& wish, const seccomp_data& data) {
    if (wish.level == Level::Always) return true;
    if (wish.level == Level::Never) return false;
    return std::ranges::any_of(wish.clauses, [&](const Clause& clause) {
        return std::ranges::all_of(clause, [&](const RegisterTest& test) { return holds(test, data); });
    });
}

bool is_birth_or_exec(std::string_view name) {
    return name == "clone" || name == "fork" || name == "vfork" || name == "execve" || name == "execveat";
}

uint32_t expected(const Interest& interest, Abi abi, const event::Syscall& syscall, const seccomp_data& data) {
    if (syscall.name == "clone3") return no_such_call;
    if (syscall.name == "memfd_secret") return by_tracer;
    if (syscall.name == "clone" && (data.args[0] & 0x800000) != 0) return by_tracer;
    if (syscall.name == "seccomp" && (data.args[1] & 8) != 0) return by_tracer;
    const auto request = static_cast<uint32_t>(data.args[0]);
    if (syscall.name == "ptrace" && (request == PTRACE_TRACEME || request == PTRACE_ATTACH || request == PTRACE_SEIZE))
        return by_tracer;
    if (syscall.name == "chroot" || syscall.name == "pivot_root" || syscall.name == "setns" ||
        syscall.name == "unshare")
        return by_tracer;
    if (syscall.name == "prlimit64" && (data.args[0] & UINT32_MAX) != 0 && data.args[2] != 0) return by_tracer;
    for (const event::Kind carried : carried_kinds(abi, syscall.number)) {
        if (interest.of(carried).level != Level::Never) return by_interest;
    }
    const KindInterest& wish = interest.of(event::syscall_kind(abi, syscall.number).value());
    if (is_birth_or_exec(syscall.name) && !wish.for_rules) return SECCOMP_RET_ALLOW;
    return wanted(wish, data) ? by_interest : uint32_t{SECCOMP_RET_ALLOW};
}

// A source of small random wishes; every value that a test compares with comes up often.
struct Dice {
    std::mt19937 engine{4711};
    uint32_t below(uint32_t limit) { return static_cast<uint32_t>(engine() % limit); }
    uint32_t word() {
        constexpr uint32_t masks[] = {UINT32_MAX, 3, 0x40, 0x241, 0x80000000, 0xff, 0};
        return masks[below(std::size(masks))];
    }
    RegisterTest test() {
        RegisterTest test{static_cast<uint8_t>(below(6)), below(2) == 0, word(), 0};
        test.value = below(4) == 0 ? word() : word() & test.mask;
        test.high = below(4) == 0;
        return test;
    }
    Clause clause() {
        Clause clause(below(4));
        std::ranges::generate(clause, [&] { return test(); });
        return clause;
    }
    KindInterest wish() {
        KindInterest wish{.level = static_cast<Level>(below(3)), .clauses = {}, .rules = {}};
        wish.for_rules = below(2) == 0;
        wish.clauses.resize(below(4));
        std::ranges::generate(wish.clauses, [&] { return clause(); });
        return wish;
    }
    uint64_t argument() { return (uint64_t{below(2)} << 32) | (uint64_t{below(2)} << 40) | (word() & engine()); }
};

std::unique_ptr<Interest> random_interest(Dice& dice, uint32_t share) {
    auto interest = std::make_unique<Interest>();
    for (KindInterest& wish : interest->kinds) {
        if (dice.below(share) == 0) wish = dice.wish();
    }
    return interest;
}

}  // namespace

TEST_CASE("the filter decides every call of every ABI as the Interest reads") {
    Dice dice;
    for (const Abi native : {Abi::X86_64, Abi::Aarch64}) {
        for (const uint32_t share : {20u, 3u}) {
            const auto interest = random_interest(dice, share);
            const BpfProgram program = compile_filter(*interest, {}, native);
            REQUIRE(verify(program) == "");
            for (const Abi abi : {Abi::X86_64, Abi::I386, Abi::Aarch64}) {
                if ((abi == Abi::Aarch64) != (native == Abi::Aarch64)) continue;
                for (const event::Syscall& syscall : event::syscalls(abi)) {
                    for (int round = 0; round < 25; ++round) {
                        const seccomp_data data = call(abi, syscall.number,
                                                       {dice.argument(), dice.argument(), dice.argument(),
                                                        dice.argument(), dice.argument(), dice.argument()});
                        const uint32_t answer = evaluate(program, data);
                        if (answer == expected(*interest, abi, syscall, data)) continue;
                        FAIL_CHECK(event::abi_name(abi), " ", syscall.name, ": ", answer, ", expected ",
                                   expected(*interest, abi, syscall, data));
                    }
                }
            }
        }
    }
}

TEST_CASE("an empty Interest lets every call pass but those that the tracer must see") {
    const auto interest = std::make_unique<Interest>();
    const BpfProgram program = compile_filter(*interest, {}, Abi::X86_64);
    CHECK(evaluate(program, call(Abi::X86_64, "openat")) == SECCOMP_RET_ALLOW);
    CHECK(evaluate(program, call(Abi::X86_64, "clone", {0x11})) == SECCOMP_RET_ALLOW);
    CHECK(evaluate(program, call(Abi::X86_64, "clone", {0x800011})) == by_tracer);
    CHECK(evaluate(program, call(Abi::I386, "clone", {0x800011})) == by_tracer);
    CHECK(evaluate(program, call(Abi::X86_64, "seccomp", {1, 0})) == SECCOMP_RET_ALLOW);
    CHECK(evaluate(program, call(Abi::X86_64, "seccomp", {1, 9})) == by_tracer);
    CHECK(evaluate(program, call(Abi::X86_64, "clone3")) == no_such_call);
    CHECK(evaluate(program, call(Abi::X86_64, "io_uring_setup")) == SECCOMP_RET_ALLOW);
}

TEST_CASE("io_uring_setup answers ENOSYS in every ABI when it is denied") {
    const auto interest = std::make_unique<Interest>();
    interest->of(kind("io_uring_setup")).level = Level::Always;
    const BpfProgram program = compile_filter(*interest, {.deny_io_uring = true}, Abi::X86_64);
    CHECK(evaluate(program, call(Abi::X86_64, "io_uring_setup")) == no_such_call);
    CHECK(evaluate(program, call(Abi::I386, "io_uring_setup")) == no_such_call);
    CHECK(evaluate(program, call(Abi::X86_64, "io_uring_enter")) == SECCOMP_RET_ALLOW);
}

TEST_CASE("x32 numbers, numbers above the table and foreign machines stop") {
    const auto interest = std::make_unique<Interest>();
    const BpfProgram program = compile_filter(*interest, {}, Abi::X86_64);
    for (const uint32_t number : {0x40000000u, 0x40000000u + 2, 0x40000000u + 520, 5000u, 0x7fffffffu, 0xffffffffu}) {
        CHECK(evaluate(program, call(Abi::X86_64, number)) == not_in_table);
    }
    const uint32_t last = event::syscalls(Abi::X86_64).back().number;
    CHECK(evaluate(program, call(Abi::X86_64, last)) == SECCOMP_RET_ALLOW);
    CHECK(evaluate(program, call(Abi::X86_64, last + 1)) == not_in_table);
    CHECK(evaluate(program, call(Abi::Aarch64, "openat")) == not_in_table);
    seccomp_data arm = call(Abi::X86_64, 5u);
    arm.arch = AUDIT_ARCH_ARM;
    CHECK(evaluate(compile_filter(*interest, {}, Abi::Aarch64), arm) == not_in_table);
}

TEST_CASE("socketcall and ipc stop when any call that they can carry is wanted") {
    const auto interest = std::make_unique<Interest>();
    const auto socketcall = [&] {
        return evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::I386, "socketcall"));
    };
    const auto ipc = [&] { return evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::I386, "ipc")); };
    CHECK(socketcall() == SECCOMP_RET_ALLOW);
    interest->of(kind("connect")) = {.level = Level::Tests, .clauses = {}, .rules = {}};
    CHECK(socketcall() == by_interest);
    CHECK(ipc() == SECCOMP_RET_ALLOW);
    interest->of(kind("shmget")).level = Level::Always;
    CHECK(ipc() == by_interest);
}

TEST_CASE("births and execs stop only where a rule asks for them") {
    const auto interest = std::make_unique<Interest>();
    KindInterest& exec = interest->of(kind("execve"));
    exec.level = Level::Always;
    exec.for_state = true;
    CHECK(evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::X86_64, "execve")) == SECCOMP_RET_ALLOW);
    exec.for_rules = true;
    CHECK(evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::X86_64, "execve")) == by_interest);
}

TEST_CASE("the filter stays small and shallow: a tree, not a list") {
    Dice dice;
    const auto interest = random_interest(dice, 8);
    const BpfProgram program = compile_filter(*interest, {}, Abi::X86_64);
    const auto calls = event::syscalls(Abi::X86_64);
    // arch, its jump, nr, two instructions a level, and the longest tests that the dice give.
    const size_t bound = 5 + 2 * std::bit_width(calls.size()) + 4 * (3 * 3 + 1);
    size_t deepest = 0;
    for (const event::Syscall& syscall : calls) {
        size_t steps = 0;
        evaluate(program, call(Abi::X86_64, syscall.number), steps);
        deepest = std::max(deepest, steps);
    }
    CHECK(deepest <= bound);
    CHECK(program.size() <= BPF_MAXINSNS);
}

TEST_CASE("tests that do not fit into 4096 instructions are left out, and then the call stops") {
    Dice dice;
    const auto interest = std::make_unique<Interest>();
    for (KindInterest& wish : interest->kinds) {
        wish.level = Level::Tests;
        wish.for_rules = true;
        wish.clauses.resize(3);
        for (Clause& clause : wish.clauses) clause = {dice.test(), dice.test(), dice.test()};
    }
    const BpfProgram program = compile_filter(*interest, {}, Abi::X86_64);
    CHECK(verify(program) == "");
    for (const event::Syscall& syscall : event::syscalls(Abi::X86_64)) {
        for (int round = 0; round < 10; ++round) {
            const seccomp_data data =
                call(Abi::X86_64, syscall.number, {dice.argument(), dice.argument(), dice.argument()});
            const uint32_t exact = expected(*interest, Abi::X86_64, syscall, data);
            const uint32_t answer = evaluate(program, data);
            if (answer != exact && answer != by_interest && answer != by_tracer)
                FAIL_CHECK(syscall.name, " is not seen");
        }
    }
}

TEST_CASE("a clause too long to jump over is taken to hold") {
    const auto interest = std::make_unique<Interest>();
    KindInterest& wish = interest->of(kind("openat"));
    wish.level = Level::Tests;
    wish.clauses = {Clause(120, RegisterTest{.argument = 2, .mask = 0xfe, .value = 0xfc})};
    const BpfProgram program = compile_filter(*interest, {}, Abi::X86_64);
    CHECK(verify(program) == "");
    CHECK(evaluate(program, call(Abi::X86_64, "openat")) == by_interest);
}

TEST_CASE("calls about the cores of a thread stop where the tracer steers them") {
    const auto interest = std::make_unique<Interest>();
    for (const std::string_view name : {"sched_getaffinity", "sched_setaffinity"}) {
        for (const Abi abi : {Abi::X86_64, Abi::I386}) {
            CHECK(evaluate(compile_filter(*interest, {.watch_affinity = true}, Abi::X86_64), call(abi, name)) ==
                  by_tracer);
            CHECK(evaluate(compile_filter(*interest, {}, Abi::X86_64), call(abi, name)) == SECCOMP_RET_ALLOW);
        }
    }
}

TEST_CASE("openat2 passes where the runtime makes it, and calls that install a program stop then") {
    const auto interest = std::make_unique<Interest>();
    interest->of(kind("openat2")).level = Level::Always;
    constexpr uint64_t address = 0x5812'3456'7abc;
    const BpfProgram program = compile_filter(*interest, {.trusted_address = address}, Abi::X86_64);
    CHECK(verify(program) == "");
    seccomp_data data = call(Abi::X86_64, "openat2");
    const auto from = [&](uint64_t pointer) {
        data.instruction_pointer = pointer;
        return evaluate(program, data);
    };
    CHECK(from(address) == SECCOMP_RET_ALLOW);
    CHECK(from(address + 1) == by_interest);
    CHECK(from(address - 2) == by_interest);
    CHECK(from(address & UINT32_MAX) == by_interest);
    CHECK(from(address + (uint64_t{1} << 32)) == by_interest);
    interest->of(kind("openat")).level = Level::Always;
    const BpfProgram both = compile_filter(*interest, {.trusted_address = address}, Abi::X86_64);
    seccomp_data other = call(Abi::X86_64, "openat");
    other.instruction_pointer = address;
    CHECK(evaluate(both, other) == by_interest);

    for (const Abi abi : {Abi::X86_64, Abi::I386}) {
        CHECK(evaluate(program, call(abi, "prctl", {22})) == by_tracer);
        CHECK(evaluate(program, call(abi, "prctl", {15})) == SECCOMP_RET_ALLOW);
        CHECK(evaluate(program, call(abi, "seccomp", {0})) == by_tracer);
        CHECK(evaluate(program, call(abi, "seccomp", {1})) == by_tracer);
        CHECK(evaluate(program, call(abi, "seccomp", {2})) == SECCOMP_RET_ALLOW);
        for (const char* name : {"chroot", "pivot_root", "setns"})
            CHECK(evaluate(program, call(abi, name, {7})) == by_tracer);
    }
    CHECK(evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::X86_64, "prctl", {22})) == SECCOMP_RET_ALLOW);
    for (const char* name : {"chroot", "pivot_root", "setns", "unshare"})
        CHECK(evaluate(compile_filter(*interest, {}, Abi::X86_64), call(Abi::X86_64, name)) == by_tracer);
}
