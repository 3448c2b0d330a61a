// Every syscall number gets a verdict: a short piece of program that ends in a return on every path. Neighbours with
// one verdict become one interval, and the intervals of an ABI a tree of `jge`. Pieces are put together from the leaves
// up, so that every distance is known when a jump is written; a conditional jump reaches 255 instructions, beyond that
// it goes over a `ja`.
#include "tracer/seccomp_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "tracer/bpf_instructions.h"
#include "tracer/guard.h"
#include "tracer/multiplexer.h"
#include "tracer/process_calls.h"
#include "tracer/sealing_calls.h"

namespace bewit::tracer {
namespace {

using match::Clause;
using match::KindInterest;
using match::RegisterTest;

constexpr size_t conditional_reach = 255;
constexpr uint32_t clone_untraced = 0x00800000;  // CLONE_UNTRACED, clone(2): the first argument on every ABI here
constexpr uint32_t new_listener = 1u << 3;       // SECCOMP_FILTER_FLAG_NEW_LISTENER, seccomp(2): the second

constexpr uint32_t allow = SECCOMP_RET_ALLOW;
constexpr uint32_t no_such_call = SECCOMP_RET_ERRNO | ENOSYS;
constexpr uint32_t trace(TraceReason reason) { return SECCOMP_RET_TRACE | static_cast<uint32_t>(reason); }

bool same(const BpfProgram& a, const BpfProgram& b) {
    return std::ranges::equal(a, b, [](const sock_filter& x, const sock_filter& y) {
        return x.code == y.code && x.jt == y.jt && x.jf == y.jf && x.k == y.k;
    });
}

void append(BpfProgram& program, const BpfProgram& piece) { program.insert(program.end(), piece.begin(), piece.end()); }

// Where the half of the argument lies that is tested: these machines are little-endian.
constexpr size_t offset_of(const RegisterTest& test) {
    return offsetof(seccomp_data, args) + 8 * size_t{test.argument} + (test.high ? 4 : 0);
}

// A test that needs no AND and so leaves the accumulator as it was.
bool is_bit_test(const RegisterTest& test) {
    return test.value == 0 || (test.value == test.mask && (test.mask & (test.mask - 1)) == 0);
}

// One test; `to_next` is how far behind the test's last instruction the code for "does not hold" starts.
void append_test(BpfProgram& program, const RegisterTest& test, uint8_t to_next, bool& loaded) {
    if (!loaded) program.push_back(load(offset_of(test)));
    loaded = true;
    if (is_bit_test(test)) {
        const bool wants_bits = test.equal == (test.value != 0);
        program.push_back(jump(BPF_JSET, test.mask, wants_bits ? 0 : to_next, wants_bits ? to_next : 0));
        return;
    }
    if (test.mask != UINT32_MAX) {
        program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, test.mask));
        loaded = false;
    }
    program.push_back(jump(BPF_JEQ, test.value, test.equal ? 0 : to_next, test.equal ? to_next : 0));
}

// The clause's tests and `action` where all of them hold; falls out at its end where one does not.
BpfProgram clause_program(Clause clause, uint32_t action) {
    // A test that follows one on the same word needs no load of its own if that one left the accumulator alone.
    std::ranges::stable_sort(clause, {},
                             [](const RegisterTest& test) { return 2 * offset_of(test) + !is_bit_test(test); });
    BpfProgram program = {give(action)};
    // From the last test to the first: each one knows how much stands behind it.
    for (size_t i = clause.size(); i-- > 0;) {
        bool loaded = i > 0 && offset_of(clause[i - 1]) == offset_of(clause[i]) &&
                      (is_bit_test(clause[i - 1]) || clause[i - 1].mask == UINT32_MAX);
        BpfProgram test;
        append_test(test, clause[i], static_cast<uint8_t>(program.size()), loaded);
        append(test, program);
        program = std::move(test);
    }
    return program;
}

// A clause of more tests than a jump can pass over is taken to hold: more stops, nothing missed.
constexpr size_t longest_clause = conditional_reach / 3;

bool can_be_written(const std::vector<Clause>& clauses) {
    return std::ranges::all_of(clauses,
                               [](const Clause& clause) { return !clause.empty() && clause.size() <= longest_clause; });
}

