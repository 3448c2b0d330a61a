// The kernel's numbers stand here and not as its headers' names: the headers know those of one architecture only, and
// several ABIs are decoded side by side. Where Falco's drivers test a set of bits at once (O_TMPFILE holds O_DIRECTORY,
// O_SYNC holds O_DSYNC) and so report one for the other, each bit is told for itself here.
#include "engine/event/encoding.h"

#include <algorithm>
#include <array>
#include <span>

namespace bewit::event::encoding {
namespace {

struct Pair {
    uint32_t kernel;
    uint32_t falco;
};

uint64_t translate_bits(std::span<const Pair> pairs, uint64_t value) {
    uint64_t result = 0;
    for (const Pair& pair : pairs) {
        if ((value & pair.kernel) != 0) result |= pair.falco;
    }
    return result;
}

// One value for one value.
uint64_t translate_code(std::span<const Pair> pairs, uint64_t value, uint64_t otherwise) {
    const auto found = std::ranges::find(pairs, value, [](const Pair& pair) { return uint64_t{pair.kernel}; });
    return found == pairs.end() ? otherwise : found->falco;
}

uint64_t low_half(uint64_t value) { return value & UINT32_MAX; }

constexpr uint32_t kernel_creat = 0100, kernel_trunc = 01000, kernel_nonblock = 04000, kernel_cloexec = 02000000,
                   kernel_tmpfile = 020000000;

constexpr std::array common_open_flags = {
    Pair{kernel_creat, falco::open_creat},       Pair{0200, falco::open_excl},
    Pair{kernel_trunc, falco::open_trunc},       Pair{02000, falco::open_append},
    Pair{kernel_nonblock, falco::open_nonblock}, Pair{010000, falco::open_dsync},
    Pair{kernel_cloexec, falco::open_cloexec},   Pair{04000000, falco::open_sync},
    Pair{kernel_tmpfile, falco::open_tmpfile},
};
// arch/arm64/include/uapi/asm/fcntl.h has its own.
constexpr std::array arm_open_flags = {Pair{040000, falco::open_directory}, Pair{0200000, falco::open_direct},
                                       Pair{0400000, falco::open_largefile}};
constexpr std::array x86_open_flags = {Pair{040000, falco::open_direct}, Pair{0100000, falco::open_largefile},
                                       Pair{0200000, falco::open_directory}};

constexpr uint32_t type_mask = 0170000;     // S_IFMT
constexpr uint32_t regular_file = 0100000;  // S_IFREG

}  // namespace

uint64_t falco_open_flags(uint64_t value, Abi abi) {
    constexpr std::array<uint32_t, 4> access = {falco::open_rdonly, falco::open_wronly, falco::open_rdwr,
                                                falco::open_rdonly};
    const std::span<const Pair> of_abi = abi == Abi::Aarch64 ? arm_open_flags : x86_open_flags;
    return access[value & 3] | translate_bits(common_open_flags, value) | translate_bits(of_abi, value);
}

uint64_t falco_descriptor_flags(uint64_t value, Abi abi) {
    constexpr uint64_t access = falco::open_rdwr;
    return falco_open_flags(value, abi) & ~access;
}

uint64_t falco_open_mode(uint64_t flags, uint64_t mode) {
    return (flags & (kernel_creat | kernel_tmpfile)) != 0 ? falco_chmod_mode(mode, Abi::X86_64) : 0;
}

uint64_t falco_accept_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{kernel_nonblock, falco::open_nonblock},
                                  Pair{kernel_cloexec, falco::open_cloexec}};
    return translate_bits(pairs, value);
}

uint64_t falco_access_mode(uint64_t value, Abi) { return value & 7; }

// The bits are those of S_ISUID to S_IXOTH in both.
uint64_t falco_chmod_mode(uint64_t value, Abi) { return value & 07777; }

uint64_t falco_mknod_mode(uint64_t value, Abi) {
    const uint64_t type = value & type_mask;
    return (value & 07777) | (type == 0 ? regular_file : type);
}

