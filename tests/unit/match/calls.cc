#include "tests/unit/match/calls.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#include <algorithm>

namespace bewit::match {
namespace {

int64_t open_flags(uint64_t flags) {
    constexpr int64_t access[] = {1, 2, 3, 1};
    int64_t result = access[flags & O_ACCMODE];
    const auto add = [&](uint64_t kernel, int64_t bit) { result |= (flags & kernel) != 0 ? bit : 0; };
    add(O_CREAT, 4);
    add(O_APPEND, 8);
    add(O_DSYNC, 0x10);
    add(O_EXCL, 0x20);
    add(O_NONBLOCK, 0x40);
    add(O_SYNC & ~O_DSYNC, 0x80);
    add(O_TRUNC, 0x100);
    add(O_DIRECT, 0x200);
    add(O_DIRECTORY, 0x400);
    add(O_CLOEXEC, 0x1000);
    add(O_TMPFILE & ~O_DIRECTORY, 0x2000);
    return result;
}

int64_t open_mode(uint64_t flags, uint64_t mode) {
    const bool creates = (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) != 0;
    return creates ? static_cast<int64_t>(mode & 07777) : 0;
}

int64_t mode(uint64_t value) { return static_cast<int64_t>(value & 07777); }

int64_t low_half(uint64_t value) { return static_cast<int64_t>(value & UINT32_MAX); }

// By what the records call them, from 1 upwards; 0 stands for every other.
int64_t ptrace_request(uint64_t request) {
    static const std::vector<uint64_t> requests = {
        0,      1,      2,      3,      4,      5,      6,      7,      8,      9,      16,     17,     24,
        0x4200, 0x4201, 0x4202, 0x4203, 0x4204, 0x4205, 0x4206, 0x4207, 0x4208, 0x4209, 0x420a, 0x420b, 12,
        13,     14,     15,     18,     19,     21,     25,     26,     30,     31,     32,     33};
    const auto found = std::find(requests.begin(), requests.end(), request & UINT32_MAX);
    return found == requests.end() ? 0 : found - requests.begin() + 1;
}

int64_t clone_flags(uint64_t flags) {
    int64_t result = 0;
    const auto add = [&](uint64_t kernel, int64_t bit) { result |= (flags & kernel) != 0 ? bit : 0; };
    add(CLONE_FILES, 1);
    add(CLONE_NEWNET, 0x10);
    add(CLONE_NEWNS, 0x20);
    add(CLONE_NEWUSER, 0x100000);
    add(CLONE_NEWIPC, 8);
    add(CLONE_NEWPID, 0x40);
    add(CLONE_NEWUTS, 0x80);
    add(CLONE_NEWCGROUP, 0x10000000);
    add(CLONE_VM, 0x8000);
    return result;
}

int64_t socket_family(uint64_t family) { return low_half(family) <= 39 ? low_half(family) : 0; }

const std::vector<std::string> flag_checks = {
    "evt.is_open_read = true",
    "evt.is_open_read = false",
    "evt.is_open_write = true",
    "evt.is_open_write != true",
    "evt.is_open_write in (true, false)",
    "evt.is_open_exec = true",
    "evt.is_open_create = true",
    "evt.arg.flags contains O_CREAT",
    "evt.arg.flags contains O_TRUNC",
    "evt.arg.flags contains O_DIRECT",
    "evt.arg.flags contains O_RDWR",
    "evt.arg.flags contains O_RDONLY",
    "evt.arg.flags contains O_WRONLY",
    "evt.arg.flags contains SYNC",
    "evt.arg.flags contains O_TMPFILE",
    "evt.arg.flags contains O_F_CREATED",
    "evt.arg.flags contains 'O_TRUNC|O_CREAT'",
    "evt.arg.flags contains anyof (O_EXCL, O_APPEND)",
    "evt.arg.flags contains allof (O_EXCL, O_CREAT)",
    "evt.arg.flags contains oneof (O_EXCL, O_CREAT)",
    "evt.arg.flags = O_WRONLY",
    "evt.arg.flags != 'O_TRUNC|O_CREAT|O_WRONLY'",
    "evt.arg.flags in ('O_CREAT|O_WRONLY', O_RDONLY)",
    "evt.arg.flags startswith O_TRUNC",
    "evt.arg.flags endswith O_CLOEXEC",
    "evt.arg.flags icontains o_trunc",
    "evt.arg.flags glob '*O_EXCL*'",
    "evt.arg.flags contains nothing",
    "evt.arg.flags exists",
    "evt.arg.mode contains 1",
};

const std::vector<std::string> mode_checks = {
    "evt.arg.mode contains S_ISUID", "evt.arg.mode contains S_ISGID", "evt.arg.mode contains S_IX",
    "evt.arg.mode contains S_IXUSR", "evt.arg.mode = S_IRUSR",        "evt.arg.mode != S_ISUID",
    "evt.arg.mode contains 0",
};

const std::vector<uint64_t> flag_values = {0,
                                           1,
                                           2,
                                           3,
                                           O_CREAT | O_WRONLY,
                                           O_CREAT | O_WRONLY | O_TRUNC,
                                           O_RDWR | O_EXCL | O_CREAT,
                                           O_WRONLY | O_TRUNC,
                                           O_TMPFILE | O_RDWR,
                                           O_DIRECTORY,
                                           O_DIRECT,
                                           O_SYNC,
                                           O_DSYNC,
                                           O_CLOEXEC,
                                           O_APPEND | O_WRONLY,
                                           0700,
                                           0111,
                                           04755,
                                           (uint64_t{1} << 32) | 1};

const std::vector<uint64_t> mode_values = {0, 04000, 02000, 0111, 0100, 0644, 06755, 0400, 0100000};

}  // namespace

const std::vector<Call>& calls() {
    static const std::vector<Call> all = {
        {"open",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result}, {"name", "/etc/x"}, {"flags", open_flags(r[1])}, {"mode", open_mode(r[1], r[2])}};
         },
         flag_checks, flag_values},
        {"openat",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result},
                     {"dirfd", -100},
                     {"name", "/etc/x"},
                     {"flags", open_flags(r[2])},
                     {"mode", open_mode(r[2], r[3])}};
         },
         flag_checks, flag_values},
        {"openat2",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result}, {"dirfd", -100}, {"name", "/etc/x"}, {"flags", open_flags(r[5])}, {"mode", 0}};
         },
         flag_checks, flag_values},
        {"creat",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result}, {"name", "/etc/x"}, {"mode", mode(r[1])}};
         },
         {"evt.is_open_exec = true", "evt.is_open_exec = false", "evt.is_open_write = true"},
         mode_values},
        {"chmod",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"filename", "/bin/x"}, {"mode", mode(r[1])}};
         },
         mode_checks, mode_values},
        {"fchmodat",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"dirfd", -100}, {"filename", "/bin/x"}, {"mode", mode(r[2])}};
         },
         mode_checks, mode_values},
        {"socket",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result}, {"domain", socket_family(r[0])}, {"type", 1}, {"proto", 0}};
         },
         {"evt.arg.domain contains AF_PACKET", "evt.arg.domain = AF_INET", "evt.arg.domain in (AF_INET, AF_INET6)",
          "evt.arg.domain != AF_INET", "evt.arg.domain contains AF_UNIX", "evt.arg.domain = 'AF_LOCAL|AF_UNIX'",
          "evt.arg.domain = AF_UNSPEC", "evt.arg.domain != AF_UNSPEC", "evt.arg.domain = 27",
          "evt.arg.domain contains 2", "evt.arg.domain startswith AF_IN", "evt.arg.domain glob 'AF_*'",
          "evt.arg.domain contains anyof (AF_PACKET, AF_ALG)"},
         {0, 1, 2, 10, 16, 17, 27, 38, 39, 40, 99, 0xffffffff, (uint64_t{1} << 32) | 17}},
        {"ptrace",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"request", ptrace_request(r[0])}, {"pid", 7}};
         },
         {"evt.arg.request contains PTRACE_ATTACH", "evt.arg.request = PTRACE_ATTACH",
          "evt.arg.request != PTRACE_ATTACH", "evt.arg.request in (PTRACE_SEIZE, PTRACE_TRACEME)",
          "evt.arg.request startswith PTRACE_POKE", "evt.arg.request contains PTRACE_UNKNOWN",
          "evt.arg.request = nothing", "evt.arg.request glob 'PTRACE_S*'"},
         {PTRACE_TRACEME, PTRACE_PEEKTEXT, PTRACE_POKETEXT, PTRACE_POKEDATA, PTRACE_CONT, PTRACE_ATTACH,
          PTRACE_SETOPTIONS, PTRACE_SEIZE, 11, 0x4300, 0xffffffff}},
        {"bpf",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"fd", result}, {"cmd", low_half(r[0])}};
         },
         {"evt.arg.cmd = 5", "evt.arg.cmd = BPF_PROG_LOAD", "evt.arg.cmd = 99", "evt.arg.cmd contains BPF_MAP",
          "evt.arg.cmd != BPF_PROG_LOAD", "evt.arg.cmd in (99, BPF_BTF_LOAD)", "evt.arg.cmd contains 9"},
         {0, 1, 5, 10, 18, 99, 0x99, 100, 0xffffffff}},
        {"prctl",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"option", low_half(r[0])}, {"arg2_int", 0}};
         },
         {"evt.arg.option = PR_SET_NAME", "evt.arg.option = PR_SET_SECCOMP", "evt.arg.option != PR_SET_NAME",
          "evt.arg.option contains SECCOMP", "evt.arg.option = 1"},
         {1, PR_SET_NAME, PR_SET_SECCOMP, PR_GET_SECCOMP, PR_SET_DUMPABLE, 0x53564d41}},
        {"kill",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"pid", 7}, {"sig", static_cast<int64_t>(r[1] & 0xff)}};
         },
         {"evt.arg.sig = SIGKILL", "evt.arg.sig in (SIGKILL, SIGTERM)", "evt.arg.sig != SIGKILL",
          "evt.arg.sig contains SIG", "evt.arg.sig = 77"},
         {0, 9, 15, 64, 77, 9 + 256}},
        {"unshare",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"flags", clone_flags(r[0])}};
         },
         {"evt.arg.flags contains CLONE_NEWUSER", "evt.arg.flags contains CLONE_NEW", "evt.arg.flags = CLONE_NEWNS",
          "evt.arg.flags contains 0"},
         {0, CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER, CLONE_FILES, CLONE_NEWNET}},
        {"mprotect",
         [](const Registers& r, int64_t result) -> Arguments {
             return {{"res", result}, {"addr", 4096}, {"length", 4096}, {"prot", static_cast<int64_t>(r[2] & 7)}};
         },
         {"evt.arg.prot contains PROT_EXEC", "evt.arg.prot contains PROT_WRITE", "evt.arg.prot = PROT_NONE"},
         {0, 1, 3, 4, 5, 7}},
        {"dup2",
         [](const Registers& r, int64_t result) -> Arguments {
             return {
                 {"res", result < 0 ? result : low_half(r[1])}, {"oldfd", low_half(r[0])}, {"newfd", low_half(r[1])}};
         },
         {"evt.rawres in (0, 1, 2)", "evt.rawres = 1", "evt.rawres = -9", "evt.rawres != 1", "fd.num in (0, 1, 2)",
          "fd.num = 3"},
         {0, 1, 2, 3, 9}},
    };
    return all;
}

}  // namespace bewit::match
