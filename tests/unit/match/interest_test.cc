// What a source is asked to stop for, call by call.
#include <doctest/doctest.h>

#include <linux/fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#include "engine/event/witness.h"
#include "tests/unit/match/registers.h"
#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

using Level = KindInterest::Level;
using ClauseSet = std::vector<Clause>;

using Texts = std::vector<std::pair<std::string, std::string>>;

struct Derived {
    explicit Derived(const Texts& texts) : set(rule_set(texts)), rules(set, {}, diagnostics) {}

    const KindInterest& of(std::string_view kind) const { return rules.interest().of(*event::find_kind(kind)); }
    // Tells of the rule at that position which fields its output prints.
    void print(size_t rule, const std::vector<std::string>& names) {
        std::vector<field::Field> fields;
        std::vector<const field::Field*> pointers;
        for (const std::string& name : names) fields.push_back(*field::resolve(name));
        for (const field::Field& field : fields) pointers.push_back(&field);
        rules.set_output(rules.selected()[rule], pointers);
    }

    rule::RuleSet set;
    std::vector<rule::Diagnostic> diagnostics;
    Rules rules;
};

RegisterTest equal(uint8_t argument, uint32_t mask, uint32_t value) { return {argument, true, mask, value}; }
RegisterTest differs(uint8_t argument, uint32_t mask, uint32_t value) { return {argument, false, mask, value}; }
RegisterTest is(uint8_t argument, uint32_t value) { return equal(argument, UINT32_MAX, value); }

ClauseSet clauses(const std::string& kind, const std::string& condition) {
    const Derived derived(Texts{{"r", "evt.type = " + kind + " and " + condition}});
    CHECK(derived.of(kind).level == Level::Tests);
    return derived.of(kind).clauses;
}

Level level(const std::string& kind, const std::string& condition) {
    return Derived(Texts{{"r", "evt.type = " + kind + " and " + condition}}).of(kind).level;
}

}  // namespace

TEST_CASE("opens are told apart by their access mode and flags") {
    CHECK(clauses("open", "evt.is_open_write = true") == ClauseSet{{differs(1, 3, 0)}});
    CHECK(clauses("openat", "evt.is_open_write = true and fd.num >= 0") == ClauseSet{{differs(2, 3, 0)}});
    CHECK(clauses("openat", "evt.is_open_read=true") == ClauseSet{{differs(2, 3, 1)}});
    CHECK(clauses("open_by_handle_at", "evt.is_open_write = true") == ClauseSet{{differs(2, 3, 0)}});
    CHECK(level("openat2", "evt.is_open_write = true") == Level::Always);
    CHECK(level("creat", "evt.is_open_write = true") == Level::Never);
    CHECK(clauses("open", "evt.arg.flags contains O_TRUNC") == ClauseSet{{equal(1, O_TRUNC, O_TRUNC)}});
    CHECK(clauses("open", "evt.is_open_write = true and evt.arg.flags contains O_TRUNC") ==
          ClauseSet{{differs(1, 3, 0), equal(1, O_TRUNC, O_TRUNC)}});
    CHECK(clauses("openat", "not evt.arg.flags contains O_CREAT") == ClauseSet{{equal(2, O_CREAT, 0)}});
    CHECK(clauses("openat", "evt.is_open_exec = true") ==
          ClauseSet{{differs(2, O_CREAT | (O_TMPFILE & ~O_DIRECTORY), 0), differs(3, 0111, 0)}});
    CHECK(clauses("creat", "evt.is_open_exec = true") == ClauseSet{{differs(1, 0111, 0)}});
}

TEST_CASE("what reads and what writes together want every open") {
    const Derived derived(Texts{{"w", "evt.type = open and evt.is_open_write = true and fd.name = /x"},
                                {"r", "evt.type = open and evt.is_open_read = true and fd.name = /y"}});
    CHECK(derived.of("open").level == Level::Always);
    CHECK(derived.rules.explained_interest().of(*event::find_kind("open")).rules == std::vector<std::string>{"w", "r"});
}

