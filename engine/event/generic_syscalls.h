// The syscalls that have no event type of their own: they share event id 1 and are told apart by their Kind.
#pragma once

#include <cstdint>
#include <string_view>

namespace bewit::event::table {

struct GenericSyscall {
    std::string_view name;
    uint16_t capture_id;  // its number in `.scap` captures, for ever
};

// By rising name. `unknown` stands for every syscall that is newer, or much older, than these tables.
// clang-format off
constexpr GenericSyscall generic_syscalls[] = {
    {"_newselect", 283}, {"_sysctl", 385}, {"acct", 33}, {"add_key", 189}, {"adjtimex", 74}, {"alarm", 19},
    {"arch_prctl", 296}, {"bdflush", 274}, {"cachestat", 412}, {"capget", 114}, {"clock_adjtime", 237},
    {"clock_getres", 177}, {"clock_gettime", 176}, {"clock_nanosleep", 178}, {"clock_settime", 175},
    {"create_module", 381}, {"epoll_ctl", 166}, {"epoll_ctl_old", 364}, {"epoll_pwait", 218}, {"epoll_pwait2", 356},
    {"epoll_wait_old", 379}, {"exit", 2}, {"exit_group", 164}, {"faccessat", 208}, {"faccessat2", 384},
    {"fadvise64", 319}, {"fallocate", 299}, {"fanotify_init", 235}, {"fanotify_mark", 393}, {"fchmodat2", 413},
    {"fdatasync", 90}, {"fgetxattr", 146}, {"file_getattr", 449}, {"file_setattr", 450}, {"flistxattr", 149},
    {"fremovexattr", 152}, {"fsetxattr", 143}, {"fsmount", 337}, {"fsopen", 338}, {"fspick", 336}, {"fstatat64", 271},
    {"fstatfs", 63}, {"fstatfs64", 270}, {"fsync", 72}, {"ftruncate", 58}, {"futex_requeue", 418},
    {"futex_wait", 419}, {"futex_waitv", 374}, {"futex_wake", 417}, {"futimesat", 201}, {"get_kernel_syms", 372},
    {"get_mempolicy", 387}, {"get_robust_list", 213}, {"get_thread_area", 158}, {"getcpu", 217}, {"getgroups", 125},
    {"getitimer", 66}, {"getpgid", 79}, {"getpgrp", 42}, {"getpid", 16}, {"getpmsg", 375}, {"getppid", 41},
    {"getpriority", 60}, {"getrandom", 318}, {"getrusage", 46}, {"getsid", 89}, {"gettid", 140}, {"gettimeofday", 47},
    {"getxattr", 144}, {"getxattrat", 446}, {"idle", 408}, {"inotify_add_watch", 195}, {"inotify_rm_watch", 196},
    {"io_cancel", 163}, {"io_destroy", 160}, {"io_getevents", 161}, {"io_pgetevents", 369}, {"io_setup", 159},
    {"io_submit", 162}, {"ioperm", 344}, {"iopl", 391}, {"ioprio_get", 193}, {"ioprio_set", 192}, {"ipc", 276},
    {"kcmp", 361}, {"kexec_file_load", 345}, {"kexec_load", 187}, {"landlock_add_rule", 355},
    {"landlock_create_ruleset", 352}, {"landlock_restrict_self", 354}, {"lgetxattr", 145}, {"listmount", 437},
    {"listns", 451}, {"listxattr", 147}, {"listxattrat", 445}, {"llistxattr", 148}, {"lookup_dcookie", 365},
    {"lremovexattr", 151}, {"lsetxattr", 142}, {"lsm_get_self_attr", 439}, {"lsm_list_modules", 441},
    {"lsm_set_self_attr", 440}, {"madvise", 139}, {"map_shadow_stack", 414}, {"mbind", 363}, {"membarrier", 390},
    {"memfd_secret", 343}, {"migrate_pages", 357}, {"mincore", 138}, {"modify_ldt", 366}, {"mount_setattr", 341},
    {"move_mount", 340}, {"move_pages", 358}, {"mq_getsetattr", 186}, {"mq_notify", 185}, {"mq_open", 181},
    {"mq_timedreceive", 184}, {"mq_timedsend", 183}, {"mq_unlink", 182}, {"mremap", 104}, {"mseal", 442},
    {"msgctl", 265}, {"msgget", 264}, {"msgrcv", 263}, {"msgsnd", 262}, {"msync", 86}, {"multiplexer", 422},
    {"name_to_handle_at", 376}, {"nfsservctl", 378}, {"nice", 290}, {"oldfstat", 426}, {"oldlstat", 423},
    {"oldolduname", 434}, {"oldstat", 420}, {"olduname", 287}, {"open_tree", 339}, {"open_tree_attr", 448},
    {"pause", 21}, {"pciconfig_iobase", 436}, {"pciconfig_read", 431}, {"pciconfig_write", 429},
    {"perf_event_open", 234}, {"personality", 82}, {"pidfd_send_signal", 348}, {"pivot_root", 137},
    {"pkey_alloc", 349}, {"pkey_free", 351}, {"pkey_mprotect", 350}, {"preadv2", 359}, {"process_madvise", 389},
    {"process_mrelease", 377}, {"pselect6", 209}, {"pwritev2", 360}, {"query_module", 386}, {"quotactl_fd", 353},
    {"readahead", 373}, {"readdir", 405}, {"readlink", 51}, {"readlinkat", 206}, {"reboot", 54},
    {"remap_file_pages", 168}, {"removexattr", 150}, {"removexattrat", 444}, {"request_key", 190},
    {"restart_syscall", 1}, {"riscv_flush_icache", 415}, {"riscv_hwprobe", 416}, {"rseq", 380},
    {"rseq_slice_yield", 453}, {"rt_sigaction", 107}, {"rt_sigpending", 109}, {"rt_sigprocmask", 108},
    {"rt_sigqueueinfo", 111}, {"rt_sigreturn", 298}, {"rt_sigsuspend", 112}, {"rt_sigtimedwait", 110},
    {"rt_tgsigqueueinfo", 233}, {"rtas", 430}, {"s390_guarded_storage", 411}, {"s390_pci_mmio_read", 402},
    {"s390_pci_mmio_write", 404}, {"s390_runtime_instr", 409}, {"s390_sthyi", 406}, {"sched_get_priority_max", 100},
    {"sched_get_priority_min", 101}, {"sched_getaffinity", 156}, {"sched_getattr", 383}, {"sched_getparam", 96},
    {"sched_getscheduler", 98}, {"sched_rr_get_interval", 102}, {"sched_setaffinity", 155}, {"sched_setattr", 362},
    {"sched_setparam", 95}, {"sched_setscheduler", 97}, {"sched_yield", 99}, {"semtimedop", 371},
    {"set_mempolicy", 368}, {"set_mempolicy_home_node", 370}, {"set_robust_list", 212}, {"set_thread_area", 157},
    {"set_tid_address", 169}, {"setdomainname", 73}, {"setfsgid", 136}, {"setfsuid", 135}, {"setgroups", 126},
    {"sethostname", 44}, {"setitimer", 65}, {"setpriority", 61}, {"settimeofday", 48}, {"setxattr", 141},
    {"setxattrat", 447}, {"sgetmask", 284}, {"shmat", 297}, {"shmctl", 268}, {"shmdt", 266}, {"shmget", 267},
    {"sigaction", 403}, {"sigaltstack", 317}, {"signal", 289}, {"sigpending", 286}, {"sigprocmask", 275},
    {"sigreturn", 410}, {"sigsuspend", 407}, {"socketcall", 277}, {"spu_create", 424}, {"spu_run", 427},
    {"ssetmask", 285}, {"statfs", 62}, {"statfs64", 269}, {"statmount", 438}, {"statx", 367}, {"stime", 291},
    {"subpage_prot", 435}, {"swapcontext", 428}, {"swapoff", 70}, {"swapon", 53}, {"switch_endian", 421},
    {"sync", 24}, {"sync_file_range", 388}, {"sync_file_range2", 425}, {"syncfs", 238}, {"sys_debug_setcontext", 432},
    {"sysfs", 81}, {"sysinfo", 71}, {"syslog", 64}, {"tee", 215}, {"time", 11}, {"timer_create", 170},
    {"timer_delete", 174}, {"timer_getoverrun", 173}, {"timer_gettime", 172}, {"timer_settime", 171},
    {"timerfd", 401}, {"timerfd_gettime", 224}, {"timerfd_settime", 223}, {"times", 31}, {"truncate", 57},
    {"umask", 37}, {"uname", 67}, {"unknown", 0}, {"uprobe", 452}, {"uretprobe", 443}, {"uselib", 52}, {"ustat", 39},
    {"utime", 22}, {"utimensat", 219}, {"utimes", 180}, {"vhangup", 68}, {"vm86", 433}, {"vmsplice", 216},
    {"wait4", 69}, {"waitid", 188}, {"waitpid", 293},
};
// clang-format on

}  // namespace bewit::event::table
