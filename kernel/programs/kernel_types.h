/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The little of the kernel's types that the programs look at, kept by hand. Only names and types of members matter: where they stand is
 * corrected for the running kernel when the programs are loaded (CO-RE; Documentation/bpf/llvm_reloc.rst). A member that kernels know by
 * several names has a type of its own for each, called TYPE___REMARK.
 */
#ifndef BEWIT_EBPF_KERNEL_TYPES_H
#define BEWIT_EBPF_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 uint8_t;
typedef __u16 uint16_t;
typedef __u32 uint32_t;
typedef __u64 uint64_t;
typedef __s16 int16_t;
typedef __s32 int32_t;
typedef __s64 int64_t;
#include <stdbool.h>

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2, BPF_RB_AVAIL_DATA = 0 };

/* Constants of the kernel's headers. */
enum {
	PF_IO_WORKER = 0x10,
	PF_USER_WORKER = 0x4000,
	PF_KTHREAD = 0x200000,
	CLONE_VM = 0x100,
	CLONE_VFORK = 0x4000,
	CLONE_THREAD = 0x10000,
	PIDTYPE_TGID = 1,
	PIDTYPE_PGID = 2,
	RLIMIT_NOFILE = 7,
	CAP_DAC_OVERRIDE = 1,
	CAP_FOWNER = 3,
	SB_RDONLY = 1,
	S_IMMUTABLE = 8,
	MNT_READONLY = 0x40,
	S_IFMT = 0170000,
	S_IFSOCK = 0140000,
	O_PATH = 010000000,
	AT_FDCWD = -100,
	AF_UNIX = 1,
	AF_INET = 2,
	AF_INET6 = 10,
	SOL_SOCKET = 1,
	SOCK_STREAM = 1,
	TCP_ESTABLISHED = 1,
	TCP_LISTEN = 10,
	EINPROGRESS = 115,
	SETVAL = 16,
	IPC_64 = 0x100,
	PR_SET_NAME = 15,
	PR_GET_NAME = 16,
	PR_GET_CHILD_SUBREAPER = 37,
	SI_USER = 0,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct hlist_node {
	struct hlist_node **pprev;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

typedef struct {
	int counter;
} atomic_t;

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	__s64 i_ctime_sec, i_mtime_sec;
	__u32 i_ctime_nsec, i_mtime_nsec;
};
struct inode___until_6_6 { /* i_ctime; i_mtime until 6.7 */
	struct timespec64 i_ctime, i_mtime;
};
struct inode___until_6_11 {
	struct timespec64 __i_ctime, __i_mtime;
};

struct file {
	struct inode *f_inode;
	struct path f_path;
	unsigned int f_flags;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root, pwd;
};

struct percpu_counter {
	__s64 count;
};

struct mm_struct {
	unsigned long total_vm;
	unsigned long arg_start, arg_end, env_start, env_end;
	struct percpu_counter rss_stat[4];
	struct file *exe_file;
};
struct mm_rss_stat___until_6_2 {
	struct {
		long counter;
	} count[4];
};
struct mm_struct___until_6_2 {
	struct mm_rss_stat___until_6_2 rss_stat;
};

struct pid_namespace {
	struct task_struct *child_reaper;
	unsigned int level;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct rlimit {
	unsigned long rlim_cur;
};

struct tty_driver {
	int major;
	int minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

struct signal_struct {
	atomic_t live;
	unsigned int is_child_subreaper : 1;
	unsigned int has_child_subreaper : 1;
	struct pid *pids[4];
	struct tty_struct *tty;
	struct rlimit rlim[16];
};

typedef struct {
	__u64 val;
} kernel_cap_t;

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective; /* two halves before 6.3: the same bytes */
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
};

struct thread_info {
	unsigned long flags;
};
struct thread_info___x86 {
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct list_head children;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	unsigned long min_flt, maj_flt;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	kuid_t loginuid;
	struct mm_struct *mm;
};

struct linux_binprm {
	const char *filename;
};

struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		struct {
			int _pid;
		} _kill;
	} _sifields;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	__u16 sk_type;
	__u32 sk_ack_backlog, sk_max_ack_backlog;
	struct socket *sk_socket;
};

struct inet_sock {
	__be32 inet_saddr;
	__be16 inet_sport;
};

struct sockaddr_un {
	unsigned short sun_family;
};

struct unix_address {
	int len;
	struct sockaddr_un name[1];
};

struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};

struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};

#pragma clang attribute pop

#endif
