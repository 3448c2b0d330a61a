/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The programs: at a call's entry what user memory says is saved, at its exit the record is made; births, execs, ends and signals have
 * tracepoints of their own. Which calls, and how, is told by maps (kernel/plan.h). Nothing here knows an event type by name.
 */
#include "kernel/programs/scratch.h"

#include BEWIT_REGISTERS

#include "kernel/programs/bytes.h"

#ifndef BEWIT_KERNEL
char LICENSE[] SEC("license") = "GPL";
#endif

enum {
	NEVER = 0,
	TESTS = 1,
};

/* Facts, behind the record. */
__noinline int write_fact(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_field *field;
	uint32_t head, at;
	int fd = -1;
	bool directory = false;

	if (!s || i >= BEWIT_MAX_FACTS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan || !has_room(s))
		return 0;
	field = &plan->fact[i];
	switch (field->op) {
	case BEWIT_FACT_START: {
		at = slot_at(s, field->argument);
		BOUND(at, SAVED_ROOM - 1);
		if (!has_slot(s, field->argument) || s->saved.data[at] == '/')
			return 0;
		fd = field->second == BEWIT_NO_ARGUMENT ? AT_FDCWD : (int)argument(s, field->second);
		directory = fd == AT_FDCWD;
		break;
	}
	case BEWIT_FACT_DIRECTORY:
		directory = true;
		break;
	case BEWIT_FACT_RESULT:
		fd = s->result;
		break;
	case BEWIT_FACT_ARGUMENT:
		fd = argument(s, field->argument);
		break;
	case BEWIT_FACT_AFTER:
		fd = after_int(s, argument(s, field->argument), field->second);
		break;
	}
	if (directory && !may_walk())
		return 0;
	if (directory ? !READ_FROM(s->task, fs, pwd.dentry) : fd < 0 || !look_at_descriptor(fd))
		return 0;
	head = s->used;
	WRITE_VALUE(s, uint16_t, directory ? BEWIT_FACT_CWD : BEWIT_FACT_FD);
	WRITE_VALUE(s, uint16_t, 0);
	WRITE_VALUE(s, int32_t, fd);
	if (directory) {
		walk_path((uint64_t)READ_FROM(s->task, fs, pwd.dentry), (uint64_t)READ_FROM(s->task, fs, pwd.mnt));
		write_path(s);
	} else {
		at = s->used;
		BOUND(at, OUT_ROOM - 1);
		__builtin_memcpy(&s->out[at], &s->descriptor, sizeof s->descriptor);
		s->used = at + sizeof s->descriptor;
		if (s->descriptor.family == AF_UNIX) {
			struct socket *socket = READ_FROM(s->file, private_data);
			struct sock *sk = BPF_CORE_READ(socket, sk), *peer = BPF_CORE_READ((const struct unix_sock *)sk, peer);

			write_bound_path(s, peer && BPF_CORE_READ((const struct unix_sock *)peer, addr) ? peer : sk);
		} else if (s->descriptor.family == 0) {
			write_path_of(s, s->file);
		}
	}
	at = head;
	BOUND(at, OUT_ROOM - 1);
	*(uint16_t *)&s->out[at + 2] = s->used - head - sizeof(struct bewit_fact_head);
	return 0;
}