uint64_t falco_clone_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0x100, 0x8000},          // CLONE_VM
        Pair{0x200, 0x2},             // CLONE_FS
        Pair{0x400, 0x1},             // CLONE_FILES
        Pair{0x800, 0x800},           // CLONE_SIGHAND
        Pair{0x2000, 0x400},          // CLONE_PTRACE
        Pair{0x4000, 0x8000000},      // CLONE_VFORK
        Pair{0x8000, 0x100},          // CLONE_PARENT
        Pair{0x10000, 0x2000},        // CLONE_THREAD
        Pair{0x20000, 0x20},          // CLONE_NEWNS
        Pair{0x40000, 0x1000},        // CLONE_SYSVSEM
        Pair{0x80000, 0x2000000},     // CLONE_SETTLS
        Pair{0x100000, 0x200},        // CLONE_PARENT_SETTID
        Pair{0x200000, 0x800000},     // CLONE_CHILD_CLEARTID
        Pair{0x800000, 0x4000},       // CLONE_UNTRACED
        Pair{0x1000000, 0x1000000},   // CLONE_CHILD_SETTID
        Pair{0x2000000, 0x10000000},  // CLONE_NEWCGROUP
        Pair{0x4000000, 0x80},        // CLONE_NEWUTS
        Pair{0x8000000, 0x8},         // CLONE_NEWIPC
        Pair{0x10000000, 0x100000},   // CLONE_NEWUSER
        Pair{0x20000000, 0x40},       // CLONE_NEWPID
        Pair{0x40000000, 0x10},       // CLONE_NEWNET
        Pair{0x80000000, 0x4},        // CLONE_IO
    };
    return translate_bits(pairs, value);
}

uint64_t falco_close_range_flags(uint64_t value, Abi) { return value & 6; }

uint64_t falco_delete_module_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{kernel_trunc, 1}, Pair{kernel_nonblock, 2}};
    return translate_bits(pairs, value);
}

uint64_t falco_epoll_create_flags(uint64_t value, Abi) { return (value & kernel_cloexec) != 0; }

uint64_t falco_fchownat_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{0x100, 0x400}, Pair{0x1000, 0x1000}};  // AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
    return translate_bits(pairs, value);
}

uint64_t falco_fcntl_command(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0, 1},       Pair{1, 2},       Pair{2, 3},       Pair{3, 4},       Pair{4, 5},  // F_DUPFD to F_SETFL
        Pair{5, 6},       Pair{6, 8},       Pair{7, 9},                                      // F_GETLK to F_SETLKW
        Pair{8, 0xa},     Pair{9, 0xc},     Pair{10, 0xd},    Pair{11, 0xf},                 // F_SETOWN to F_GETSIG
        Pair{12, 0x11},   Pair{13, 0x12},   Pair{14, 0x13},                      // the same locks, 64 bits wide
        Pair{15, 0x15},   Pair{16, 0x16},                                        // F_SETOWN_EX, F_GETOWN_EX
        Pair{36, 0x1e},   Pair{37, 0x1f},   Pair{38, 0x20},                      // F_OFD_GETLK to F_OFD_SETLKW
        Pair{1024, 0x17}, Pair{1025, 0x18}, Pair{1026, 0x1b}, Pair{1029, 0x19},  // F_SETLEASE to F_CANCELLK
        Pair{1030, 0x1a}, Pair{1031, 0x1c}, Pair{1032, 0x1d},                    // F_DUPFD_CLOEXEC, pipe sizes
    };
    return translate_code(pairs, low_half(value), 0);
}

uint64_t falco_finit_module_flags(uint64_t value, Abi) { return value & 7; }

uint64_t falco_flock_operation(uint64_t value, Abi) { return value & 0xf; }

uint64_t falco_fstatat_flags(uint64_t value, Abi) { return value & 0x1900; }

uint64_t falco_futex_operation(uint64_t value, Abi) {
    constexpr uint64_t flags = 0x180,
                       last_operation = 12;  // FUTEX_PRIVATE_FLAG and _CLOCK_REALTIME; FUTEX_CMP_REQUEUE_PI
    const uint64_t operation = value & 0x7f;
    return (operation <= last_operation ? operation : 0) | (value & flags);
}

uint64_t falco_io_uring_enter_flags(uint64_t value, Abi) { return value & 0xf; }

uint64_t falco_io_uring_features(uint64_t value, Abi) { return value & 0x7ff; }

uint64_t falco_io_uring_setup_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{0x1, 0x1},   Pair{0x2, 0x2},   Pair{0x4, 0x8},  Pair{0x8, 0x10},
                                  Pair{0x10, 0x20}, Pair{0x20, 0x40}, Pair{0x40, 0x80}};
    return translate_bits(pairs, value);
}

