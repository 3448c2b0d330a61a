/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* User memory is read at the call's entry, once: what another thread writes there afterwards changes nothing (struct bewit_save). */
#ifndef BEWIT_EBPF_SAVE_H
#define BEWIT_EBPF_SAVE_H

#include "kernel/programs/scratch.h"

enum { MOST_VECTORS = 8, MOST_STRINGS = 64, LONGEST_ADDRESS = 128, HOW_SIZE = 24 };

static __always_inline void keep(struct saved *saved, uint32_t slot, uint32_t at, uint32_t size)
{
	BOUND(slot, BEWIT_MAX_SAVES - 1);
	saved->head.at[slot] = at;
	saved->head.size[slot] = size;
	saved->head.present |= 1u << slot;
	saved->head.used = at + size;
}

static __always_inline void save_text(struct scratch *s, uint32_t slot, uint64_t address)
{
	uint32_t at = s->saved.head.used;
	long size;

	if (at > SAVED_ROOM - CHUNK)
		return;
	BOUND(at, SAVED_ROOM - 1);
	size = bpf_probe_read_user_str(&s->saved.data[at], TEXT_MASK, (const void *)address);
	if (size > 0)
		keep(&s->saved, slot, at, size & TEXT_MASK);
	if (size == TEXT_MASK)
		s->marks |= BEWIT_MARK_TRUNCATED;
}

static __always_inline void save_bytes(struct scratch *s, uint32_t slot, uint64_t address, uint64_t wanted, uint32_t limit)
{
	uint32_t at = s->saved.head.used;
	uint32_t size = wanted > limit ? limit : wanted;

	if (at > SAVED_ROOM - CHUNK || size == 0)
		return;
	BOUND(at, SAVED_ROOM - 1);
	BOUND(size, TEXT_MASK);
	if (bpf_probe_read_user(&s->saved.data[at], size, (const void *)address) == 0)
		keep(&s->saved, slot, at, size);
}

/* The data of iovecs one after the other; what follows a hole is not told. */
static __always_inline void save_vectors(struct scratch *s, uint32_t slot, uint64_t address, uint64_t count)
{
	uint32_t begin = s->saved.head.used, room = BEWIT_DATA_LIMIT, at = begin;
	uint64_t base, length, total = 0, word = word_size(s);

	if (at > SAVED_ROOM - CHUNK)
		return;
	for (uint32_t i = 0; i < MOST_VECTORS; ++i) {
		uint32_t size;

		if (i >= count || !read_long(s, address + i * 2 * word, &base) || !read_long(s, address + i * 2 * word + word, &length))
			break;
		total += length;
		size = length > room ? room : length;
		if (size == 0)
			continue;
		BOUND(at, SAVED_ROOM - 1);
		BOUND(size, 127);
		if (bpf_probe_read_user(&s->saved.data[at], size, (const void *)base) != 0) {
			room = 0;
			continue;
		}
		at += size;
		room -= size;
	}
	if (at > begin)
		keep(&s->saved, slot, begin, at - begin);
	at = s->saved.head.used;
	BOUND(at, SAVED_ROOM - 1);
	*(uint64_t *)&s->saved.data[at] = total;
	keep(&s->saved, slot + 1, at, sizeof total);
}

static __always_inline void save_message(struct scratch *s, uint32_t slot, uint64_t address)
{
	uint64_t word = word_size(s), name, name_size, vector, count;

	if (!read_long(s, address, &name) || !read_long(s, address + word, &name_size) || !read_long(s, address + 2 * word, &vector) ||
	    !read_long(s, address + 3 * word, &count))
		return;
	save_vectors(s, slot, vector, count);
	/* msg_namelen is an int beside padding. */
	if (name)
		save_bytes(s, slot + 2, name, (uint32_t)name_size, LONGEST_ADDRESS);
}

static __always_inline void save_list(struct scratch *s, uint32_t slot, uint64_t address)
{
	uint32_t begin = s->saved.head.used, at = begin, total = 0;
	uint64_t pointer, word = word_size(s);

	if (address == 0 || at > SAVED_ROOM - CHUNK)
		return;
	for (uint32_t i = 0; i < MOST_STRINGS; ++i) {
		uint32_t room = TEXT_MASK - total;
		long size;

		if (!read_long(s, address + i * word, &pointer) || pointer == 0)
			break;
		if (total >= TEXT_MASK) {
			s->marks |= BEWIT_MARK_TRUNCATED;
			break;
		}
		BOUND(at, SAVED_ROOM - 1);
		BOUND(room, TEXT_MASK);
		size = bpf_probe_read_user_str(&s->saved.data[at], room, (const void *)pointer);
		if (size <= 0)
			break;
		at += size & TEXT_MASK;
		total += size & TEXT_MASK;
	}
	keep(&s->saved, slot, begin, total & TEXT_MASK);
}

