/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Addresses and pairs of addresses in the encoding of records: a family, then for each end address and port; for a unix socket two
 * numbers and a path. Both ends are the kernel's. What the program named counts only where the socket has no other end of its own.
 */
#ifndef BEWIT_EBPF_TUPLE_H
#define BEWIT_EBPF_TUPLE_H

#include "kernel/programs/numbers.h"

struct endpoint {
	uint8_t ip[16];
	uint16_t port;
	bool is_narrow, is_any, known;
};

/* ::ffff:a.b.c.d is a.b.c.d. */
static __always_inline void classify(struct endpoint *end)
{
	const uint32_t *words = (const uint32_t *)end->ip;

	if (words[0] == 0 && words[1] == 0 && words[2] == 0xffff0000) {
		*(uint32_t *)end->ip = words[3];
		end->is_narrow = true;
	}
	end->is_any = end->is_narrow ? *(const uint32_t *)end->ip == 0 : !words[0] && !words[1] && !words[2] && !words[3];
	end->known = true;
}

static __always_inline void write_end(struct scratch *s, const struct endpoint *end, bool wide)
{
	uint32_t at = s->used;

	BOUND(at, OUT_ROOM - 1);
	if (!wide) {
		__builtin_memcpy(&s->out[at], end->ip, 4);
		s->used = at + 4;
	} else if (end->is_narrow && !end->is_any) {
		__builtin_memset(&s->out[at], 0, 10);
		s->out[at + 10] = s->out[at + 11] = 0xff;
		__builtin_memcpy(&s->out[at + 12], end->ip, 4);
		s->used = at + 16;
	} else {
		__builtin_memcpy(&s->out[at], end->ip, 16);
		s->used = at + 16;
	}
	WRITE_VALUE(s, uint16_t, end->port);
}

/* A sockaddr in `slot`. */
static __always_inline bool slot_endpoint(struct scratch *s, uint32_t slot, struct endpoint *end)
{
	enum { SMALLEST_IPV6 = 24 };
	uint32_t at = slot_at(s, slot), size = slot_size(s, slot);
	uint16_t family;

	if (!has_slot(s, slot) || size < 16)
		return false;
	BOUND(at, SAVED_ROOM - 1);
	family = *(uint16_t *)&s->saved.data[at];
	end->port = swapped(*(uint16_t *)&s->saved.data[at + 2]);
	if (family == AF_INET) {
		__builtin_memcpy(end->ip, &s->saved.data[at + 4], 4);
		end->is_narrow = true;
	} else if (family == AF_INET6 && size >= SMALLEST_IPV6) {
		__builtin_memcpy(end->ip, &s->saved.data[at + 8], 16);
	} else {
		return false;
	}
	if (end->is_narrow)
		end->is_any = *(uint32_t *)end->ip == 0, end->known = true;
	else
		classify(end);
	return true;
}

/* The path in a sockaddr_un; an abstract name without the NUL that it begins with. With a NUL at the end. False when there is none. */
static __always_inline bool write_slot_unix(struct scratch *s, uint32_t slot)
{
	uint32_t from = slot_at(s, slot), size = slot_size(s, slot), at = s->used;

	if (!has_slot(s, slot) || size < 3)
		return false;
	BOUND(from, SAVED_ROOM - 1);
	if (*(uint16_t *)&s->saved.data[from] != AF_UNIX)
		return false;
	/* Ends the string where it may fill the whole of its room. */
	if (size <= LONGEST_ADDRESS) {
		uint32_t end = from + size;

		BOUND(end, SAVED_ROOM - 1);
		s->saved.data[end] = 0;
	}
	from += s->saved.data[from + 2] == 0 && size > 3 ? 3 : 2;
	BOUND(from, SAVED_ROOM - 1);
	write_kernel_text(s, &s->saved.data[from]);
	return s->used > at + 1;
}

static __always_inline void write_bound_path(struct scratch *s, struct sock *sk)
{
	const struct unix_sock *unix_sock = (void *)sk;
	struct unix_address *address = sk ? BPF_CORE_READ(unix_sock, addr) : 0;
	int size = address ? BPF_CORE_READ(address, len) : 0;
	char first = 0;
	const char *name = (const char *)address + bpf_core_field_offset(struct unix_address, name);

	if (size <= 2) {
		WRITE_VALUE(s, uint8_t, 0);
		return;
	}
	bpf_probe_read_kernel(&first, 1, name + 2);
	if (first) {
		write_kernel_text(s, name + 2);
		return;
	}
	/* An abstract name has no NUL at its end. */
	write_kernel(s, name + 3, size - 3 > 107 ? 107 : size - 3);
	WRITE_VALUE(s, uint8_t, 0);
}

