/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The maps, and the room in which a record is put together. Programs run with preemption off and never within each other, so each CPU
 * has one. What a function is told beside plain numbers stands here too: functions that the verifier checks once and for all, however
 * often they are called, take no pointers.
 */
#ifndef BEWIT_EBPF_SCRATCH_H
#define BEWIT_EBPF_SCRATCH_H

/* The same programs are part of the kernel module, which has the kernel's own types, and maps and helpers of its own. */
#ifdef BEWIT_KERNEL
#include BEWIT_KERNEL
#else
#include "kernel/programs/kernel_types.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#endif

#include "engine/event/record.h"
#include "kernel/plan.h"

enum {
	OUT_ROOM = 32768,   /* a power of two, as all of them */
	PATH_ROOM = 4096,
	NAME_ROOM = 256,
	SAVED_ROOM = 16384,
	SMALL_ROOM = 192,
	CHUNK = 4096,	    /* at most this is written at once */
	TEXT_MASK = BEWIT_TEXT_LIMIT,
	RECORD = sizeof(struct bewit_sample),
	LENGTHS = RECORD + BEWIT_EVENT_HEADER_SIZE,
};

/* Keeps the compiler from moving a bound away from its use. */
#define BOUND(value, mask)                         \
	({                                         \
		asm volatile("" : "+r"(value));    \
		(value) &= (mask);                 \
		asm volatile("" : "+r"(value));    \
		value;                             \
	})

/* BPF_CORE_READ of what an expression leads to: members of our own structures must not be taken for the kernel's. */
#define READ_FROM(pointer, ...)                         \
	({                                              \
		__typeof__(pointer) from_ = (pointer);  \
		BPF_CORE_READ(from_, __VA_ARGS__);      \
	})

/* What is known of a call since its entry. */
struct saved_head {
	uint64_t arguments[6];
	uint32_t used;
	uint16_t number;
	uint8_t abi;
	uint8_t present; /* a bit for each slot */
	uint16_t at[BEWIT_MAX_SAVES], size[BEWIT_MAX_SAVES];
};

struct saved_small {
	struct saved_head head;
	uint8_t data[SMALL_ROOM];
};

struct saved {
	struct saved_head head;
	uint8_t data[SAVED_ROOM + CHUNK];
};

struct scratch {
	struct task_struct *task; /* that the event is of */
	struct file *file;	  /* looked at last */
	const char *filename;	  /* of an exec */
	struct dentry *dentry, *root_dentry; /* of a path that is being walked */
	struct vfsmount *mount, *root_mount;
	uint64_t arguments[6];
	int64_t result;
	uint64_t value;
	uint32_t number, plan, used, path_at;
	uint32_t sender, signal;
	uint64_t clone_flags;
	uint8_t abi, marks;
	struct bewit_descriptor descriptor; /* of `file` */
	struct saved saved;
	uint8_t out[OUT_ROOM + 2 * CHUNK];
	uint8_t path[PATH_ROOM + NAME_ROOM];
};

#ifndef BEWIT_KERNEL
/* Set before the programs are loaded. */
const volatile uint32_t own_tgid = 0;	   /* never watched: it would see itself look */
const volatile uint32_t wakeup_bytes = 0; /* of unread samples that wake the reader */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* one for each CPU */
	__type(key, uint32_t);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BEWIT_CALLS);
	__type(key, uint32_t);
	__type(value, struct bewit_call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BEWIT_PLANS);
	__type(key, uint32_t);
	__type(value, struct bewit_plan);
} plans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BEWIT_PLANS);
	__type(key, uint32_t);
	__type(value, struct bewit_tests);
} tests SEC(".maps");

/* Calls on their way, by thread: nearly all are small. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, uint32_t);
	__type(value, struct saved_small);
} small_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, uint32_t);
	__type(value, struct saved);
} large_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct bewit_counters);
} counters SEC(".maps");
#else
#include BEWIT_MAPS
#endif

static __always_inline struct scratch *get_scratch(void)
{
	uint32_t cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratches, &cpu);
}

static __always_inline struct bewit_plan *get_plan(uint32_t plan)
{
	return bpf_map_lookup_elem(&plans, &plan);
}

static __always_inline void count_drop(uint32_t cause)
{
	uint32_t zero = 0;
	struct bewit_counters *counted = bpf_map_lookup_elem(&counters, &zero);

	if (counted && cause < BEWIT_DROPS)
		++counted->drops[cause];
}

/* Where what was saved in a slot stands, and its size. The bound is kept beside the access, where every verifier sees it. */
static __always_inline uint32_t slot_at(const struct scratch *s, uint32_t slot)
{
	BOUND(slot, BEWIT_MAX_SAVES - 1);
	return s->saved.head.at[slot];
}

static __always_inline uint32_t slot_size(const struct scratch *s, uint32_t slot)
{
	BOUND(slot, BEWIT_MAX_SAVES - 1);
	return s->saved.head.size[slot];
}

/* Without a branch: in a loop the compiler may turn one into a jump backwards by falling through, which kernels before 6.8 do not take. */
static __always_inline uint32_t word_size(const struct scratch *s)
{
	uint32_t other = s->abi ^ BEWIT_ABI_I386, x32 = s->number >> 30 & 1;

	BOUND(other, 0xff);
	return 8 >> ((other - 1) >> 31 | x32);
}

/* A long of the call's ABI at `address`. */
static __always_inline bool read_long(const struct scratch *s, uint64_t address, uint64_t *value)
{
	uint32_t last = word_size(s) - 1;

	BOUND(last, 7);
	*value = 0;
	return bpf_probe_read_user(value, last + 1, (const void *)address) == 0;
}

#endif