__noinline int write_field(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	uint32_t before;
	uint8_t op, width;

	if (!s || i >= BEWIT_MAX_FIELDS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	op = plan->field[i].op;
	width = plan->field[i].width;
	before = s->used;
	if (op == BEWIT_ABSENT || !has_room(s)) {
	} else if (op < BEWIT_CAPABILITIES || (op > BEWIT_MEMORY && op < BEWIT_TID)) {
		if (number_of_call(i))
			write_number(s, width, s->value);
	} else if (op < BEWIT_LAST_NUMBER) {
		if (number_of_task(i))
			write_number(s, width, s->value);
	} else if (op == BEWIT_ADDRESS) {
		write_address(plan->field[i].argument);
	} else if (op == BEWIT_TUPLE) {
		write_tuple(plan->field[i].argument, plan->field[i].second);
	} else if (op >= BEWIT_ARGUMENTS || op == BEWIT_OPENED_PATH) {
		bytes_of_task(i);
	} else {
		bytes_of_call(i);
	}
	*(uint16_t *)&s->out[LENGTHS + 2 * i] = s->used - before;
	return 0;
}

/* Makes the record of scratch.plan and sends it. */
__noinline int send_record(void)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_counters *counted;
	struct bewit_sample *sample;
	uint32_t zero = 0, size, fields;
	uint64_t flags = 0;

	if (!s)
		return 0;
	plan = get_plan(s->plan);
	if (!plan || plan->event == 0)
		return 0;
	fields = plan->fields;
	if (fields > BEWIT_MAX_FIELDS)
		return 0;
	s->used = LENGTHS + 2 * fields;
	for (uint32_t i = 0; i < BEWIT_MAX_FIELDS; ++i) {
		if (i < fields)
			write_field(i);
	}
	/* struct bewit_event_header, which is packed */
	*(uint64_t *)&s->out[RECORD] = bpf_ktime_get_boot_ns();
	*(uint64_t *)&s->out[RECORD + 8] = (uint32_t)READ_FROM(s->task, pid);
	*(uint32_t *)&s->out[RECORD + 16] = s->used - RECORD;
	*(uint16_t *)&s->out[RECORD + 20] = plan->event;
	*(uint32_t *)&s->out[RECORD + 22] = fields;
	for (uint32_t i = 0; i < BEWIT_MAX_FACTS; ++i) {
		if (i < plan->facts)
			write_fact(i);
	}
	size = s->used;
	sample = (struct bewit_sample *)s->out;
	sample->size = size;
	sample->pid = READ_FROM(s->task, tgid);
	sample->padding = 0;
	sample->abi = s->abi;
	sample->marks = s->marks;
	sample->number = s->number;
	__builtin_memcpy(sample->arguments, s->arguments, sizeof sample->arguments);
	sample->result = s->result;

	counted = bpf_map_lookup_elem(&counters, &zero);
	if (counted)
		++counted->events;
	if (wakeup_bytes)
		flags = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
	BOUND(size, OUT_ROOM - 1);
	if (bpf_ringbuf_output(&ring, s->out, size, flags) != 0)
		count_drop(plan->category);
	return 0;
}

static __always_inline bool is_own(void)
{
	return bpf_get_current_pid_tgid() >> 32 == own_tgid;
}

/* What that number of that ABI means; null when nobody cares. */
static __always_inline struct bewit_call *find_call(uint8_t abi, uint64_t number)
{
	uint32_t plain = plain_number(number), key;
	struct bewit_call *call;

	/* Numbers that no table has are all the last one. */
	if (plain >= BEWIT_CALL_NUMBERS)
		plain = BEWIT_CALL_NUMBERS - 1;
	key = abi * BEWIT_CALL_NUMBERS + plain;
	call = bpf_map_lookup_elem(&calls, &key);
	return call && call->level != NEVER ? call : 0;
}

/* Whether the registers leave anything to be seen: one clause of which all tests hold. */
__noinline int passes_tests(uint32_t plan)
{
	struct scratch *s = get_scratch();
	struct bewit_tests *wanted = bpf_map_lookup_elem(&tests, &plan);
	bool holds = true;

	if (!s || !wanted)
		return 1;
	for (uint32_t i = 0; i < BEWIT_MAX_TESTS; ++i) {
		const struct bewit_test *test = &wanted->test[i];
		uint64_t value;

		if (i >= wanted->count)
			break;
		value = argument(s, test->argument);
		if (test->high)
			value >>= 32;
		if ((((uint32_t)value & test->mask) == test->value) != test->equal)
			holds = false;
		if (test->last) {
			if (holds)
				return 1;
			holds = true;
		}
	}
	return 0;
}

static __always_inline struct scratch *begin(struct task_struct *task, uint32_t plan)
{
	struct scratch *s = get_scratch();

	if (!s)
		return 0;
	s->task = task;
	s->plan = plan;
	s->marks = 0;
	s->filename = 0;
	s->clone_flags = 0;
	return s;
}

