/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A call's registers on x86-64, of both its ABIs (arch/x86/include/asm/syscall.h). */
#ifndef BEWIT_EBPF_REGISTERS_H
#define BEWIT_EBPF_REGISTERS_H

#include "kernel/programs/kernel_types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long bp, bx, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
};
#pragma clang attribute pop

enum {
	NATIVE_ABI = BEWIT_ABI_X86_64,
	FOREIGN_ABI = BEWIT_ABI_I386,
	TS_COMPAT = 2,
	X32_BIT = 0x40000000,
};

static __always_inline uint8_t abi_of(struct task_struct *task)
{
	const struct thread_info___x86 *info = (void *)&task->thread_info;

	return BPF_CORE_READ(info, status) & TS_COMPAT ? BEWIT_ABI_I386 : BEWIT_ABI_X86_64;
}

static __always_inline int64_t call_number(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, orig_ax);
}

/* x32 has the numbers of x86-64 with a bit set, but for those from 512 on. */
static __always_inline uint32_t plain_number(uint32_t number)
{
	return number & ~X32_BIT;
}

static __always_inline void take_arguments(struct pt_regs *regs, uint8_t abi, uint64_t *arguments)
{
	if (abi == BEWIT_ABI_I386) {
		arguments[0] = (uint32_t)BPF_CORE_READ(regs, bx);
		arguments[1] = (uint32_t)BPF_CORE_READ(regs, cx);
		arguments[2] = (uint32_t)BPF_CORE_READ(regs, dx);
		arguments[3] = (uint32_t)BPF_CORE_READ(regs, si);
		arguments[4] = (uint32_t)BPF_CORE_READ(regs, di);
		arguments[5] = (uint32_t)BPF_CORE_READ(regs, bp);
	} else {
		arguments[0] = BPF_CORE_READ(regs, di);
		arguments[1] = BPF_CORE_READ(regs, si);
		arguments[2] = BPF_CORE_READ(regs, dx);
		arguments[3] = BPF_CORE_READ(regs, r10);
		arguments[4] = BPF_CORE_READ(regs, r8);
		arguments[5] = BPF_CORE_READ(regs, r9);
	}
}

#endif