TEST_CASE("enumerations are told apart by their number in the kernel") {
    CHECK(clauses("socket", "evt.arg.domain contains AF_PACKET") == ClauseSet{{is(0, AF_PACKET)}});
    CHECK(clauses("ptrace", "(evt.arg.request contains PTRACE_ATTACH or evt.arg.request = PTRACE_SEIZE)") ==
          ClauseSet{{is(0, PTRACE_ATTACH)}, {is(0, PTRACE_SEIZE)}});
    CHECK(clauses("ptrace", "evt.arg.request != PTRACE_ATTACH") == ClauseSet{{differs(0, UINT32_MAX, PTRACE_ATTACH)}});
    CHECK(clauses("bpf", "(evt.arg.cmd=5 or evt.arg.cmd=BPF_PROG_LOAD)") == ClauseSet{{is(0, 5)}});
    // An argument may be a process, whose name the state must know: 15 is PR_SET_NAME.
    CHECK(clauses("prctl", "evt.arg.option = PR_SET_SECCOMP") == ClauseSet{{is(0, 15)}, {is(0, 22)}});
    CHECK(clauses("kill", "evt.arg.sig in (SIGKILL, SIGSTOP)") == ClauseSet{{equal(1, 0xff, 9)}, {equal(1, 0xff, 19)}});
    CHECK(clauses("fcntl", "evt.arg.cmd = F_DUPFD_CLOEXEC") == ClauseSet{{is(1, 1030)}});
    CHECK(level("socket", "evt.arg.domain = nothing") == Level::Never);
}

TEST_CASE("modes and namespace flags are bits") {
    CHECK(clauses("chmod", "(evt.arg.mode contains S_ISUID or evt.arg.mode contains S_ISGID)") ==
          ClauseSet{{equal(1, 04000, 04000)}, {equal(1, 02000, 02000)}});
    CHECK(clauses("fchmodat", "evt.arg.mode contains S_ISUID") == ClauseSet{{equal(2, 04000, 04000)}});
    CHECK(clauses("unshare", "evt.arg.flags contains CLONE_NEWUSER") == ClauseSet{{equal(0, 0x10000000, 0x10000000)}});
    CHECK(clauses("mprotect", "evt.arg.prot contains PROT_EXEC") == ClauseSet{{equal(2, 4, 4)}});
}

TEST_CASE("a duplicated descriptor is told by the number that is asked for") {
    CHECK(clauses("dup2", "evt.rawres in (0, 1, 2)") == ClauseSet{{is(1, 0)}, {is(1, 1)}, {is(1, 2)}});
    CHECK(clauses("dup3", "evt.rawres = 1") == ClauseSet{{is(1, 1)}});
    CHECK(level("dup2", "evt.rawres = -9") == Level::Always);
    CHECK(level("dup", "evt.rawres in (0, 1, 2)") == Level::Always);
}

TEST_CASE("a socket's name changes only with an address, whose pointer is tested whole") {
    RegisterTest high = differs(4, UINT32_MAX, 0);
    high.high = true;
    CHECK(clauses("sendto", "fd.name_changed = true") == ClauseSet{{differs(4, UINT32_MAX, 0)}, {high}});
    CHECK(clauses("recvfrom", "fd.name_changed=true and fd.connected=false") ==
          ClauseSet{{differs(4, UINT32_MAX, 0)}, {high}});
    CHECK(level("sendmsg", "fd.name_changed = true") == Level::Always);
    CHECK(level("sendto", "fd.name_changed = false") == Level::Always);
}

TEST_CASE("what no rule asks for is never stopped for") {
    const Derived derived(
        Texts{{"r", "evt.type = open and proc.name = x"}, {"never", "evt.type = mount and evt.num = 0"}});
    CHECK(derived.of("open").level == Level::Always);
    for (const char* kind : {"read", "close", "mount", "connect", "clone", "fork", "vfork", "clone3"}) {
        CAPTURE(kind);
        CHECK(derived.of(kind).level == Level::Never);
    }
}

