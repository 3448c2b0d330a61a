/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The name that the kernel has for a file, and what it is: no name that the program gave is used. */
#ifndef BEWIT_EBPF_PATH_H
#define BEWIT_EBPF_PATH_H

#include "kernel/programs/scratch.h"

enum { MOST_COMPONENTS = 48 };

/* st_dev, from the kernel's own number. */
static __always_inline uint32_t device_number(uint32_t device)
{
	uint32_t major = device >> 20, minor = device & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

#ifndef BEWIT_KERNEL
/* Whether paths can be looked at where the program runs: always. */
static __always_inline bool may_walk(void)
{
	return true;
}

/* One component further up; 0 at the root. What a step needs stands in the scratch, so that the verifier checks one step and not all ways
 * through many.
 */
__noinline int walk_up(void)
{
	struct scratch *s = get_scratch();
	struct dentry *dentry, *parent, *top;
	struct vfsmount *mount;
	const unsigned char *name;
	uint32_t size, at;

	if (!s)
		return 0;
	dentry = s->dentry;
	mount = s->mount;
	if (dentry == s->root_dentry && mount == s->root_mount)
		return 0;
	top = BPF_CORE_READ(mount, mnt_root);
	parent = BPF_CORE_READ(dentry, d_parent);
	if (dentry == top) {
		struct mount *real = (void *)((char *)mount - bpf_core_field_offset(struct mount, mnt));
		struct mount *above = BPF_CORE_READ(real, mnt_parent);

		if (real == above)
			return 0;
		s->dentry = BPF_CORE_READ(real, mnt_mountpoint);
		s->mount = (void *)((char *)above + bpf_core_field_offset(struct mount, mnt));
		return 1;
	}
	name = BPF_CORE_READ(dentry, d_name.name);
	size = BPF_CORE_READ(dentry, d_name.len) & (NAME_ROOM - 1);
	at = s->path_at;
	if (at <= size + 1) {
		s->marks |= BEWIT_MARK_TRUNCATED;
		return 0;
	}
	at -= size + 1;
	s->path_at = at;
	BOUND(at, PATH_ROOM - 1);
	s->path[at] = '/';
	BOUND(size, NAME_ROOM - 1);
	bpf_probe_read_kernel(&s->path[at + 1], size, name);
	s->dentry = parent;
	/* What was never on a path, a pipe or a memfd, is its own parent. */
	return dentry != parent;
}

/* The path of that dentry on that mount, from the thread's root directory, to scratch.path from scratch.path_at on, without a NUL.
 * Where there are too many components, the first are missing.
 */
__noinline int walk_path(uint64_t dentry, uint64_t mount)
{
	struct scratch *s = get_scratch();

	if (!s)
		return 0;
	s->dentry = (void *)dentry;
	s->mount = (void *)mount;
	s->root_dentry = READ_FROM(s->task, fs, root.dentry);
	s->root_mount = READ_FROM(s->task, fs, root.mnt);
	s->path_at = PATH_ROOM;
	for (int i = 0; i < MOST_COMPONENTS; ++i) {
		if (!walk_up())
			break;
	}
	if (s->path_at == PATH_ROOM) {
		s->path_at = PATH_ROOM - 1;
		s->path[PATH_ROOM - 1] = '/';
	}
	return 0;
}
#endif

static __always_inline struct file *file_of(const struct scratch *s, int fd)
{
	struct fdtable *table = READ_FROM(s->task, files, fdt);
	struct file **files, *file = 0;

	if (fd < 0 || !table || (unsigned int)fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof file, &files[fd]);
	return file;
}

static __always_inline int64_t nanoseconds(int64_t seconds, int64_t rest)
{
	return seconds * 1000000000ll + rest;
}

#ifndef BEWIT_KERNEL
static __always_inline uint64_t change_time(struct inode *inode)
{
	const struct inode___until_6_6 *oldest = (void *)inode;
	const struct inode___until_6_11 *older = (void *)inode;

	if (bpf_core_field_exists(oldest->i_ctime))
		return nanoseconds(BPF_CORE_READ(oldest, i_ctime.tv_sec), BPF_CORE_READ(oldest, i_ctime.tv_nsec));
	if (bpf_core_field_exists(older->__i_ctime))
		return nanoseconds(BPF_CORE_READ(older, __i_ctime.tv_sec), BPF_CORE_READ(older, __i_ctime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(inode, i_ctime_sec), BPF_CORE_READ(inode, i_ctime_nsec));
}

static __always_inline uint64_t modification_time(struct inode *inode)
{
	const struct inode___until_6_6 *oldest = (void *)inode;
	const struct inode___until_6_11 *older = (void *)inode;

	if (bpf_core_field_exists(oldest->i_mtime))
		return nanoseconds(BPF_CORE_READ(oldest, i_mtime.tv_sec), BPF_CORE_READ(oldest, i_mtime.tv_nsec));
	if (bpf_core_field_exists(older->__i_mtime))
		return nanoseconds(BPF_CORE_READ(older, __i_mtime.tv_sec), BPF_CORE_READ(older, __i_mtime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(inode, i_mtime_sec), BPF_CORE_READ(inode, i_mtime_nsec));
}
#else
#include BEWIT_ACCESS
#endif

#endif