uint64_t falco_linkat_flags(uint64_t value, Abi) { return value & 0x1400; }

uint64_t falco_memfd_flags(uint64_t value, Abi) { return value & 7; }

uint64_t falco_mlock2_flags(uint64_t value, Abi) { return value & 1; }

uint64_t falco_mlockall_flags(uint64_t value, Abi) { return value & 7; }

uint64_t falco_mmap_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0x1, 0x1},      Pair{0x2, 0x2},
        Pair{0x10, 0x4},     Pair{0x20, 0x8},  // SHARED, PRIVATE, FIXED, ANONYMOUS
        Pair{0x40, 0x10},    Pair{0x4000, 0x40},
        Pair{0x8000, 0x80},  Pair{0x10000, 0x100},  // 32BIT, NORESERVE, POPULATE, NONBLOCK
        Pair{0x100, 0x200},  Pair{0x800, 0x400},
        Pair{0x1000, 0x800}, Pair{0x2000, 0x4000},  // GROWSDOWN, DENYWRITE, EXECUTABLE, LOCKED
    };
    return translate_bits(pairs, value);
}

uint64_t falco_mmap_protection(uint64_t value, Abi) {
    constexpr std::array grows = {Pair{0x01000000, 0x10}, Pair{0x02000000, 0x20}};  // PROT_GROWSDOWN, PROT_GROWSUP
    return (value & 0xf) | translate_bits(grows, value);
}

uint64_t falco_mount_flags(uint64_t value, Abi) {
    constexpr uint64_t magic_mask = 0xffff0000, magic = 0xc0ed0000;  // MS_MGC_MSK, MS_MGC_VAL, ignored since Linux 2.4
    value = low_half(value);
    return (value & magic_mask) == magic ? value & ~magic_mask : value;
}

uint64_t falco_pidfd_flags(uint64_t value, Abi) { return (value & kernel_nonblock) != 0; }

uint64_t falco_poll_events(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0x1, 0x1},     Pair{0x2, 0x2},     Pair{0x4, 0x4},
        Pair{0x8, 0x10},  // POLLIN, POLLPRI, POLLOUT, POLLERR
        Pair{0x10, 0x20},   Pair{0x20, 0x40},   Pair{0x40, 0x80},
        Pair{0x80, 0x100},                                          // POLLHUP, POLLNVAL, POLLRDNORM, POLLRDBAND
        Pair{0x100, 0x200}, Pair{0x200, 0x400}, Pair{0x2000, 0x8},  // POLLWRNORM, POLLWRBAND, POLLRDHUP
    };
    return translate_bits(pairs, value);
}

uint64_t falco_ptrace_request(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0, 1},         Pair{1, 2},         Pair{2, 3},         Pair{3, 4},
        Pair{4, 5},         Pair{5, 6},         Pair{6, 7},         Pair{7, 8},
        Pair{8, 9},         Pair{9, 10},                                             // TRACEME to SINGLESTEP
        Pair{12, 0x1a},     Pair{13, 0x1b},     Pair{14, 0x1c},     Pair{15, 0x1d},  // GETREGS to SETFPREGS
        Pair{16, 0xb},      Pair{17, 0xc},      Pair{18, 0x1e},     Pair{19, 0x1f},
        Pair{21, 0x20},  // ATTACH, DETACH, FPX, OLDSETOPTIONS
        Pair{24, 0xd},      Pair{25, 0x21},     Pair{26, 0x22},     Pair{30, 0x23},  // SYSCALL, thread area, ARCH_PRCTL
        Pair{31, 0x24},     Pair{32, 0x25},     Pair{33, 0x26},                      // SYSEMU, and with steps
        Pair{0x4200, 0xe},  Pair{0x4201, 0xf},  Pair{0x4202, 0x10}, Pair{0x4203, 0x11},
        Pair{0x4204, 0x12}, Pair{0x4205, 0x13}, Pair{0x4206, 0x14}, Pair{0x4207, 0x15},
        Pair{0x4208, 0x16}, Pair{0x4209, 0x17}, Pair{0x420a, 0x18}, Pair{0x420b, 0x19},
    };
    return translate_code(pairs, low_half(value), 0);
}