/* CLONE_*, from what the caller gave: only clone and clone3 take any. */
static __always_inline uint64_t birth_flags(uint8_t birth, uint64_t given)
{
	if (birth == BEWIT_BIRTH_FORK)
		return 0;
	return birth == BEWIT_BIRTH_VFORK ? CLONE_VM | CLONE_VFORK : given;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(entered, struct pt_regs *regs, long number)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	uint8_t abi = abi_of(task);
	struct bewit_call *call = find_call(abi, number);
	struct bewit_plan *plan;
	struct scratch *s;

	if (!call || !call->at_entry || is_own())
		return 0;
	s = begin(task, call->plan);
	if (!s)
		return 0;
	take_arguments(regs, abi, s->arguments);
	if (call->level == TESTS && !passes_tests(call->plan))
		return 0;
	plan = get_plan(call->plan);
	if (!plan)
		return 0;
	s->abi = abi;
	s->number = number;
	forget_saved(s);
	save_all(s, plan);
	put_away(s, bpf_get_current_pid_tgid());
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(returned, struct pt_regs *regs, long result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	uint8_t abi = abi_of(task);
	int64_t number = call_number(regs);
	struct bewit_call *call = find_call(abi, number);
	struct bewit_plan *plan;
	struct scratch *s;
	uint32_t tid = bpf_get_current_pid_tgid();

	if (!call || is_own())
		return 0;
	/* A birth has told of the child, and an exec of the new image. */
	if ((call->is_birth || call->is_exec) && result == 0) {
		if (call->is_exec)
			drop_saved(tid);
		return 0;
	}
	s = begin(task, call->plan);
	if (!s)
		return 0;
	take_arguments(regs, abi, s->arguments);
	if (call->level == TESTS && !passes_tests(call->plan))
		return 0;
	s->abi = abi;
	s->number = number;
	s->result = result;
	forget_saved(s);
	if (call->at_entry) {
		bring_back(s, tid);
		plan = get_plan(call->plan);
		/* What the entry could not read, the kernel has brought in by now. */
		if (plan)
			save_all(s, plan);
	}
	if (call->is_birth) {
		uint64_t given = s->arguments[0];

		if (call->birth == BEWIT_BIRTH_CLONE3)
			slot_number(s, 0, 0, 8, &given);
		s->clone_flags = birth_flags(call->birth, given);
	}
	send_record();
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct *parent, struct task_struct *child)
{
	uint32_t birth = BEWIT_BIRTH_CLONE;
	struct bewit_call *call;
	struct scratch *s;

	if (BPF_CORE_READ(child, flags) & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER) || is_own())
		return 0;
	s = begin(child, BEWIT_PLAN_BORN);
	if (!s)
		return 0;
	/* What the parent asked for; it stands in its call. */
	{
		uint32_t tid = bpf_get_current_pid_tgid();
		struct saved_small *small = bpf_map_lookup_elem(&small_calls, &tid);

		if (small) {
			call = find_call(small->head.abi, small->head.number);
			if (call && call->is_birth) {
				birth = call->birth;
				s->clone_flags = birth_flags(birth, birth == BEWIT_BIRTH_CLONE3 ? *(uint64_t *)small->data : small->head.arguments[0]);
			}
		}
	}
	if (BPF_CORE_READ(child, tgid) != BPF_CORE_READ(child, pid))
		s->clone_flags |= CLONE_THREAD;
	s->plan = BEWIT_PLAN_BORN + (birth & 3);
	s->result = 0;
	s->abi = NATIVE_ABI;
	s->number = 0;
	forget_saved(s);
	send_record();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, int former, struct linux_binprm *binprm)
{
	struct scratch *s;

	if (is_own())
		return 0;
	s = begin(task, BEWIT_PLAN_EXECUTED);
	if (!s)
		return 0;
	s->filename = BPF_CORE_READ(binprm, filename);
	s->result = 0;
	s->abi = NATIVE_ABI;
	s->number = 0;
	forget_saved(s);
	/* A thread that was not the leader has taken the leader's number. */
	if (former != BPF_CORE_READ(task, pid))
		drop_saved(former);
	send_record();
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(exited, struct task_struct *task)
{
	struct scratch *s;

	if (BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER) || is_own())
		return 0;
	drop_saved(bpf_get_current_pid_tgid());
	s = begin(task, BEWIT_PLAN_EXITED);
	if (!s)
		return 0;
	s->result = 0;
	s->abi = NATIVE_ABI;
	s->number = 0;
	forget_saved(s);
	send_record();
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(delivered, int signal, struct kernel_siginfo *info)
{
	struct scratch *s;
	int code;

	if (is_own())
		return 0;
	s = begin((void *)bpf_get_current_task(), BEWIT_PLAN_SIGNAL);
	if (!s)
		return 0;
	code = BPF_CORE_READ(info, si_code);
	s->sender = code <= SI_USER ? BPF_CORE_READ(info, _sifields._kill._pid) : 0;
	s->signal = signal;
	s->result = 0;
	s->abi = NATIVE_ABI;
	s->number = 0;
	forget_saved(s);
	send_record();
	return 0;
}
