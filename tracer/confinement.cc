#include "tracer/confinement.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "tracer/bpf_program.h"

namespace bewit::tracer {
namespace {

#if defined(__x86_64__)
constexpr uint32_t own_abi = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t own_abi = AUDIT_ARCH_AARCH64;
#endif
constexpr uint32_t first_foreign = 0x4000'0000;  // x32

constexpr uint32_t refused = SECCOMP_RET_ERRNO | EPERM, unknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr uint32_t never[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_process_madvise, SYS_setuid, SYS_setgid,
    SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_capset, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2,
    SYS_move_mount, SYS_fsopen, SYS_open_tree, SYS_unshare, SYS_setns, SYS_open_by_handle_at, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_reboot, SYS_swapon,
    SYS_swapoff, SYS_acct, SYS_quotactl, SYS_sethostname, SYS_setdomainname, SYS_personality, SYS_memfd_create,
#if defined(__x86_64__)
    SYS_fork, SYS_vfork, SYS_kexec_file_load, SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
};
constexpr uint32_t signalling[] = {SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal};

class Composer {
public:
    void load(size_t offset) { add({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<uint32_t>(offset)}); }
    void give(uint32_t action) { add({BPF_RET | BPF_K, 0, 0, action}); }
    // The next instruction, unless.
    void unless(uint16_t operation, uint32_t value) { add({static_cast<uint16_t>(BPF_JMP | operation | BPF_K), 1, 0, value}); }
    void only_if(uint16_t operation, uint32_t value) { add({static_cast<uint16_t>(BPF_JMP | operation | BPF_K), 0, 1, value}); }
    void refuse(uint32_t number) {
        only_if(BPF_JEQ, number);
        give(refused);
    }
    // Of a call: what its argument says when these bits are set, or not.
    void refuse_bits(uint32_t number, size_t argument, uint32_t bits, bool when_set) {
        add({BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number});
        load(offsetof(seccomp_data, args) + argument * sizeof(uint64_t));
        add({BPF_JMP | BPF_JSET | BPF_K, static_cast<uint8_t>(when_set ? 0 : 1), static_cast<uint8_t>(when_set ? 1 : 0), bits});
        give(refused);
        give(SECCOMP_RET_ALLOW);
    }
    // Signals go to this process alone.
    void refuse_others(uint32_t number, uint32_t own) {
        add({BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number});
        load(offsetof(seccomp_data, args));
        unless(BPF_JEQ, own);
        give(refused);
        give(SECCOMP_RET_ALLOW);
    }
    BpfProgram take() { return std::move(program_); }

private:
    void add(sock_filter instruction) { program_.push_back(instruction); }
    BpfProgram program_;
};

BpfProgram compose(Errand errand) {
    Composer out;
    out.load(offsetof(seccomp_data, arch));
    out.unless(BPF_JEQ, own_abi);
    out.give(refused);
    out.load(offsetof(seccomp_data, nr));
    out.only_if(BPF_JGE, first_foreign);
    out.give(refused);
    // The C library makes its threads with clone(2) where there is no clone3(2), whose flags lie in memory.
    out.only_if(BPF_JEQ, SYS_clone3);
    out.give(unknown);
    for (const uint32_t number : never) out.refuse(number);
    if (errand != Errand::Signalling) {
        for (const uint32_t number : signalling) out.refuse(number);
        out.refuse_others(SYS_tgkill, static_cast<uint32_t>(getpid()));
    }
    out.refuse_bits(SYS_clone, 0, CLONE_THREAD, false);
    out.refuse_bits(SYS_mmap, 2, PROT_EXEC, true);
    out.refuse_bits(SYS_mprotect, 2, PROT_EXEC, true);
    out.refuse_bits(SYS_pkey_mprotect, 2, PROT_EXEC, true);
    out.give(SECCOMP_RET_ALLOW);
    return out.take();
}

}  // namespace

bool confine_thread(Errand errand) {
    BpfProgram program = compose(errand);
    const sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &given) == 0;
}

}  // namespace bewit::tracer