uint64_t falco_quota_command(uint64_t value, Abi) {
    constexpr std::array pairs = {
        Pair{0x800001, 0x40}, Pair{0x800002, 0x1},  Pair{0x800003, 0x2},
        Pair{0x800004, 0x4},  // Q_SYNC to Q_GETFMT
        Pair{0x800005, 0x8},  Pair{0x800006, 0x10}, Pair{0x800007, 0x20},
        Pair{0x800008, 0x80},  // Q_GETINFO to Q_SETQUOTA
        Pair{0x5801, 0x100},  Pair{0x5802, 0x200},  Pair{0x5803, 0x400},
        Pair{0x5804, 0x800},  // XFS: on, off, get, set
        Pair{0x5805, 0x1000}, Pair{0x5806, 0x2000}, Pair{0x5807, 0x4000},
    };
    return translate_code(pairs, low_half(value) >> 8, 0);
}

uint64_t falco_quota_format(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{1, 2}, Pair{2, 4}, Pair{4, 8}};  // QFMT_VFS_OLD, _V0, _V1
    return translate_code(pairs, low_half(value), 1);
}

uint64_t falco_quota_type(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{0, 1}, Pair{1, 2}};  // USRQUOTA, GRPQUOTA
    return translate_code(pairs, value & 0xff, 0);
}

uint64_t falco_rename_flags(uint64_t value, Abi) { return value & 7; }

uint64_t falco_resolve_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{0x1, 0x10}, Pair{0x2, 0x4},  Pair{0x4, 0x8},
                                  Pair{0x8, 0x1},  Pair{0x10, 0x2}, Pair{0x20, 0x20}};
    return translate_bits(pairs, value);
}

uint64_t falco_rlimit_resource(uint64_t value, Abi) {
    // The kernel's order: CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO
    // RTTIME.
    constexpr uint64_t last = 15, unknown = 0xff;
    return low_half(value) <= last ? low_half(value) : unknown;
}

uint64_t falco_seek_origin(uint64_t value, Abi) { return low_half(value) <= 2 ? low_half(value) : 0; }

uint64_t falco_semaphore_command(uint64_t value, Abi) {
    constexpr uint64_t version = 0x100;  // IPC_64, which i386 adds
    constexpr std::array pairs = {
        Pair{0, 0x4},     Pair{1, 0x2},    Pair{2, 0x1},   Pair{3, 0x8},  // IPC_RMID, _SET, _STAT, _INFO
        Pair{11, 0x100},  Pair{12, 0x200}, Pair{13, 0x40}, Pair{14, 0x80}, Pair{15, 0x400},  // GETPID to GETZCNT
        Pair{16, 0x1000}, Pair{17, 0x800}, Pair{18, 0x20}, Pair{19, 0x10},  // SETVAL, SETALL, SEM_STAT, SEM_INFO
    };
    return translate_code(pairs, low_half(value) & ~version, 0);
}

uint64_t falco_semaphore_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{01000, 0x2000}, Pair{02000, 0x4000}};  // IPC_CREAT, IPC_EXCL
    return translate_bits(pairs, value);
}

uint64_t falco_semaphore_operation_flags(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{04000, 1}, Pair{0x1000, 2}};  // IPC_NOWAIT, SEM_UNDO
    return translate_bits(pairs, value);
}

uint64_t falco_shutdown_how(uint64_t value, Abi) { return low_half(value) <= 2 ? low_half(value) : 0xffff; }

uint64_t falco_socket_family(uint64_t value, Abi) {
    constexpr uint64_t last = 39;  // AF_NFC, the last that has a name
    return low_half(value) <= last ? low_half(value) : 0;
}

uint64_t falco_socket_level(uint64_t value, Abi) {
    constexpr std::array pairs = {Pair{1, 1}, Pair{6, 2}};  // SOL_SOCKET, SOL_TCP
    return translate_code(pairs, low_half(value), 0);
}

uint64_t falco_socket_option(uint64_t value, Abi) {
    constexpr uint64_t last_equal = 50;  // SO_ATTACH_BPF
    constexpr std::array pairs = {Pair{55, 0x34}, Pair{57, 0x35}, Pair{59, 0x33}, Pair{66, 0x14}, Pair{67, 0x15}};
    return low_half(value) <= last_equal ? low_half(value) : translate_code(pairs, low_half(value), 0);
}

uint64_t falco_splice_flags(uint64_t value, Abi) { return value & 0xf; }

uint64_t falco_umount_flags(uint64_t value, Abi) { return value & 0xf; }

uint64_t falco_unlinkat_flags(uint64_t value, Abi) { return value & 0x200; }

}  // namespace bewit::event::encoding
