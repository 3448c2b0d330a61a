/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Bytes and numbers into the record that is being made. Every function begins at scratch.used and moves it on; no more than CHUNK bytes at
 * once, for which there is always room.
 */
#ifndef BEWIT_EBPF_WRITE_H
#define BEWIT_EBPF_WRITE_H

#include "kernel/programs/save.h"

/* False when the record is full: what comes now is left out, and the record marked. */
static __always_inline bool has_room(struct scratch *s)
{
	if (s->used <= OUT_ROOM - CHUNK)
		return true;
	s->marks |= BEWIT_MARK_TRUNCATED;
	return false;
}

#define WRITE_VALUE(s, type, value)                          \
	do {                                                 \
		uint32_t at_ = (s)->used;                    \
		BOUND(at_, OUT_ROOM - 1);                    \
		*(type *)&(s)->out[at_] = (type)(value);     \
		(s)->used = at_ + sizeof(type);              \
	} while (0)

static __always_inline void write_number(struct scratch *s, uint8_t width, uint64_t value)
{
	if (width == 8)
		WRITE_VALUE(s, uint64_t, value);
	else if (width == 4)
		WRITE_VALUE(s, uint32_t, value);
	else if (width == 2)
		WRITE_VALUE(s, uint16_t, value);
	else
		WRITE_VALUE(s, uint8_t, value);
}

/* Kernel memory. */
static __always_inline void write_kernel(struct scratch *s, const void *from, uint32_t size)
{
	uint32_t at = s->used;

	BOUND(at, OUT_ROOM - 1);
	BOUND(size, TEXT_MASK);
	bpf_probe_read_kernel(&s->out[at], size, from);
	s->used = at + size;
}

/* User memory; nothing where it cannot be read. */
static __always_inline uint32_t write_user(struct scratch *s, uint64_t from, uint32_t size)
{
	uint32_t at = s->used;

	if (size == 0 || from == 0)
		return 0;
	BOUND(at, OUT_ROOM - 1);
	BOUND(size, TEXT_MASK);
	if (bpf_probe_read_user(&s->out[at], size, (const void *)from) != 0) {
		count_drop(BEWIT_DROP_PAGE_FAULT);
		return 0;
	}
	s->used = at + size;
	return size;
}

/* A string with its NUL; 0 where it cannot be read. */
static __always_inline uint32_t write_user_text(struct scratch *s, uint64_t from)
{
	uint32_t at = s->used;
	long size;

	if (from == 0)
		return 0;
	BOUND(at, OUT_ROOM - 1);
	size = bpf_probe_read_user_str(&s->out[at], TEXT_MASK, (const void *)from);
	if (size <= 0) {
		count_drop(BEWIT_DROP_PAGE_FAULT);
		return 0;
	}
	s->used = at + (size & TEXT_MASK);
	return size & TEXT_MASK;
}

static __always_inline void write_kernel_text(struct scratch *s, const void *from)
{
	uint32_t at = s->used;
	long size;

	BOUND(at, OUT_ROOM - 1);
	size = bpf_probe_read_kernel_str(&s->out[at], TEXT_MASK, from);
	if (size > 0)
		s->used = at + (size & TEXT_MASK);
}

/* What walk_path() found, with a NUL. */
static __always_inline void write_path(struct scratch *s)
{
	uint32_t from = s->path_at, size = PATH_ROOM - from;

	BOUND(from, PATH_ROOM - 1);
	write_kernel(s, &s->path[from], size);
	WRITE_VALUE(s, uint8_t, 0);
}

static __always_inline bool has_slot(const struct scratch *s, uint32_t slot)
{
	return s->saved.head.present >> (slot & 3) & 1;
}

/* The slot's bytes, at most `limit` of them. */
static __always_inline void write_slot(struct scratch *s, uint32_t slot, uint32_t limit)
{
	uint32_t at = slot_at(s, slot), size = slot_size(s, slot);

	if (!has_slot(s, slot))
		return;
	BOUND(at, SAVED_ROOM - 1);
	write_kernel(s, &s->saved.data[at], size > limit ? limit : size);
}

/* `size` bytes at byte `from` of the slot as a number; false when there are fewer. */
static __always_inline bool slot_number(const struct scratch *s, uint32_t slot, uint32_t from, uint32_t size, uint64_t *value)
{
	uint32_t at = slot_at(s, slot) + from;
	uint64_t room[2] = {}; /* as many bytes as a bound can promise */

	*value = 0;
	if (!has_slot(s, slot) || from + size > slot_size(s, slot))
		return false;
	BOUND(at, SAVED_ROOM - 1);
	if (size > 8)
		return false;
	BOUND(size, 15);
	bpf_probe_read_kernel(room, size, &s->saved.data[at]);
	*value = room[0];
	return true;
}

#endif
