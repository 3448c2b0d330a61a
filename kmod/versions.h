/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Where kernels from 5.10 on differ; the only place that asks for a version. */
#ifndef BEWIT_KMOD_VERSIONS_H
#define BEWIT_KMOD_VERSIONS_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/version.h>

#ifndef PF_IO_WORKER /* 5.12 */
#define PF_IO_WORKER 0
#endif
#ifndef PF_USER_WORKER /* 6.4 */
#define PF_USER_WORKER 0
#endif

/* sched_process_exit tells whether it is the last thread. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define BEWIT_EXIT_ARGUMENTS struct task_struct *task, bool is_last
#else
#define BEWIT_EXIT_ARGUMENTS struct task_struct* task
#endif

static inline struct timespec64 bewit_change_time(struct inode* inode) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
    return inode_get_ctime(inode);
#else
    return inode->i_ctime;
#endif
}

static inline struct timespec64 bewit_modification_time(struct inode* inode) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
    return inode_get_mtime(inode);
#else
    return inode->i_mtime;
#endif
}

/* Pages of one kind, without what other CPUs have not yet handed in. */
static inline long bewit_mm_pages(struct mm_struct* mm, int which) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
    return percpu_counter_read(&mm->rss_stat[which]);
#else
    return atomic_long_read(&mm->rss_stat.count[which]);
#endif
}

#endif
