/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A call's registers, by the kernel's own accessors: the same on every architecture but for its ABIs. */
#ifndef BEWIT_KMOD_REGISTERS_H
#define BEWIT_KMOD_REGISTERS_H

#include <linux/compat.h>

#include <asm/syscall.h>

enum {
#if defined(CONFIG_X86_64)
    NATIVE_ABI = BEWIT_ABI_X86_64,
    FOREIGN_ABI = BEWIT_ABI_I386,
    FOREIGN_BITS = 0x40000000, /* x32 */
#elif defined(CONFIG_ARM64)
    NATIVE_ABI = BEWIT_ABI_AARCH64,
    FOREIGN_ABI = BEWIT_ABI_OTHER,
    FOREIGN_BITS = 0,
#else
#error "bewit knows the syscalls of x86-64 and arm64"
#endif
};

static __always_inline uint8_t abi_of(struct task_struct* task) {
#if defined(CONFIG_X86_64)
    return in_ia32_syscall() ? FOREIGN_ABI : NATIVE_ABI;
#else
    return is_compat_task() ? FOREIGN_ABI : NATIVE_ABI;
#endif
}

static __always_inline int64_t call_number(struct pt_regs* regs) { return syscall_get_nr(current, regs); }

static __always_inline uint32_t plain_number(uint32_t number) { return number & ~(uint32_t)FOREIGN_BITS; }

static __always_inline void take_arguments(struct pt_regs* regs, uint8_t abi, uint64_t* arguments) {
    unsigned long given[6];
    int i;

    syscall_get_arguments(current, regs, given);
    for (i = 0; i < 6; ++i) arguments[i] = abi == NATIVE_ABI ? given[i] : (uint32_t)given[i];
}

#endif
