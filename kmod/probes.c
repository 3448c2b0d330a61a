// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The programs of kernel/programs/, compiled for this kernel, on its tracepoints; and the memory that they work in. The programs run with
 * preemption off and in an RCU read-side section, on every kernel: some tracepoints no longer see to that themselves.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/syscalls.h>

#include "kmod/probes.h"

#include "kernel/programs/bewit.bpf.c"

enum { SMALL_CALLS = 8192, LARGE_CALLS = 64 };

#define BEWIT_RUN(program)        \
	do {                      \
		preempt_disable(); \
		rcu_read_lock();  \
		program;          \
		rcu_read_unlock(); \
		preempt_enable(); \
	} while (0)

static void on_enter(void *data, struct pt_regs *regs, long number)
{
	BEWIT_RUN(entered(regs, number));
}

static void on_exit(void *data, struct pt_regs *regs, long result)
{
	BEWIT_RUN(returned(regs, result));
}

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	BEWIT_RUN(forked(parent, child));
}

static void on_exec(void *data, struct task_struct *task, pid_t former, struct linux_binprm *binprm)
{
	BEWIT_RUN(executed(task, former, binprm));
}

static void on_end(void *data, BEWIT_EXIT_ARGUMENTS)
{
	BEWIT_RUN(exited(task));
}

static void on_signal(void *data, int signal, struct kernel_siginfo *info, struct k_sigaction *action)
{
	BEWIT_RUN(delivered(signal, info));
}

/* The compiler's word that the tracepoints of this kernel have the arguments that are taken for theirs. */
static inline void check_probes(void)
{
	check_trace_callback_type_sys_enter(on_enter);
	check_trace_callback_type_sys_exit(on_exit);
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_sched_process_exec(on_exec);
	check_trace_callback_type_sched_process_exit(on_end);
	check_trace_callback_type_signal_deliver(on_signal);
}

struct probe {
	const char *name;
	void *function;
	struct tracepoint *point;
	bool optional, placed;
};

/* In the order in which they are placed: births are seen before what the born do. */
static struct probe probes[] = {
	{.name = "sched_process_exit", .function = on_end},
	{.name = "sched_process_fork", .function = on_fork},
	{.name = "sched_process_exec", .function = on_exec},
	{.name = "sys_exit", .function = on_exit},
	{.name = "sys_enter", .function = on_enter},
	{.name = "signal_deliver", .function = on_signal, .optional = true},
};

static void note_point(struct tracepoint *point, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); ++i) {
		if (strcmp(point->name, probes[i].name) == 0)
			probes[i].point = point;
	}
}

void bewit_stop(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); ++i) {
		if (probes[i].placed)
			tracepoint_probe_unregister(probes[i].point, probes[i].function, NULL);
		probes[i].placed = false;
	}
	tracepoint_synchronize_unregister();
}

int bewit_start(bool signals)
{
	size_t i;
	int error;

	check_probes();
	own_tgid = current->tgid;
	for_each_kernel_tracepoint(note_point, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); ++i) {
		if (probes[i].optional && !signals)
			continue;
		error = probes[i].point ? tracepoint_probe_register(probes[i].point, probes[i].function, NULL) : -ENOENT;
		if (error) {
			bewit_stop();
			return error;
		}
		probes[i].placed = true;
	}
	return 0;
}

static void wake_readers(struct irq_work *work)
{
	wake_up_interruptible(&container_of(work, struct bewit_rings, wake)->readers);
}

void bewit_prepare(void)
{
	init_waitqueue_head(&ring.readers);
	init_irq_work(&ring.wake, wake_readers);
}

void bewit_release(void)
{
	size_t i;

	irq_work_sync(&ring.wake);
	for (i = 0; i < ARRAY_SIZE(all_maps); ++i)
		free_map(all_maps[i]);
	vfree(ring.area);
	kvfree(ring.produced);
	ring.area = NULL;
	ring.produced = NULL;
	ring.count = 0;
}

static int fill(struct bewit_map *map, uint64_t from, uint32_t row_bytes)
{
	uint32_t i;

	for (i = 0; i < map->count; ++i) {
		if (copy_from_user(map_row(map, i), u64_to_user_ptr(from + (uint64_t)i * row_bytes), row_bytes))
			return -EFAULT;
		cond_resched();
	}
	return 0;
}

int bewit_configure(struct bewit_configuration *wanted)
{
	int error = 0;

	if (wanted->interface != BEWIT_INTERFACE)
		return -EPROTO;
	if (wanted->ring_bytes < BEWIT_SMALLEST_RING || wanted->ring_bytes > BEWIT_LARGEST_RING || (wanted->ring_bytes & (wanted->ring_bytes - 1)) ||
	    wanted->wakeup_bytes == 0)
		return -EINVAL;
	if (ring.area)
		return -EBUSY;
	ring.count = nr_cpu_ids;
	ring.ring_bytes = wanted->ring_bytes;
	/* What follows a ring's head is mapped with it: whole pages. */
	ring.stride = PAGE_ALIGN(BEWIT_RING_HEAD + wanted->ring_bytes);
	ring.produced = kvcalloc(ring.count, sizeof *ring.produced, GFP_KERNEL);
	ring.area = vmalloc_user(array_size(ring.count, ring.stride));
	wakeup_bytes = wanted->wakeup_bytes;
	if (!ring.produced || !ring.area)
		error = -ENOMEM;
	error = error ?: make_map(&scratches, nr_cpu_ids, sizeof(struct scratch), false);
	error = error ?: make_map(&counters, nr_cpu_ids, sizeof(struct bewit_counters), false);
	error = error ?: make_map(&calls, BEWIT_CALLS, sizeof(struct bewit_call), false);
	error = error ?: make_map(&plans, BEWIT_PLANS, sizeof(struct bewit_plan), false);
	error = error ?: make_map(&tests, BEWIT_PLANS, sizeof(struct bewit_tests), false);
	error = error ?: make_map(&small_calls, SMALL_CALLS, sizeof(struct saved_small), true);
	error = error ?: make_map(&large_calls, LARGE_CALLS, sizeof(struct saved), true);
	error = error ?: fill(&calls, wanted->calls, sizeof(struct bewit_call));
	error = error ?: fill(&plans, wanted->plans, sizeof(struct bewit_plan));
	error = error ?: fill(&tests, wanted->tests, sizeof(struct bewit_tests));
	if (error) {
		bewit_release();
		return error;
	}
	wanted->rings = ring.count;
	wanted->ring_stride = ring.stride;
	return 0;
}

void bewit_count(struct bewit_counters *sum)
{
	uint32_t cpu, cause;

	memset(sum, 0, sizeof *sum);
	for (cpu = 0; cpu < counters.count; ++cpu) {
		const struct bewit_counters *one = (const void *)map_row(&counters, cpu);

		sum->events += READ_ONCE(one->events);
		for (cause = 0; cause < BEWIT_DROPS; ++cause)
			sum->drops[cause] += READ_ONCE(one->drops[cause]);
	}
}

int bewit_map_rings(struct vm_area_struct *area)
{
	if (!ring.area || area->vm_pgoff != 0 || area->vm_end - area->vm_start != (unsigned long)ring.count * ring.stride)
		return -EINVAL;
	return remap_vmalloc_range(area, ring.area, 0);
}

wait_queue_head_t *bewit_readers(void)
{
	return &ring.readers;
}

bool bewit_is_readable(void)
{
	uint32_t cpu;

	for (cpu = 0; cpu < ring.count; ++cpu) {
		if (ring_unread(&ring, cpu) >= wakeup_bytes)
			return true;
	}
	return false;
}
