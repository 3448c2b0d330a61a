/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Parameters that tell of the thread: numbers into scratch.value, as in numbers.h. */
#ifndef BEWIT_EBPF_TASK_H
#define BEWIT_EBPF_TASK_H

#include "kernel/programs/socket.h"
#include "kernel/programs/write.h"

enum {
	PAGE_KB = 4,
	NO_ID = 0xffffffff,
	OVERLAYFS_MAGIC = 0x794c7630,
	MOST_REAPERS = 16,
	/* marks of an execve's `flags` */
	EXE_WRITABLE = 1,
	EXE_UPPER_LAYER = 2,
	EXE_FROM_MEMFD = 4,
	EXE_LOWER_LAYER = 8,
};

/* The number of that pid in its innermost namespace. */
static __always_inline uint64_t inner_number(struct pid *pid)
{
	struct upid upid = {};
	uint32_t level = BPF_CORE_READ(pid, level) & 31;
	char *numbers = (char *)pid + bpf_core_field_offset(struct pid, numbers);

	bpf_core_read(&upid.nr, sizeof upid.nr, numbers + level * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, nr));
	return upid.nr;
}

static __always_inline uint64_t outer_number(struct pid *pid)
{
	int nr = 0;
	char *numbers = (char *)pid + bpf_core_field_offset(struct pid, numbers);

	bpf_core_read(&nr, sizeof nr, numbers + bpf_core_field_offset(struct upid, nr));
	return nr;
}

#ifndef BEWIT_KERNEL
static __always_inline uint64_t resident_pages(struct mm_struct *mm, uint32_t which)
{
	const struct mm_struct___until_6_2 *older = (void *)mm;
	int64_t pages;

	/* Not the sum over all CPUs: what the others have not yet handed in is missing. */
	if (bpf_core_type_exists(struct mm_rss_stat___until_6_2))
		bpf_core_read(&pages, sizeof pages, (char *)mm + bpf_core_field_offset(struct mm_struct___until_6_2, rss_stat) + which * 8);
	else
		bpf_core_read(&pages, sizeof pages,
			      (char *)mm + bpf_core_field_offset(struct mm_struct, rss_stat) + which * bpf_core_type_size(struct percpu_counter) +
				      bpf_core_field_offset(struct percpu_counter, count));
	(void)older;
	return pages > 0 ? pages : 0;
}

static __always_inline uint32_t login_user(struct task_struct *task)
{
	return bpf_core_field_exists(task->loginuid) ? BPF_CORE_READ(task, loginuid.val) : NO_ID;
}
#endif

static __always_inline uint64_t memory(struct scratch *s, uint32_t what)
{
	enum { FILE_PAGES, ANON_PAGES, SWAP_ENTRIES, SHMEM_PAGES };
	struct mm_struct *mm = READ_FROM(s->task, mm);

	if (!mm)
		return 0;
	if (what == 0)
		return BPF_CORE_READ(mm, total_vm) * PAGE_KB;
	if (what == 2)
		return resident_pages(mm, SWAP_ENTRIES) * PAGE_KB;
	return (resident_pages(mm, FILE_PAGES) + resident_pages(mm, ANON_PAGES) + resident_pages(mm, SHMEM_PAGES)) * PAGE_KB;
}

static __always_inline uint64_t terminal(struct scratch *s)
{
	struct tty_struct *tty = READ_FROM(s->task, signal, tty);
	uint32_t major, minor;

	if (!tty)
		return 0;
	major = BPF_CORE_READ(tty, driver, major);
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return device_number(major << 20 | (minor & 0xfffff));
}

static __always_inline uint64_t capabilities(const struct cred *cred, uint32_t which)
{
	uint64_t value = 0;

	if (which == 0)
		bpf_core_read(&value, sizeof value, &cred->cap_inheritable);
	else if (which == 1)
		bpf_core_read(&value, sizeof value, &cred->cap_permitted);
	else
		bpf_core_read(&value, sizeof value, &cred->cap_effective);
	return value;
}

/* Whether overlayfs has the file in its upper layer: the dentry there stands right behind the inode (struct ovl_inode). */
static __always_inline bool in_upper_layer(struct inode *inode)
{
	void *upper = 0;

	bpf_probe_read_kernel(&upper, sizeof upper, (char *)inode + bpf_core_type_size(struct inode));
	return upper != 0;
}

static __always_inline bool is_writable(struct scratch *s, struct file *file, struct inode *inode)
{
	const struct cred *cred = READ_FROM(s->task, cred);
	uint32_t mode = BPF_CORE_READ(inode, i_mode);
	uint64_t effective = capabilities(cred, 2);

	if (BPF_CORE_READ(inode, i_sb, s_flags) & SB_RDONLY || BPF_CORE_READ(inode, i_flags) & S_IMMUTABLE ||
	    BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_READONLY)
		return false;
	if (BPF_CORE_READ(inode, i_uid.val) == BPF_CORE_READ(cred, fsuid.val))
		return true;
	/* Further groups are not looked at. */
	if (mode & (BPF_CORE_READ(inode, i_gid.val) == BPF_CORE_READ(cred, fsgid.val) ? 020 : 02))
		return true;
	return effective & (1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER);
}