TEST_CASE("the state asks for what it must know of processes, and no more") {
    const Derived plain(Texts{{"r", "evt.type = open and fd.name = /x"}});
    CHECK(plain.of("execve").level == Level::Always);
    CHECK(plain.of("execve").for_state);
    CHECK_FALSE(plain.of("execve").for_rules);
    CHECK(plain.of("execveat").level == Level::Always);
    CHECK(plain.of("prctl").level == Level::Never);
    CHECK(plain.of("setuid").level == Level::Never);

    const Derived comm(Texts{{"r", "evt.type = open and proc.name = x"}});
    CHECK(comm.of("prctl").level == Level::Tests);
    CHECK(comm.of("prctl").clauses == ClauseSet{{is(0, 15)}});
    CHECK(comm.of("prctl").for_state);

    const Derived credentials(Texts{{"r", "evt.type = open and user.uid = 0"}});
    for (const char* kind : {"setuid", "setresgid", "capset", "setns"})
        CHECK(credentials.of(kind).level == Level::Always);
    CHECK(credentials.of("unshare").clauses == ClauseSet{{equal(0, 0x10000000, 0x10000000)}});
}

TEST_CASE("what the state asks for comes on top of what rules ask for") {
    const Derived derived(Texts{{"r", "evt.type = prctl and evt.arg.option = PR_SET_DUMPABLE and proc.name = x"}});
    CHECK(derived.of("prctl").clauses == ClauseSet{{is(0, 15)}, {is(0, 4)}});
    CHECK(derived.of("prctl").for_rules);
    CHECK(derived.of("prctl").for_state);
}

TEST_CASE("facts are those of conditions and of what outputs print") {
    Derived derived(Texts{{"r", "evt.type = open and proc.name = x"}, {"s", "evt.type = mkdir and fd.name = x"}});
    CHECK((derived.rules.interest().facts & event::CommFact) != 0);
    CHECK((derived.rules.interest().facts & event::CredentialFacts) == 0);
    CHECK(derived.of("setuid").level == Level::Never);
    derived.print(1, {"user.uid", "evt.type"});
    CHECK((derived.rules.interest().facts & event::CredentialFacts) != 0);
    CHECK(derived.of("setuid").level == Level::Always);
}

TEST_CASE("the entry is enough when nobody asks for anything later") {
    const std::string request = "evt.type = ptrace and evt.arg.request = PTRACE_ATTACH and proc.name != gdb";
    Derived derived(Texts{{"r", request}});
    CHECK_FALSE(derived.of("ptrace").entry_is_enough);  // until it is known what is printed
    derived.print(0, {"evt.type", "proc.cmdline", "user.name", "proc.tty", "evt.arg.request"});
    CHECK(derived.of("ptrace").entry_is_enough);
    derived.print(0, {"evt.res"});
    CHECK_FALSE(derived.of("ptrace").entry_is_enough);

    Derived result(Texts{{"r", request + " and evt.rawres >= 0"}});
    result.print(0, {"evt.type"});
    CHECK_FALSE(result.of("ptrace").entry_is_enough);

    Derived open(Texts{{"r", "evt.type = open and proc.name = x"}});
    open.print(0, {"evt.type"});
    CHECK_FALSE(open.of("open").entry_is_enough);

    Derived link(Texts{{"r", "evt.type = symlink and evt.arg.target = /etc/shadow"}});
    link.print(0, {"evt.arg.linkpath", "evt.arg.target"});
    CHECK(link.of("symlink").entry_is_enough);

    Derived two(Texts{{"r", request}, {"s", "evt.type = ptrace and evt.failed = true"}});
    two.print(0, {"evt.type"});
    two.print(1, {"evt.type"});
    CHECK_FALSE(two.of("ptrace").entry_is_enough);
}
