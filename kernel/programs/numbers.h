/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Parameters that are numbers (enum bewit_op): into scratch.value. 0 where the value is absent. */
#ifndef BEWIT_EBPF_NUMBERS_H
#define BEWIT_EBPF_NUMBERS_H

#include "kernel/programs/socket.h"
#include "kernel/programs/write.h"

static __always_inline bool succeeded(const struct scratch *s)
{
	return s->result >= 0;
}

static __always_inline int after_int(struct scratch *s, uint64_t address, uint32_t index)
{
	int value = -1;

	if (succeeded(s))
		bpf_probe_read_user(&value, sizeof value, (const void *)(address + index * sizeof value));
	return value;
}

static __always_inline uint64_t prctl_number(struct scratch *s)
{
	uint32_t option = s->arguments[0];

	if (option == PR_SET_NAME || option == PR_GET_NAME)
		return 0;
	return option == PR_GET_CHILD_SUBREAPER ? (uint64_t)after_int(s, s->arguments[1], 0) : s->arguments[1];
}

static __always_inline int semaphore(struct scratch *s, struct bewit_field *field)
{
	uint64_t value = 0;

	if (succeeded(s))
		slot_number(s, 0, field->argument * 6 + field->second, 2, &value);
	s->value = value;
	return 1;
}

/* Of the socket that accepted: how long its queue of connections is. */
static __always_inline int listener_queue(struct scratch *s, uint32_t what)
{
	struct socket *socket;
	struct sock *sk;
	uint32_t length, limit;

	if (!succeeded(s) || !look_at_descriptor((int)s->arguments[0]) || (s->descriptor.mode & S_IFMT) != S_IFSOCK)
		return 0;
	socket = READ_FROM(s->file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	length = BPF_CORE_READ(sk, sk_ack_backlog);
	limit = BPF_CORE_READ(sk, sk_max_ack_backlog);
	s->value = what == 1 ? length : what == 2 ? limit : limit ? (uint64_t)length * 100 / limit : 0;
	return 1;
}

__noinline int number_of_call(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_field *field;
	uint64_t value, more, word;

	if (!s || i >= BEWIT_MAX_FIELDS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	field = &plan->field[i];
	value = argument(s, field->argument);
	switch (field->op) {
	case BEWIT_ZERO:
		s->value = 0;
		return 1;
	case BEWIT_RESULT:
		s->value = s->result;
		return 1;
	case BEWIT_RESULT_OR_ZERO:
		s->value = succeeded(s) ? s->result : 0;
		return 1;
	case BEWIT_SIGNED:
		s->value = (int64_t)(int32_t)value;
		return 1;
	case BEWIT_UNSIGNED:
		s->value = (uint32_t)value;
		return 1;
	case BEWIT_WORD:
		s->value = value;
		return 1;
	case BEWIT_KIND:
		s->value = field->argument | field->second << 8;
		return 1;
	case BEWIT_NUMBER:
		s->value = s->number;
		return 1;
	case BEWIT_SAVED_WORD:
		return slot_number(s, field->argument, field->second * 8, 8, &s->value);
	case BEWIT_SAVED_LONG:
		return slot_number(s, field->argument, field->second * word_size(s), word_size(s), &s->value);
	case BEWIT_SAVED_HALF:
		return slot_number(s, field->argument, field->second, 2, &s->value);
	case BEWIT_SAVED_TIME:
		word = word_size(s);
		if (!slot_number(s, field->argument, 0, word, &value) || !slot_number(s, field->argument, word, word, &more))
			return 0;
		s->value = nanoseconds(value, more);
		return 1;
	case BEWIT_AFTER_INT:
		s->value = (int64_t)after_int(s, value, field->second);
		return 1;
	case BEWIT_AFTER_HALF:
		s->value = 0;
		return succeeded(s) && value && bpf_probe_read_user(&s->value, 4, (const void *)(value + field->second * 4)) == 0;
	case BEWIT_AFTER_LONG:
		return succeeded(s) && value && read_long(s, value + field->second * word_size(s), &s->value);
	case BEWIT_AFTER_WORD:
		return succeeded(s) && value && bpf_probe_read_user(&s->value, 8, (const void *)(value + field->second * 8)) == 0;
	case BEWIT_AFTER_INODE:
		s->value = look_at_descriptor(after_int(s, value, field->second)) ? s->descriptor.inode : 0;
		return 1;
	case BEWIT_OPENED_DEVICE:
		s->value = succeeded(s) && look_at_descriptor(s->result) ? s->descriptor.device : 0;
		return 1;
	case BEWIT_OPENED_INODE:
		s->value = succeeded(s) && look_at_descriptor(s->result) ? s->descriptor.inode : 0;
		return 1;
	case BEWIT_PRCTL_NUMBER:
		s->value = prctl_number(s);
		return 1;
	case BEWIT_SEMAPHORE:
		return semaphore(s, field);
	case BEWIT_SEMAPHORE_VALUE:
		s->value = ((uint32_t)s->arguments[2] & ~IPC_64) == SETVAL ? (int64_t)(int32_t)s->arguments[3] : 0;
		return 1;
	case BEWIT_QUEUE:
		return listener_queue(s, field->argument);
	case BEWIT_FIRST_SIZE:
		s->value = 0;
		if (s->result > 0)
			bpf_probe_read_user(&s->value, 4, (const void *)(s->arguments[1] + 7 * word_size(s)));
		return 1;
	}
	return 0;
}

#endif