/* fsconfig(2): strings and blobs, by the command. */
static __always_inline void save_configuration(struct scratch *s, uint32_t slot, uint64_t address)
{
	enum { SET_STRING = 1, SET_BINARY, SET_PATH, SET_PATH_EMPTY };
	uint32_t command = s->arguments[1];

	if (command == SET_STRING || command == SET_PATH || command == SET_PATH_EMPTY)
		save_text(s, slot, address);
	else if (command == SET_BINARY)
		save_bytes(s, slot, address, (uint32_t)s->arguments[4], TEXT_MASK);
}

static __always_inline uint64_t argument(const struct scratch *s, uint32_t number)
{
	return s->arguments[number < 6 ? number : 0];
}

/* One thing to be saved, unless it is already. */
__noinline int save_one(uint32_t i)
{
	enum { SET_NAME = 15 };
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_save *save;
	uint64_t address;

	if (!s || i >= BEWIT_MAX_SAVES)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	save = &plan->save[i];
	address = argument(s, save->argument);
	if (address == 0 || s->saved.head.present >> (save->slot & 3) & 1)
		return 0;
	switch (save->op) {
	case BEWIT_SAVE_TEXT:
		save_text(s, save->slot, address);
		break;
	case BEWIT_SAVE_BYTES:
		save_bytes(s, save->slot, address, argument(s, save->second), BEWIT_DATA_LIMIT);
		break;
	case BEWIT_SAVE_ADDRESS:
		save_bytes(s, save->slot, address, (uint32_t)argument(s, save->second), LONGEST_ADDRESS);
		break;
	case BEWIT_SAVE_FIXED:
		save_bytes(s, save->slot, address, save->second, 255);
		break;
	case BEWIT_SAVE_LONGS:
		save_bytes(s, save->slot, address, save->second * word_size(s), 255);
		break;
	case BEWIT_SAVE_HOW:
		if (argument(s, save->second) >= HOW_SIZE)
			save_bytes(s, save->slot, address, HOW_SIZE, HOW_SIZE);
		break;
	case BEWIT_SAVE_VECTOR:
		save_vectors(s, save->slot, address, argument(s, save->second));
		break;
	case BEWIT_SAVE_MESSAGE:
		save_message(s, save->slot, address);
		break;
	case BEWIT_SAVE_LIST:
		save_list(s, save->slot, address);
		break;
	case BEWIT_SAVE_NAME:
		if ((uint32_t)s->arguments[0] == SET_NAME)
			save_text(s, save->slot, address);
		break;
	case BEWIT_SAVE_KEY: {
		uint32_t operation = s->arguments[0];

		if (operation < BEWIT_KEY_OPERATIONS && bewit_key_strings(operation) >> save->second & 1)
			save_text(s, save->slot, address);
		break;
	}
	case BEWIT_SAVE_SEMAPHORES:
		save_bytes(s, save->slot, address, (uint32_t)argument(s, 2) > 1 ? 12 : 6, 12);
		break;
	case BEWIT_SAVE_CONFIGURATION:
		save_configuration(s, save->slot, address);
		break;
	}
	return 0;
}

static __always_inline void save_all(struct scratch *s, const struct bewit_plan *plan)
{
	(void)s;
	for (uint32_t i = 0; i < BEWIT_MAX_SAVES; ++i) {
		if (i < plan->saves)
			save_one(i);
	}
}

static __always_inline void forget_saved(struct scratch *s)
{
	s->saved.head.used = 0;
	s->saved.head.present = 0;
}

/* Puts away what was saved, until the call's exit. */
static __always_inline void put_away(struct scratch *s, uint32_t tid)
{
	long failed;

	s->saved.head.number = s->number;
	s->saved.head.abi = s->abi;
	__builtin_memcpy(s->saved.head.arguments, s->arguments, sizeof s->arguments);
	if (s->saved.head.used <= SMALL_ROOM)
		failed = bpf_map_update_elem(&small_calls, &tid, &s->saved, BPF_ANY);
	else
		failed = bpf_map_update_elem(&large_calls, &tid, &s->saved, BPF_ANY);
	if (failed)
		count_drop(BEWIT_DROP_SCRATCH);
}

/* Brings it back; false when there is nothing. */
static __always_inline bool bring_back(struct scratch *s, uint32_t tid)
{
	struct saved_small *small = bpf_map_lookup_elem(&small_calls, &tid);
	struct saved *large;

	if (small) {
		__builtin_memcpy(&s->saved.head, &small->head, sizeof small->head);
		bpf_probe_read_kernel(s->saved.data, SMALL_ROOM, small->data);
		bpf_map_delete_elem(&small_calls, &tid);
		return true;
	}
	large = bpf_map_lookup_elem(&large_calls, &tid);
	if (large) {
		__builtin_memcpy(&s->saved.head, &large->head, sizeof large->head);
		bpf_probe_read_kernel(s->saved.data, SAVED_ROOM, large->data);
		bpf_map_delete_elem(&large_calls, &tid);
		return true;
	}
	forget_saved(s);
	return false;
}

static __always_inline void drop_saved(uint32_t tid)
{
	if (bpf_map_delete_elem(&small_calls, &tid) != 0)
		bpf_map_delete_elem(&large_calls, &tid);
}

#endif
