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
#include <utility>

#include "tracer/bpf_instructions.h"
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
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_process_madvise,
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_capset,
    SYS_chroot,
    SYS_pivot_root,
    SYS_mount,
    SYS_umount2,
    SYS_move_mount,
    SYS_fsopen,
    SYS_open_tree,
    SYS_unshare,
    SYS_setns,
    SYS_open_by_handle_at,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_personality,
    SYS_memfd_create,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_kexec_file_load,
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
};
constexpr uint32_t signalling[] = {SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
                                   SYS_pidfd_send_signal};

class Composer {
public:
    void add(sock_filter instruction) { program_.push_back(instruction); }
    void refuse(uint32_t number, uint32_t action = refused) {
        add(jump(BPF_JEQ, number, 0, 1));
        add(give(action));
    }
    // Unless its argument, the lower half, makes `passes` jump over one instruction.
    void refuse_unless(uint32_t number, size_t argument, sock_filter passes) {
        add(jump(BPF_JEQ, number, 0, 4));
        add(load(offsetof(seccomp_data, args) + argument * sizeof(uint64_t)));
        add(passes);
        add(give(refused));
        add(give(SECCOMP_RET_ALLOW));
    }
    BpfProgram take() { return std::move(program_); }

private:
    BpfProgram program_;
};

BpfProgram compose(Errand errand) {
    Composer out;
    out.add(load(offsetof(seccomp_data, arch)));
    out.add(jump(BPF_JEQ, own_abi, 1, 0));
    out.add(give(refused));
    out.add(load(offsetof(seccomp_data, nr)));
    out.add(jump(BPF_JGE, first_foreign, 0, 1));
    out.add(give(refused));
    // The C library makes its threads with clone(2) where there is no clone3(2), whose flags lie in memory.
    out.refuse(SYS_clone3, unknown);
    for (const uint32_t number : never) out.refuse(number);
    if (errand != Errand::Signalling) {
        for (const uint32_t number : signalling) out.refuse(number);
        out.refuse_unless(SYS_tgkill, 0, jump(BPF_JEQ, static_cast<uint32_t>(getpid()), 1, 0));
    }
    out.refuse_unless(SYS_clone, 0, jump(BPF_JSET, CLONE_THREAD, 1, 0));
    for (const uint32_t number : {SYS_mmap, SYS_mprotect, SYS_pkey_mprotect})
        out.refuse_unless(number, 2, jump(BPF_JSET, PROT_EXEC, 0, 1));
    out.add(give(SECCOMP_RET_ALLOW));
    return out.take();
}

}  // namespace

bool confine_thread(Errand errand) {
    BpfProgram program = compose(errand);
    const sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &given) == 0;
}

}  // namespace bewit::tracer
