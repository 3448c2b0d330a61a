/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets as the kernel has them: both ends, whatever the program said. */
#ifndef BEWIT_EBPF_SOCKET_H
#define BEWIT_EBPF_SOCKET_H

#include "kernel/programs/path.h"

static __always_inline uint16_t swapped(uint16_t value)
{
	return value << 8 | value >> 8;
}

/* The inode number of a socket that has a file; 0 else. */
static __always_inline uint64_t socket_inode(struct sock *sk)
{
	struct file *file = sk ? BPF_CORE_READ(sk, sk_socket, file) : 0;

	return file ? BPF_CORE_READ(file, f_inode, i_ino) : 0;
}

static __always_inline void look_at_socket(struct scratch *s)
{
	struct bewit_descriptor *out = &s->descriptor;
	struct socket *socket = READ_FROM(s->file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);
	uint8_t state;

	if (!sk)
		return;
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->type = BPF_CORE_READ(socket, type);
	out->protocol = BPF_CORE_READ(sk, sk_protocol);
	out->listening = state == TCP_LISTEN;
	if (out->family == AF_UNIX) {
		const struct unix_sock *own = (void *)sk;
		struct sock *peer = BPF_CORE_READ(own, peer);

		out->connected = peer != 0;
		out->unix_peer = socket_inode(peer);
	} else if (out->family == AF_INET) {
		uint32_t local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr), remote = BPF_CORE_READ(sk, __sk_common.skc_daddr);

		if (!local)
			local = BPF_CORE_READ((const struct inet_sock *)sk, inet_saddr);
		__builtin_memcpy(out->local, &local, sizeof local);
		__builtin_memcpy(out->remote, &remote, sizeof remote);
	} else if (out->family == AF_INET6) {
		BPF_CORE_READ_INTO(&out->local, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
		BPF_CORE_READ_INTO(&out->remote, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	}
	if (out->family == AF_INET || out->family == AF_INET6) {
		/* Outlives a connection that was refused, as skc_num does not. */
		out->local_port = swapped(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport));
		out->remote_port = swapped(BPF_CORE_READ(sk, __sk_common.skc_dport));
		out->connected = out->remote_port != 0 && !out->listening;
	}
}

/* What a descriptor of the thread is: into scratch.descriptor, with scratch.file. 0 when it is closed. */
__noinline int look_at_descriptor(int fd)
{
	struct scratch *s = get_scratch();
	struct inode *inode;

	if (!s)
		return 0;
	s->file = file_of(s, fd);
	if (!s->file)
		return 0;
	__builtin_memset(&s->descriptor, 0, sizeof s->descriptor);
	inode = READ_FROM(s->file, f_inode);
	s->descriptor.mode = BPF_CORE_READ(inode, i_mode);
	s->descriptor.device = device_number(BPF_CORE_READ(inode, i_sb, s_dev));
	s->descriptor.magic = BPF_CORE_READ(inode, i_sb, s_magic);
	s->descriptor.inode = BPF_CORE_READ(inode, i_ino);
	s->descriptor.flags = READ_FROM(s->file, f_flags);
	if ((s->descriptor.mode & S_IFMT) == S_IFSOCK && !(s->descriptor.flags & O_PATH))
		look_at_socket(s);
	return 1;
}

#endif