// `action` where one of the clauses holds, else `otherwise`.
BpfProgram clauses_program(const std::vector<Clause>& clauses, uint32_t action, const BpfProgram& otherwise) {
    if (!can_be_written(clauses)) return {give(action)};
    BpfProgram program;
    for (const Clause& clause : clauses) append(program, clause_program(clause, action));
    append(program, otherwise);
    return program;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

// Calls whose success is a ptrace event.
bool seen_without_filter(std::string_view name) {
    return std::ranges::find(birth_calls, name) != birth_calls.end() ||
           std::ranges::find(exec_calls, name) != exec_calls.end();
}

class Compiler {
public:
    Compiler(const match::Interest& interest, const FilterOptions& options, event::Abi native)
        : interest_(interest), options_(options), native_(native), without_tests_(event::max_kinds, false) {}

    BpfProgram compile() {
        BpfProgram program = whole();
        while (program.size() > BPF_MAXINSNS && drop_longest_tests()) program = whole();
        return program;
    }

private:
    std::vector<event::Abi> abis() const {
        if (native_ == event::Abi::X86_64) return {native_, event::Abi::I386};
        return {native_};
    }

    BpfProgram whole() const {
        BpfProgram program = {load(offsetof(seccomp_data, arch))};
        for (const event::Abi abi : abis()) {
            const BpfProgram part = abi_program(abi);
            program.push_back(jump(BPF_JEQ, event::audit_arch(abi), 1, 0));
            program.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(part.size())));
            append(program, part);
        }
        program.push_back(give(trace(TraceReason::NotInTable)));
        return program;
    }

    struct Interval {
        uint32_t first;
        BpfProgram verdict;
    };

    BpfProgram abi_program(event::Abi abi) const {
        std::vector<Interval> intervals;
        const auto extend = [&](uint32_t first, BpfProgram verdict) {
            if (!intervals.empty() && same(intervals.back().verdict, verdict)) return;
            intervals.push_back({first, std::move(verdict)});
        };
        uint32_t next = 0;
        for (const event::Syscall& call : event::syscalls(abi)) {
            // A hole in the table is a call that the kernel does not have either.
            if (call.number > next) extend(next, {give(allow)});
            extend(call.number, verdict(abi, call));
            next = call.number + 1u;
        }
        extend(next, {give(trace(TraceReason::NotInTable))});

        BpfProgram program = {load(offsetof(seccomp_data, nr))};
        append(program, tree(intervals));
        return program;
    }

    static BpfProgram tree(std::span<const Interval> intervals) {
        if (intervals.size() == 1) return intervals.front().verdict;
        const size_t middle = intervals.size() / 2;
        const BpfProgram left = tree(intervals.first(middle));
        const BpfProgram right = tree(intervals.subspan(middle));
        BpfProgram program;
        if (left.size() <= conditional_reach) {
            program = {jump(BPF_JGE, intervals[middle].first, static_cast<uint8_t>(left.size()), 0)};
        } else {
            program = {jump(BPF_JGE, intervals[middle].first, 0, 1),
                       statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(left.size()))};
        }
        append(program, left);
        append(program, right);
        return program;
    }

    BpfProgram verdict(event::Abi abi, const event::Syscall& call) const {
        if (call.name == "clone3") return {give(no_such_call)};
        if (call.name == "memfd_secret") return {give(trace(TraceReason::AskedByTracer))};
        if (call.name == "io_uring_setup" && options_.deny_io_uring) return {give(no_such_call)};
        if (call.name == "clone")
            return with_duties({{{.argument = 0, .mask = clone_untraced, .value = clone_untraced}}}, abi, call);
        if (call.name == "seccomp") return with_duties(seccomp_duties(), abi, call);
        if (call.name == "ptrace") return with_duties(tracing_duties(), abi, call);
        if (call.name == "openat2" && options_.trusted_address != 0 && abi == native_)
            return trusted(interest_verdict(abi, call));
        if (options_.watch_affinity && is_one_of(call.name, {"sched_getaffinity", "sched_setaffinity"}))
            return {give(trace(TraceReason::AskedByTracer))};
        if (call.name == "prlimit64") return with_duties(limits_of_another(), abi, call);
        if (changes_view(call.name)) return {give(trace(TraceReason::AskedByTracer))};
        if (const auto duties = sealing_duties(call.name); !duties.empty()) return with_duties(duties, abi, call);
        return interest_verdict(abi, call);
    }

    std::vector<Clause> seccomp_duties() const {
        std::vector<Clause> duties = sealing_duties("seccomp");
        duties.push_back({{.argument = 1, .mask = new_listener, .value = new_listener}});
        return duties;
    }

    // None where there is no runtime.
    std::vector<Clause> sealing_duties(std::string_view name) const {
        std::vector<Clause> duties;
        if (options_.trusted_address == 0) return duties;
        for (const SealingCall& call : sealing_calls) {
            if (call.name == name && call.operation)
                duties.push_back({{.argument = 0, .mask = UINT32_MAX, .value = *call.operation}});
        }
        return duties;
    }

    // With another root or other mounts, names are to be looked up in another way (tracer/name_witness.h), runtime or
    // not.
    static bool changes_view(std::string_view name) {
        return std::ranges::any_of(sealing_calls,
                                   [&](const SealingCall& call) { return call.name == name && !call.operation; });
    }

    static std::vector<Clause> tracing_duties() {
        std::vector<Clause> duties;
        duties.reserve(std::size(tracing_requests));
        for (const uint32_t request : tracing_requests)
            duties.push_back({{.argument = 0, .mask = UINT32_MAX, .value = request}});
        return duties;
    }

    // Allowed from one address, else `otherwise`.
    BpfProgram trusted(const BpfProgram& otherwise) const {
        BpfProgram program{load(offsetof(seccomp_data, instruction_pointer)),
                           jump(BPF_JEQ, static_cast<uint32_t>(options_.trusted_address), 0, 3),
                           load(offsetof(seccomp_data, instruction_pointer) + 4),
                           jump(BPF_JEQ, static_cast<uint32_t>(options_.trusted_address >> 32), 0, 1), give(allow)};
        append(program, otherwise);
        return program;
    }

    // Another process is named, and new limits are given.
    static std::vector<Clause> limits_of_another() {
        const RegisterTest another{.argument = 0, .equal = false, .mask = UINT32_MAX, .value = 0};
        RegisterTest given{.argument = 2, .equal = false, .mask = UINT32_MAX, .value = 0};
        const Clause low{another, given};
        given.high = true;
        return {low, {another, given}};
    }

    // The tracer's own tests before the Interest's.
    BpfProgram with_duties(const std::vector<Clause>& duties, event::Abi abi, const event::Syscall& call) const {
        return clauses_program(duties, trace(TraceReason::AskedByTracer), interest_verdict(abi, call));
    }

    BpfProgram interest_verdict(event::Abi abi, const event::Syscall& call) const {
        BpfProgram stop = {give(trace(TraceReason::AskedByInterest))};
        const auto carried = carried_kinds(abi, call.number);
        const auto wanted = [&](event::Kind kind) { return interest_.of(kind).level != KindInterest::Level::Never; };
        if (std::ranges::any_of(carried, wanted)) return stop;

        const auto kind = event::syscall_kind(abi, call.number);
        if (!kind) return stop;
        const KindInterest& wish = interest_.of(*kind);
        if (seen_without_filter(call.name) && !wish.for_rules) return {give(allow)};
        switch (wish.level) {
            case KindInterest::Level::Never:
                return {give(allow)};
            case KindInterest::Level::Always:
                return stop;
            case KindInterest::Level::Tests:
                break;
        }
        if (without_tests_[event::index(*kind)]) return stop;
        return clauses_program(wish.clauses, trace(TraceReason::AskedByInterest), {give(allow)});
    }

    // False when there is none left to drop.
    bool drop_longest_tests() {
        size_t longest = 1;
        size_t kind = event::max_kinds;
        for (size_t i = 0; i < event::max_kinds; ++i) {
            const KindInterest& wish = interest_.kinds[i];
            if (wish.level != KindInterest::Level::Tests || without_tests_[i]) continue;
            const size_t size =
                clauses_program(wish.clauses, trace(TraceReason::AskedByInterest), {give(allow)}).size();
            if (size <= longest) continue;
            longest = size;
            kind = i;
        }
        if (kind == event::max_kinds) return false;
        without_tests_[kind] = true;
        return true;
    }

    const match::Interest& interest_;
    const FilterOptions& options_;
    event::Abi native_;
    std::vector<bool> without_tests_;  // by event::Kind
};

}  // namespace

BpfProgram compile_filter(const match::Interest& interest, const FilterOptions& options, event::Abi native) {
    return Compiler(interest, options, native).compile();
}

BpfProgram compile_filter(const match::Interest& interest, const FilterOptions& options) {
    return compile_filter(interest, options, event::native_abi());
}

}  // namespace bewit::tracer
