/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Parameters that are texts and bytes (enum bewit_op), written where the record ends now; nothing is written where one is absent. */
#ifndef BEWIT_EBPF_BYTES_H
#define BEWIT_EBPF_BYTES_H

#include "kernel/programs/task.h"
#include "kernel/programs/tuple.h"

enum { DYNAMIC_NUMBER = 0, DYNAMIC_TEXT = 1, MOST_POLLED = 16 };

static __always_inline uint32_t smaller(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

/* Iovecs that the kernel filled with `left` bytes. */
static __always_inline void write_vectors(struct scratch *s, uint64_t address, uint64_t count, uint32_t left)
{
	uint64_t base, length, word = word_size(s);

	for (uint32_t i = 0; i < MOST_VECTORS; ++i) {
		uint32_t size;

		if (i >= count || left == 0 || !read_long(s, address + i * 2 * word, &base) || !read_long(s, address + i * 2 * word + word, &length))
			return;
		size = smaller(length, left);
		if (size == 0)
			continue;
		BOUND(size, 127);
		if (write_user(s, base, size) == 0)
			return;
		left -= size;
	}
}

static __always_inline void write_received_message(struct scratch *s, bool several)
{
	uint64_t vector, count, word = word_size(s);
	uint32_t size = 0;

	if (!succeeded(s) || !slot_number(s, 0, 2 * word, word, &vector) || !slot_number(s, 0, 3 * word, word, &count))
		return;
	if (several) {
		if (s->result > 0)
			bpf_probe_read_user(&size, sizeof size, (const void *)(s->arguments[1] + 7 * word));
	} else {
		size = smaller(s->result, BEWIT_DATA_LIMIT);
	}
	write_vectors(s, vector, count, smaller(size, BEWIT_DATA_LIMIT));
}

/* The kernel shortens msg_controllen to what it wrote. */
static __always_inline void write_control(struct scratch *s)
{
	uint64_t control, room, after, word = word_size(s);

	if (!succeeded(s) || !slot_number(s, 0, 4 * word, word, &control) || !slot_number(s, 0, 5 * word, word, &room) || control == 0 ||
	    !read_long(s, s->arguments[1] + 5 * word, &after))
		return;
	write_user(s, control, smaller(smaller(after, room), TEXT_MASK));
}

/* Tags of a socket option's value: those of captures. Only SOL_SOCKET's are known. */
static __always_inline uint8_t option_tag(uint32_t level, uint32_t name)
{
	enum { UNKNOWN, ERRNO, UINT32, UINT64, TIME };

	if (level != SOL_SOCKET)
		return UNKNOWN;
	switch (name) {
	case 4: /* SO_ERROR */
		return ERRNO;
	case 20: /* SO_RCVTIMEO, SO_SNDTIMEO, old and new */
	case 21:
	case 66:
	case 67:
		return TIME;
	case 57: /* SO_COOKIE */
		return UINT64;
	case 13: /* structures, names, programs */
	case 17:
	case 26:
	case 28:
	case 50:
	case 55:
	case 59:
		return UNKNOWN;
	}
	return name <= 49 ? UINT32 : UNKNOWN;
}

/* `bytes` is where the value is now: in user memory, or in slot 0. */
static __always_inline void write_option(struct scratch *s, uint64_t address, uint32_t size)
{
	enum { ERRNO = 1, UINT32, UINT64, TIME };
	uint8_t tag = option_tag(s->arguments[1], s->arguments[2]);
	uint64_t words[4] = {}; /* as many bytes as a bound can promise */
	uint32_t at = s->saved.head.at[0], halves[2], wanted;

	if (address == 0 ? !has_slot(s, 0) : size == 0)
		return;
	WRITE_VALUE(s, uint8_t, tag);
	if (tag == 0) {
		if (address == 0)
			write_slot(s, 0, LONGEST_ADDRESS);
		else
			write_user(s, address, smaller(size, LONGEST_ADDRESS));
		return;
	}
	if (address == 0) {
		BOUND(at, SAVED_ROOM - 1);
		size = s->saved.head.size[0];
		wanted = smaller(size, 16);
		BOUND(wanted, 31);
		bpf_probe_read_kernel(words, wanted, &s->saved.data[at]);
	} else {
		wanted = smaller(size, 16);
		BOUND(wanted, 31);
		bpf_probe_read_user(words, wanted, (const void *)address);
	}
	halves[0] = words[0];
	halves[1] = words[0] >> 32;
	if (tag == ERRNO)
		WRITE_VALUE(s, uint64_t, -(int64_t)(int32_t)halves[0]);
	else if (tag == UINT32)
		WRITE_VALUE(s, uint32_t, halves[0]);
	else if (tag == UINT64)
		WRITE_VALUE(s, uint64_t, words[0]);
	else if (size >= 16)
		WRITE_VALUE(s, uint64_t, words[0] * 1000000000ull + words[1] * 1000);
	else
		WRITE_VALUE(s, uint64_t, halves[0] * 1000000000ull + halves[1] * 1000ull);
}

static __always_inline void write_received_option(struct scratch *s)
{
	uint32_t size = 0;

	if (succeeded(s) && s->arguments[3] && s->arguments[4] &&
	    bpf_probe_read_user(&size, sizeof size, (const void *)s->arguments[4]) == 0)
		write_option(s, s->arguments[3], smaller(size, LONGEST_ADDRESS));
}

static __always_inline void write_dynamic(struct scratch *s, uint64_t value)
{
	WRITE_VALUE(s, uint8_t, DYNAMIC_NUMBER);
	WRITE_VALUE(s, uint64_t, value);
}

static __always_inline void write_ptrace_data(struct scratch *s)
{
	enum { LAST_PEEK = 3, CONT = 7, SINGLESTEP = 9, DETACH = 17, SYSCALL = 24 };
	uint32_t request = s->arguments[0];
	uint64_t word = 0, data = s->arguments[3];

	if (!succeeded(s)) {
		write_dynamic(s, 0);
	} else if (request == CONT || request == SINGLESTEP || request == DETACH || request == SYSCALL) {
		WRITE_VALUE(s, uint8_t, DYNAMIC_TEXT);
		WRITE_VALUE(s, uint8_t, data);
	} else if (request == 0 || request > LAST_PEEK) {
		write_dynamic(s, data);
	} else {
		bpf_probe_read_user(&word, sizeof word, (const void *)data);
		write_dynamic(s, word);
	}
}

static __always_inline void write_key(struct scratch *s, struct bewit_field *field)
{
	uint32_t operation = s->arguments[0], position = field->argument;

	if (position >= bewit_key_arguments(operation)) {
		write_dynamic(s, 0);
	} else if (!(bewit_key_strings(operation) >> position & 1)) {
		write_dynamic(s, argument(s, field->second));
	} else {
		WRITE_VALUE(s, uint8_t, DYNAMIC_TEXT);
		write_slot(s, position, TEXT_MASK);
	}
}

/* poll(2): a count, then for each descriptor its number and what happened. */
static __always_inline void write_poll_list(struct scratch *s, struct bewit_field *field)
{
	struct {
		int32_t fd;
		int16_t events, returned;
	} entry;
	uint64_t address = argument(s, field->argument), count = argument(s, field->second);
	uint32_t at = s->used;
	uint16_t got = 0;

	WRITE_VALUE(s, uint16_t, 0);
	for (uint32_t i = 0; i < MOST_POLLED; ++i) {
		if (i >= count || bpf_probe_read_user(&entry, sizeof entry, (const void *)(address + i * sizeof entry)) != 0)
			break;
		WRITE_VALUE(s, uint64_t, (int64_t)entry.fd);
		WRITE_VALUE(s, uint16_t, entry.returned);
		++got;
	}
	BOUND(at, OUT_ROOM - 1);
	*(uint16_t *)&s->out[at] = got;
}

static __always_inline bool is_text_command(uint32_t command)
{
	return command == 1 || command == 3 || command == 4; /* FSCONFIG_SET_STRING, _PATH, _PATH_EMPTY */
}

/* What an image was started with; a list that is cut ends in a NUL all the same. */
static __always_inline void write_image_list(struct scratch *s, uint64_t begin, uint64_t end)
{
	uint32_t size = smaller(end - begin, TEXT_MASK), at;

	if (end <= begin)
		return;
	if (end - begin > TEXT_MASK)
		s->marks |= BEWIT_MARK_TRUNCATED;
	if (write_user(s, begin, size) == 0)
		return;
	at = s->used - 1;
	BOUND(at, OUT_ROOM - 1);
	s->out[at] = 0;
}

static __always_inline void write_arguments(struct scratch *s, uint32_t what)
{
	struct mm_struct *mm = READ_FROM(s->task, mm);
	uint64_t begin = BPF_CORE_READ(mm, arg_start), end = BPF_CORE_READ(mm, arg_end);
	uint32_t before = s->used, first;

	if (!mm || begin >= end)
		return;
	first = write_user_text(s, begin);
	if (what == 0)
		return;
	s->used = before;
	if (first != 0)
		write_image_list(s, begin + first, end);
}

/* A list of strings in a slot: the first, or those after it. */
static __always_inline void write_list(struct scratch *s, uint32_t slot, bool head)
{
	uint32_t at = slot_at(s, slot), size = slot_size(s, slot), before = s->used, first;

	if (!has_slot(s, slot) || size == 0)
		return;
	BOUND(at, SAVED_ROOM - 1);
	write_kernel_text(s, &s->saved.data[at]);
	first = s->used - before;
	if (head)
		return;
	s->used = before;
	if (first >= size)
		return;
	at += first;
	BOUND(at, SAVED_ROOM - 1);
	write_kernel(s, &s->saved.data[at], size - first);
}

static __always_inline void write_path_of(struct scratch *s, struct file *file)
{
	if (!file)
		return;
	walk_path((uint64_t)BPF_CORE_READ(file, f_path.dentry), (uint64_t)BPF_CORE_READ(file, f_path.mnt));
	write_path(s);
}

__noinline int bytes_of_call(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_field *field;

	if (!s || i >= BEWIT_MAX_FIELDS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	field = &plan->field[i];
	switch (field->op) {
	case BEWIT_TEXT:
	case BEWIT_SAVED_ALL:
		write_slot(s, field->argument, TEXT_MASK);
		break;
	case BEWIT_SAVED_BYTES:
		write_slot(s, field->argument, s->result > 0 ? smaller(s->result, TEXT_MASK) : TEXT_MASK);
		break;
	case BEWIT_LIST_HEAD:
		write_list(s, field->argument, true);
		break;
	case BEWIT_LIST_TAIL:
		write_list(s, field->argument, false);
		break;
	case BEWIT_AFTER_TEXT:
		if (succeeded(s))
			write_user_text(s, argument(s, field->argument));
		break;
	case BEWIT_RECEIVED:
		if (s->result > 0)
			write_user(s, argument(s, field->argument), smaller(s->result, BEWIT_DATA_LIMIT));
		break;
	case BEWIT_RECEIVED_VECTOR:
		if (s->result > 0)
			write_vectors(s, argument(s, field->argument), argument(s, field->second), smaller(s->result, BEWIT_DATA_LIMIT));
		break;
	case BEWIT_RECEIVED_MESSAGE:
		write_received_message(s, field->second);
		break;
	case BEWIT_RECEIVED_CONTROL:
		write_control(s);
		break;
	case BEWIT_SENT_OPTION:
		write_option(s, 0, 0);
		break;
	case BEWIT_RECEIVED_OPTION:
		write_received_option(s);
		break;
	case BEWIT_PRCTL_TEXT:
		if (has_slot(s, 0))
			write_slot(s, 0, TEXT_MASK);
		else if ((uint32_t)s->arguments[0] == PR_GET_NAME && succeeded(s))
			write_user_text(s, s->arguments[1]);
		break;
	case BEWIT_PTRACE_ADDRESS:
		write_dynamic(s, succeeded(s) ? s->arguments[2] : 0);
		break;
	case BEWIT_PTRACE_DATA:
		write_ptrace_data(s);
		break;
	case BEWIT_KEY:
		write_key(s, field);
		break;
	case BEWIT_POLL_LIST:
		write_poll_list(s, field);
		break;
	case BEWIT_CONFIGURATION_BYTES:
		if (!is_text_command(s->arguments[1]))
			write_slot(s, field->argument, TEXT_MASK);
		break;
	case BEWIT_CONFIGURATION_TEXT:
		if (is_text_command(s->arguments[1]))
			write_slot(s, field->argument, TEXT_MASK);
		break;
	}
	return 0;
}

__noinline int bytes_of_task(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_field *field;
	struct task_struct *task;
	struct mm_struct *mm;

	if (!s || i >= BEWIT_MAX_FIELDS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	field = &plan->field[i];
	mm = READ_FROM(s->task, mm);
	switch (field->op) {
	case BEWIT_OPENED_PATH:
		if (succeeded(s))
			write_path_of(s, file_of(s, s->result));
		break;
	case BEWIT_ARGUMENTS:
		write_arguments(s, field->argument);
		break;
	case BEWIT_ENVIRONMENT:
		if (mm)
			write_image_list(s, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
		break;
	case BEWIT_DIRECTORY:
		walk_path((uint64_t)READ_FROM(s->task, fs, pwd.dentry), (uint64_t)READ_FROM(s->task, fs, pwd.mnt));
		write_path(s);
		break;
	case BEWIT_COMM:
		task = s->task;
		write_kernel_text(s, &task->comm);
		break;
	case BEWIT_EXE_PATH:
		if (mm)
			write_path_of(s, BPF_CORE_READ(mm, exe_file));
		break;
	case BEWIT_FILENAME:
		if (s->filename)
			write_kernel_text(s, s->filename);
		break;
	}
	return 0;
}

#endif