static __always_inline uint64_t image_marks(struct scratch *s, struct file *file, struct inode *inode)
{
	uint64_t marks = is_writable(s, file, inode) ? EXE_WRITABLE : 0;
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	char name[8] = {};

	if (BPF_CORE_READ(inode, i_sb, s_magic) == OVERLAYFS_MAGIC)
		marks |= in_upper_layer(inode) ? EXE_UPPER_LAYER : EXE_LOWER_LAYER;
	bpf_probe_read_kernel_str(name, 7, BPF_CORE_READ(dentry, d_name.name));
	if (BPF_CORE_READ(dentry, d_parent) == dentry && name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' &&
	    name[5] == ':')
		marks |= EXE_FROM_MEMFD;
	return marks;
}

/* Who will be the parent of the children that an ending process leaves; 0 when it leaves none. */
static __always_inline uint64_t reaper(struct scratch *s)
{
	struct task_struct *task = s->task, *above = task;
	struct list_head *children = BPF_CORE_READ(task, children.next);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	uint32_t level = BPF_CORE_READ(pid, level) & 31;
	struct pid_namespace *space = 0;
	struct signal_struct *own;
	char *numbers = (char *)pid + bpf_core_field_offset(struct pid, numbers);

	if (children == (void *)((char *)task + bpf_core_field_offset(struct task_struct, children)))
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	own = BPF_CORE_READ(task, signal);
	if (BPF_CORE_READ_BITFIELD_PROBED(own, has_child_subreaper)) {
		for (int i = 0; i < MOST_REAPERS; ++i) {
			struct signal_struct *signal;

			above = BPF_CORE_READ(above, real_parent);
			if (!above || BPF_CORE_READ(above, pid) <= 1)
				break;
			signal = BPF_CORE_READ(above, signal);
			if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
				return BPF_CORE_READ(above, tgid);
		}
	}
	bpf_core_read(&space, sizeof space, numbers + level * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, ns));
	return BPF_CORE_READ(space, child_reaper, pid);
}

static __always_inline uint64_t exit_status(struct scratch *s, uint32_t what)
{
	uint32_t status = READ_FROM(s->task, exit_code) & 0xffff;

	switch (what) {
	case 1:
		return (status & 0x7f) == 0 ? status >> 8 : 0;
	case 2:
		return status & 0x7f;
	case 3:
		return status >> 7 & 1;
	}
	return status;
}

__noinline int number_of_task(uint32_t i)
{
	struct scratch *s = get_scratch();
	struct bewit_plan *plan;
	struct bewit_field *field;
	struct task_struct *task;
	struct file *exe;
	struct inode *inode;

	if (!s || i >= BEWIT_MAX_FIELDS)
		return 0;
	plan = get_plan(s->plan);
	if (!plan)
		return 0;
	field = &plan->field[i];
	task = s->task;
	switch (field->op) {
	case BEWIT_TID:
		s->value = BPF_CORE_READ(task, pid);
		return 1;
	case BEWIT_PID:
		s->value = BPF_CORE_READ(task, tgid);
		return 1;
	case BEWIT_PARENT:
		s->value = BPF_CORE_READ(task, real_parent, tgid);
		return 1;
	case BEWIT_VTID:
		s->value = inner_number(BPF_CORE_READ(task, thread_pid));
		return 1;
	case BEWIT_VPID:
		s->value = inner_number(BPF_CORE_READ(task, group_leader, thread_pid));
		return 1;
	case BEWIT_PGID:
		s->value = outer_number(BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]));
		return 1;
	case BEWIT_VPGID:
		s->value = inner_number(BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]));
		return 1;
	case BEWIT_TTY:
		s->value = terminal(s);
		return 1;
	case BEWIT_UID:
		s->value = BPF_CORE_READ(task, cred, euid.val);
		return 1;
	case BEWIT_GID:
		s->value = BPF_CORE_READ(task, cred, egid.val);
		return 1;
	case BEWIT_LOGIN_UID:
		s->value = login_user(task);
		return 1;
	case BEWIT_CAPABILITIES:
		s->value = capabilities(BPF_CORE_READ(task, cred), field->argument);
		return 1;
	case BEWIT_MEMORY:
		s->value = memory(s, field->argument);
		return 1;
	case BEWIT_FAULTS:
		s->value = field->argument == 0 ? BPF_CORE_READ(task, maj_flt) : BPF_CORE_READ(task, min_flt);
		return 1;
	case BEWIT_FD_LIMIT:
		s->value = BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur);
		return 1;
	case BEWIT_CLONE_FLAGS:
		s->value = s->clone_flags;
		return 1;
	case BEWIT_STATUS:
		s->value = exit_status(s, field->argument);
		return 1;
	case BEWIT_REAPER:
		s->value = reaper(s);
		return 1;
	case BEWIT_SENDER:
		s->value = s->sender;
		return 1;
	case BEWIT_SIGNAL:
		s->value = s->signal;
		return 1;
	}
	exe = BPF_CORE_READ(task, mm, exe_file);
	if (!exe)
		return 0;
	inode = BPF_CORE_READ(exe, f_inode);
	switch (field->op) {
	case BEWIT_EXE_INODE:
		s->value = BPF_CORE_READ(inode, i_ino);
		return 1;
	case BEWIT_EXE_CTIME:
		s->value = change_time(inode);
		return 1;
	case BEWIT_EXE_MTIME:
		s->value = modification_time(inode);
		return 1;
	case BEWIT_EXE_MARKS:
		s->value = image_marks(s, exe, inode);
		return 1;
	}
	return 0;
}

#endif