static __always_inline void write_unix_tuple(struct scratch *s, bool outbound, uint32_t slot)
{
	struct socket *socket = READ_FROM(s->file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk), *peer = BPF_CORE_READ((const struct unix_sock *)sk, peer);
	uint64_t own = s->descriptor.inode, other = s->descriptor.unix_peer;
	struct unix_address *peer_address = peer ? BPF_CORE_READ((const struct unix_sock *)peer, addr) : 0;
	uint32_t before;

	WRITE_VALUE(s, uint8_t, AF_UNIX);
	/* What the data goes to stands first. */
	WRITE_VALUE(s, uint64_t, outbound ? other : own);
	WRITE_VALUE(s, uint64_t, outbound ? own : other);
	before = s->used;
	if (slot < BEWIT_MAX_SAVES && write_slot_unix(s, slot))
		return;
	s->used = before;
	write_bound_path(s, peer_address ? peer : sk);
}

static __always_inline void write_inet_tuple(struct scratch *s, bool outbound, uint32_t slot)
{
	struct endpoint local = {.port = s->descriptor.local_port}, remote = {.port = s->descriptor.remote_port};
	bool wide;

	__builtin_memcpy(local.ip, s->descriptor.local, 16);
	__builtin_memcpy(remote.ip, s->descriptor.remote, 16);
	if (s->descriptor.family == AF_INET) {
		local.is_narrow = local.known = true;
		local.is_any = *(uint32_t *)local.ip == 0;
	} else {
		classify(&local);
	}
	if (!s->descriptor.connected) {
		__builtin_memset(&remote, 0, sizeof remote);
		if (slot < BEWIT_MAX_SAVES)
			slot_endpoint(s, slot, &remote);
	} else if (s->descriptor.family == AF_INET) {
		remote.is_narrow = remote.known = true;
		remote.is_any = *(uint32_t *)remote.ip == 0;
	} else {
		classify(&remote);
	}
	wide = (!local.is_narrow && !local.is_any) || (remote.known && !remote.is_narrow && !remote.is_any) || (!local.is_narrow && !remote.is_narrow);
	WRITE_VALUE(s, uint8_t, wide ? AF_INET6 : AF_INET);
	write_end(s, outbound ? &local : &remote, wide);
	write_end(s, outbound ? &remote : &local, wide);
}

/* A parameter of type sockaddr, from what the program gave. */
__noinline int write_address(uint32_t slot)
{
	struct scratch *s = get_scratch();
	struct endpoint end = {};
	uint32_t at;

	if (!s || slot >= BEWIT_MAX_SAVES || !has_slot(s, slot))
		return 0;
	if (slot_endpoint(s, slot, &end)) {
		WRITE_VALUE(s, uint8_t, end.is_narrow ? AF_INET : AF_INET6);
		write_end(s, &end, !end.is_narrow);
		return 0;
	}
	at = slot_at(s, slot);
	BOUND(at, SAVED_ROOM - 1);
	if (slot_size(s, slot) < 2 || *(uint16_t *)&s->saved.data[at] != AF_UNIX)
		return 0;
	WRITE_VALUE(s, uint8_t, AF_UNIX);
	at = s->used;
	if (!write_slot_unix(s, slot)) {
		s->used = at;
		WRITE_VALUE(s, uint8_t, 0);
	}
	return 0;
}

/* The sender's address, where the kernel put it, into slot 3, which no such call uses. */
static __always_inline void take_sender(struct scratch *s, uint64_t address)
{
	s->saved.head.present &= ~(1u << 3);
	if (address)
		save_bytes(s, 3, address, LONGEST_ADDRESS, LONGEST_ADDRESS);
}

__noinline int write_tuple(uint32_t tuple, uint32_t second)
{
	struct scratch *s = get_scratch();
	bool outbound = tuple != BEWIT_TUPLE_ACCEPTED && tuple != BEWIT_TUPLE_INCOMING && tuple < BEWIT_TUPLE_RECEIVED;
	uint32_t slot = BEWIT_NO_ARGUMENT;
	uint64_t address = 0;

	if (!s || !(succeeded(s) || (tuple == BEWIT_TUPLE_CONNECTED && s->result == -EINPROGRESS)))
		return 0;
	if (!look_at_descriptor(tuple == BEWIT_TUPLE_ACCEPTED ? (int)s->result : (int)s->arguments[0]))
		return 0;
	if (tuple == BEWIT_TUPLE_CONNECTED || tuple == BEWIT_TUPLE_SENT)
		slot = second;
	if (tuple == BEWIT_TUPLE_RECEIVED)
		address = argument(s, second);
	if (tuple == BEWIT_TUPLE_RECEIVED_MESSAGE)
		slot_number(s, second & 3, 0, word_size(s), &address);
	if (tuple >= BEWIT_TUPLE_RECEIVED) {
		take_sender(s, address);
		slot = 3;
	}
	if (s->descriptor.family == AF_UNIX)
		write_unix_tuple(s, outbound, slot);
	else if (s->descriptor.family == AF_INET || s->descriptor.family == AF_INET6)
		write_inet_tuple(s, outbound, slot);
	return 0;
}

#endif
