// The kernel's flags and codes in the encoding of records, which is Falco's own: the tables of symbolic names in
// engine/event are of these values. Bits that have no name there are dropped.
#pragma once

#include <cstdint>

#include "engine/event/syscalls.h"

namespace bewit::event::encoding {

namespace falco {
// open(2)
constexpr uint32_t open_rdonly = 1, open_wronly = 2, open_rdwr = 3, open_creat = 4, open_append = 8, open_dsync = 0x10,
                   open_excl = 0x20, open_nonblock = 0x40, open_sync = 0x80, open_trunc = 0x100, open_direct = 0x200,
                   open_directory = 0x400, open_largefile = 0x800, open_cloexec = 0x1000, open_tmpfile = 0x2000;
// of an execve's `flags`
constexpr uint32_t exe_writable = 1, exe_upper_layer = 2, exe_from_memfd = 4, exe_lower_layer = 8;
}  // namespace falco

// A register's value (or a member's) as the thread gave it, and the ABI that it is of.
using Translate = uint64_t (*)(uint64_t value, event::Abi abi);

uint64_t falco_accept_flags(uint64_t value,
                            event::Abi abi);  // also socket(2)'s type, eventfd2, inotify_init1, signalfd4
uint64_t falco_access_mode(uint64_t value, event::Abi abi);
uint64_t falco_chmod_mode(uint64_t value, event::Abi abi);
uint64_t falco_clone_flags(uint64_t value, event::Abi abi);
uint64_t falco_close_range_flags(uint64_t value, event::Abi abi);
uint64_t falco_delete_module_flags(uint64_t value, event::Abi abi);
uint64_t falco_descriptor_flags(uint64_t value, event::Abi abi);  // O_* of a call that opens nothing: dup3, pipe2
uint64_t falco_epoll_create_flags(uint64_t value, event::Abi abi);
uint64_t falco_fchownat_flags(uint64_t value, event::Abi abi);
uint64_t falco_fcntl_command(uint64_t value, event::Abi abi);
uint64_t falco_finit_module_flags(uint64_t value, event::Abi abi);
uint64_t falco_flock_operation(uint64_t value, event::Abi abi);
uint64_t falco_fstatat_flags(uint64_t value, event::Abi abi);
uint64_t falco_futex_operation(uint64_t value, event::Abi abi);
uint64_t falco_io_uring_enter_flags(uint64_t value, event::Abi abi);
uint64_t falco_io_uring_features(uint64_t value, event::Abi abi);
uint64_t falco_io_uring_setup_flags(uint64_t value, event::Abi abi);
uint64_t falco_linkat_flags(uint64_t value, event::Abi abi);
uint64_t falco_memfd_flags(uint64_t value, event::Abi abi);
uint64_t falco_mknod_mode(uint64_t value, event::Abi abi);
uint64_t falco_mlock2_flags(uint64_t value, event::Abi abi);
uint64_t falco_mlockall_flags(uint64_t value, event::Abi abi);
uint64_t falco_mmap_flags(uint64_t value, event::Abi abi);
uint64_t falco_mmap_protection(uint64_t value, event::Abi abi);
uint64_t falco_mount_flags(uint64_t value, event::Abi abi);
uint64_t falco_open_flags(uint64_t value, event::Abi abi);
uint64_t falco_pidfd_flags(uint64_t value, event::Abi abi);
uint64_t falco_poll_events(uint64_t value, event::Abi abi);
uint64_t falco_ptrace_request(uint64_t value, event::Abi abi);
uint64_t falco_quota_command(uint64_t value, event::Abi abi);  // quotactl(2)'s first argument, which holds both
uint64_t falco_quota_format(uint64_t value, event::Abi abi);
uint64_t falco_quota_type(uint64_t value, event::Abi abi);
uint64_t falco_rename_flags(uint64_t value, event::Abi abi);
uint64_t falco_resolve_flags(uint64_t value, event::Abi abi);  // openat2(2)
uint64_t falco_rlimit_resource(uint64_t value, event::Abi abi);
uint64_t falco_seek_origin(uint64_t value, event::Abi abi);
uint64_t falco_semaphore_command(uint64_t value, event::Abi abi);
uint64_t falco_semaphore_flags(uint64_t value, event::Abi abi);  // semget(2)
uint64_t falco_semaphore_operation_flags(uint64_t value, event::Abi abi);
uint64_t falco_shutdown_how(uint64_t value, event::Abi abi);
uint64_t falco_socket_family(uint64_t value, event::Abi abi);
uint64_t falco_socket_level(uint64_t value, event::Abi abi);
uint64_t falco_socket_option(uint64_t value, event::Abi abi);  // of the level SOL_SOCKET
uint64_t falco_splice_flags(uint64_t value, event::Abi abi);
uint64_t falco_umount_flags(uint64_t value, event::Abi abi);
uint64_t falco_unlinkat_flags(uint64_t value, event::Abi abi);

// The mode that open(2) takes, which has a meaning only with O_CREAT or O_TMPFILE; `flags` are the kernel's. 0 without
// them.
uint64_t falco_open_mode(uint64_t flags, uint64_t mode);

}  // namespace bewit::event::encoding
