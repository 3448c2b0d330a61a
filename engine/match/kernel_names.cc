// The kernel's headers, not the C library's: glibc has O_LARGEFILE as 0, and a musl build must see the same numbers.
#include "engine/match/kernel_names.h"

#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/sched.h>

#include <algorithm>
#include <iterator>

namespace bewit::match {

const uint32_t create_flag = O_CREAT;
const uint32_t temporary_flag = O_TMPFILE & ~O_DIRECTORY;
const uint32_t whole_temporary = O_TMPFILE;

namespace {

constexpr FlagName bits(std::string_view name, uint32_t mask, bool exact = true) {
    return {name, mask, 0, false, exact};
}

// O_RDWR is the third access mode, so `O_WRONLY` and `O_RDONLY` are in a text only where it is not.
constexpr FlagName open_flags[] = {
    {"O_RDONLY", access_mode_mask, O_WRONLY, false, false},
    {"O_WRONLY", access_mode_mask, O_RDONLY, false, false},
    {"O_RDWR", O_RDWR, 0, false, false},
    bits("O_CREAT", O_CREAT),
    bits("O_EXCL", O_EXCL),
    bits("O_TRUNC", O_TRUNC),
    bits("O_APPEND", O_APPEND),
    bits("O_NONBLOCK", O_NONBLOCK),
    bits("O_DIRECT", O_DIRECT),
    bits("O_DIRECTORY", O_DIRECTORY),
    bits("O_CLOEXEC", O_CLOEXEC),
    // Of more than one bit: how many of them it takes is the decoder's matter.
    bits("O_SYNC", O_SYNC, false),
    bits("O_DSYNC", O_DSYNC, false),
    bits("O_TMPFILE", O_TMPFILE & ~O_DIRECTORY, false),
};

// chmod(2), inode(7): the numbers are the same everywhere.
constexpr FlagName mode_bits[] = {
    bits("S_IXOTH", 0001), bits("S_IWOTH", 0002),  bits("S_IROTH", 0004),  bits("S_IXGRP", 0010),
    bits("S_IWGRP", 0020), bits("S_IRGRP", 0040),  bits("S_IXUSR", 0100),  bits("S_IWUSR", 0200),
    bits("S_IRUSR", 0400), bits("S_ISVTX", 01000), bits("S_ISGID", 02000), bits("S_ISUID", 04000),
};

constexpr FlagName clone_flags[] = {
    bits("CLONE_FILES", CLONE_FILES),
    bits("CLONE_FS", CLONE_FS),
    bits("CLONE_IO", CLONE_IO),
    bits("CLONE_NEWIPC", CLONE_NEWIPC),
    bits("CLONE_NEWNET", CLONE_NEWNET),
    bits("CLONE_NEWNS", CLONE_NEWNS),
    bits("CLONE_NEWPID", CLONE_NEWPID),
    bits("CLONE_NEWUTS", CLONE_NEWUTS),
    bits("CLONE_NEWUSER", CLONE_NEWUSER),
    bits("CLONE_NEWCGROUP", CLONE_NEWCGROUP),
    bits("CLONE_PARENT", CLONE_PARENT),
    bits("CLONE_PARENT_SETTID", CLONE_PARENT_SETTID),
    bits("CLONE_PTRACE", CLONE_PTRACE),
    bits("CLONE_SIGHAND", CLONE_SIGHAND),
    bits("CLONE_SYSVSEM", CLONE_SYSVSEM),
    bits("CLONE_THREAD", CLONE_THREAD),
    bits("CLONE_UNTRACED", CLONE_UNTRACED),
    bits("CLONE_VM", CLONE_VM),
    bits("CLONE_VFORK", CLONE_VFORK),
    bits("CLONE_SETTLS", CLONE_SETTLS),
    bits("CLONE_CHILD_CLEARTID", CLONE_CHILD_CLEARTID),
    bits("CLONE_CHILD_SETTID", CLONE_CHILD_SETTID),
};

// mmap(2), mprotect(2)
constexpr FlagName protection_bits[] = {bits("PROT_READ", 1), bits("PROT_WRITE", 2), bits("PROT_EXEC", 4)};

// umount(2)
constexpr FlagName unmount_flags[] = {bits("FORCE", 1), bits("DETACH", 2), bits("EXPIRE", 4), bits("NOFOLLOW", 8)};

constexpr FlagName unlink_flags[] = {bits("AT_REMOVEDIR", AT_REMOVEDIR)};

// rename(2)
constexpr FlagName rename_flags[] = {bits("RENAME_NOREPLACE", 1), bits("RENAME_EXCHANGE", 2),
                                     bits("RENAME_WHITEOUT", 4)};

constexpr FlagName memfd_flags[] = {bits("MFD_CLOEXEC", MFD_CLOEXEC), bits("MFD_ALLOW_SEALING", MFD_ALLOW_SEALING),
                                    bits("MFD_HUGETLB", MFD_HUGETLB)};

// ptrace(2). Requests that only some architectures have stand with the one number that any of them gives the name.
constexpr EnumerationName ptrace_requests[] = {
    {"PTRACE_TRACEME", 0},
    {"PTRACE_PEEKTEXT", 1},
    {"PTRACE_PEEKDATA", 2},
    {"PTRACE_PEEKUSR", 3},
    {"PTRACE_POKETEXT", 4},
    {"PTRACE_POKEDATA", 5},
    {"PTRACE_POKEUSR", 6},
    {"PTRACE_CONT", 7},
    {"PTRACE_KILL", 8},
    {"PTRACE_SINGLESTEP", 9},
    {"PTRACE_GETREGS", 12},
    {"PTRACE_SETREGS", 13},
    {"PTRACE_GETFPREGS", 14},
    {"PTRACE_SETFPREGS", 15},
    {"PTRACE_ATTACH", 16},
    {"PTRACE_DETACH", 17},
    {"PTRACE_GETFPXREGS", 18},
    {"PTRACE_SETFPXREGS", 19},
    {"PTRACE_OLDSETOPTIONS", 21},
    {"PTRACE_SYSCALL", 24},
    {"PTRACE_GET_THREAD_AREA", 25},
    {"PTRACE_SET_THREAD_AREA", 26},
    {"PTRACE_ARCH_PRCTL", 30},
    {"PTRACE_SYSEMU", 31},
    {"PTRACE_SYSEMU_SINGLESTEP", 32},
    {"PTRACE_SINGLEBLOCK", 33},
    {"PTRACE_SETOPTIONS", 0x4200},
    {"PTRACE_GETEVENTMSG", 0x4201},
    {"PTRACE_GETSIGINFO", 0x4202},
    {"PTRACE_SETSIGINFO", 0x4203},
    {"PTRACE_GETREGSET", 0x4204},
    {"PTRACE_SETREGSET", 0x4205},
    {"PTRACE_SEIZE", 0x4206},
    {"PTRACE_INTERRUPT", 0x4207},
    {"PTRACE_LISTEN", 0x4208},
    {"PTRACE_PEEKSIGINFO", 0x4209},
    {"PTRACE_GETSIGMASK", 0x420a},
    {"PTRACE_SETSIGMASK", 0x420b},
};

// fcntl(2)
constexpr EnumerationName fcntl_commands[] = {
    {"F_DUPFD", F_DUPFD},
    {"F_GETFD", F_GETFD},
    {"F_SETFD", F_SETFD},
    {"F_GETFL", F_GETFL},
    {"F_SETFL", F_SETFL},
    {"F_GETLK", F_GETLK},
    {"F_SETLK", F_SETLK},
    {"F_SETLKW", F_SETLKW},
    {"F_SETOWN", F_SETOWN},
    {"F_GETOWN", F_GETOWN},
    {"F_SETSIG", F_SETSIG},
    {"F_GETSIG", F_GETSIG},
    {"F_SETOWN_EX", F_SETOWN_EX},
    {"F_GETOWN_EX", F_GETOWN_EX},
    {"F_GETLK64", 12},  // of 32-bit ABIs
    {"F_SETLK64", 13},
    {"F_SETLKW64", 14},
    {"F_OFD_GETLK", F_OFD_GETLK},
    {"F_OFD_SETLK", F_OFD_SETLK},
    {"F_OFD_SETLKW", F_OFD_SETLKW},
    {"F_SETLEASE", F_SETLEASE},
    {"F_GETLEASE", F_GETLEASE},
    {"F_NOTIFY", F_NOTIFY},
    {"F_CANCELLK", F_CANCELLK},
    {"F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC},
    {"F_SETPIPE_SZ", F_SETPIPE_SZ},
    {"F_GETPIPE_SZ", F_GETPIPE_SZ},
};

constexpr ArgumentText texts[] = {
    {"open", "flags", 1, true, open_flags},
    {"openat", "flags", 2, true, open_flags},
    {"open_by_handle_at", "flags", 2, true, open_flags},
    {"chmod", "mode", 1, true, mode_bits},
    {"fchmod", "mode", 1, true, mode_bits},
    {"fchmodat", "mode", 2, true, mode_bits},
    {"clone", "flags", 0, true, clone_flags},
    {"unshare", "flags", 0, true, clone_flags},
    {"setns", "nstype", 1, true, clone_flags},
    {"mprotect", "prot", 2, true, protection_bits},
    {"mmap", "prot", 2, true, protection_bits},
    {"umount2", "flags", 1, true, unmount_flags},
    {"unlinkat", "flags", 2, true, unlink_flags},
    {"renameat2", "flags", 4, true, rename_flags},
    {"memfd_create", "flags", 1, true, memfd_flags},
    {"socket", "domain", 0, false, {}, {}, "AF_UNSPEC"},
    {"socketpair", "domain", 0, false, {}, {}, "AF_UNSPEC"},
    {"bpf", "cmd", 0, false},
    {"prctl", "option", 0, false},
    {"kill", "sig", 1, false, {}, {}, {}, 0xff},
    {"tkill", "sig", 1, false, {}, {}, {}, 0xff},
    {"tgkill", "sig", 2, false, {}, {}, {}, 0xff},
    {"ptrace", "request", 0, false, {}, ptrace_requests, "PTRACE_UNKNOWN"},
    {"fcntl", "cmd", 1, false, {}, fcntl_commands, "UNKNOWN"},
};

constexpr OpenArguments opens[] = {
    {"open", 1, 2},
    {"openat", 2, 3},
    {"open_by_handle_at", 2, std::nullopt},
    {"creat", std::nullopt, 1},
};

}  // namespace

const ArgumentText* argument_text(event::Kind kind, std::string_view parameter) {
    const std::string_view name = event::kind_name(kind);
    const auto* const found = std::find_if(std::begin(texts), std::end(texts), [&](const ArgumentText& text) {
        return text.kind == name && text.parameter == parameter;
    });
    return found != std::end(texts) ? found : nullptr;
}

const OpenArguments* open_arguments(event::Kind kind) {
    const auto* const found =
        std::ranges::find(opens, event::kind_name(kind), [](const OpenArguments& open) { return open.kind; });
    return found != std::end(opens) ? found : nullptr;
}

}  // namespace bewit::match
