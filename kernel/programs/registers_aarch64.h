/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A call's registers on arm64 (arch/arm64/include/asm/syscall.h). Its 32-bit ABI has no table: those calls are of kind `unknown`. */
#ifndef BEWIT_EBPF_REGISTERS_H
#define BEWIT_EBPF_REGISTERS_H

#include "kernel/programs/kernel_types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};
#pragma clang attribute pop

enum {
	NATIVE_ABI = BEWIT_ABI_AARCH64,
	FOREIGN_ABI = BEWIT_ABI_OTHER,
	TIF_32BIT = 22,
};

static __always_inline uint8_t abi_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_info.flags) >> TIF_32BIT & 1 ? BEWIT_ABI_OTHER : BEWIT_ABI_AARCH64;
}

static __always_inline int64_t call_number(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, syscallno);
}

static __always_inline uint32_t plain_number(uint32_t number)
{
	return number;
}

static __always_inline void take_arguments(struct pt_regs *regs, uint8_t abi, uint64_t *arguments)
{
	(void)abi;
	arguments[0] = BPF_CORE_READ(regs, orig_x0);
	arguments[1] = BPF_CORE_READ(regs, regs[1]);
	arguments[2] = BPF_CORE_READ(regs, regs[2]);
	arguments[3] = BPF_CORE_READ(regs, regs[3]);
	arguments[4] = BPF_CORE_READ(regs, regs[4]);
	arguments[5] = BPF_CORE_READ(regs, regs[5]);
}

#endif
