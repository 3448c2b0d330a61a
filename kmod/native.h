/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What kernel/programs/ are written against, for the kernel module: the kernel's own types, and the helpers of BPF as
 * functions. Nothing here sleeps, takes a lock, or faults: memory that is not there reads as zeroes and an error, as
 * the helpers promise.
 */
#ifndef BEWIT_KMOD_NATIVE_H
#define BEWIT_KMOD_NATIVE_H

#include <linux/audit.h>
#include <linux/binfmts.h>
#include <linux/bpf.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#include <linux/ipc.h>
#include <linux/mount.h>
#include <linux/net.h>
#include <linux/percpu_counter.h>
#include <linux/pid_namespace.h>
#include <linux/prctl.h>
#include <linux/sched/signal.h>
#include <linux/sem.h>
#include <linux/timekeeping.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/uaccess.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/tcp_states.h>

#include "kmod/versions.h"

#ifndef IPC_64
#define IPC_64 0x0100
#endif

/* Functions of the programs are this file's own. */
#undef __noinline
#define __noinline static noinline
#define SEC(name) static
#define BPF_PROG(name, ...) name(__VA_ARGS__)

static inline long bpf_probe_read_kernel(void* to, uint32_t size, const void* from) {
    if (copy_from_kernel_nofault(to, from, size) == 0) return 0;
    memset(to, 0, size);
    return -EFAULT;
}

/* With its NUL; cut where it is longer than `size`. */
static inline long bpf_probe_read_kernel_str(void* to, uint32_t size, const void* from) {
    enum { STEP = 64 };
    uint32_t done = 0;
    char* text = to;

    while (done < size) {
        uint32_t part = min_t(uint32_t, size - done, STEP - ((unsigned long)from + done) % STEP);
        const char* end;

        if (copy_from_kernel_nofault(text + done, (const char*)from + done, part) != 0) {
            memset(to, 0, size);
            return -EFAULT;
        }
        end = memchr(text + done, 0, part);
        if (end) return end - text + 1;
        done += part;
    }
    if (size) text[size - 1] = 0;
    return size;
}

static inline long bpf_probe_read_user(void* to, uint32_t size, const void* from) {
    unsigned long left = size;

    pagefault_disable();
    if (access_ok((const void __user*)from, size)) left = __copy_from_user_inatomic(to, (const void __user*)from, size);
    pagefault_enable();
    if (left == 0) return 0;
    memset(to, 0, size);
    return -EFAULT;
}

static inline long bpf_probe_read_user_str(void* to, uint32_t size, const void* from) {
    long length;

    if (size == 0) return -EINVAL;
    pagefault_disable();
    length = strncpy_from_user(to, (const char __user*)from, size);
    pagefault_enable();
    if (length < 0) return length;
    if (length < size) return length + 1;
    ((char*)to)[size - 1] = 0;
    return size;
}

#define bpf_core_read(to, size, from) bpf_probe_read_kernel(to, size, from)
#define bpf_core_type_size(type) sizeof(type)
#define bpf_core_field_offset(type, member) offsetof(type, member)

/* The value of a member, and of a member of what a member points to. Qualifiers of members do not matter to their
 * copies. */
#define BEWIT_READ_1(pointer, member)                                                \
    ({                                                                               \
        char room_[sizeof((pointer)->member)] __aligned(8);                          \
        bpf_probe_read_kernel(room_, sizeof room_, (const void*)&(pointer)->member); \
        *(__typeof__((pointer)->member)*)room_;                                      \
    })
#define BEWIT_READ_2(pointer, one, two)                               \
    ({                                                                \
        __typeof__((pointer)->one) to_2 = BEWIT_READ_1(pointer, one); \
        BEWIT_READ_1(to_2, two);                                      \
    })
#define BEWIT_READ_3(pointer, one, two, three)                        \
    ({                                                                \
        __typeof__((pointer)->one) to_3 = BEWIT_READ_1(pointer, one); \
        BEWIT_READ_2(to_3, two, three);                               \
    })
#define BEWIT_PICK(one, two, three, name, ...) name
#define BPF_CORE_READ(pointer, ...) \
    BEWIT_PICK(__VA_ARGS__, BEWIT_READ_3, BEWIT_READ_2, BEWIT_READ_1)(pointer, __VA_ARGS__)
#define BPF_CORE_READ_INTO(to, pointer, member) bpf_probe_read_kernel(to, sizeof(*(to)), &(pointer)->member)
#define BPF_CORE_READ_BITFIELD_PROBED(pointer, member) ((pointer)->member)

#define bpf_get_current_task() ((unsigned long)current)
#define bpf_get_current_pid_tgid() ((uint64_t)current->tgid << 32 | (uint32_t)current->pid)
#define bpf_get_smp_processor_id() smp_processor_id()
#define bpf_ktime_get_boot_ns() ktime_get_boot_fast_ns()

#endif
