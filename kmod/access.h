/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What kernel/programs/ ask of kernel structures that a module does not see, or that differ by version. */
#ifndef BEWIT_KMOD_ACCESS_H
#define BEWIT_KMOD_ACCESS_H

/* Where a signal is delivered interrupts are off and the lock of signals is held: d_path(9) might wait for one that is
 * not to be taken then.
 */
static __always_inline bool may_walk(void) { return !irqs_disabled(); }

/* "/" and the dentry's own name, which is all the path that files without a place in the tree have. */
static __always_inline void take_own_name(struct scratch* s, struct dentry* dentry) {
    const unsigned char* name = BPF_CORE_READ(dentry, d_name.name);
    uint32_t size = BPF_CORE_READ(dentry, d_name.len) & (NAME_ROOM - 1);

    s->path_at = PATH_ROOM - 1 - size;
    s->path[s->path_at] = '/';
    bpf_probe_read_kernel(&s->path[s->path_at + 1], size, name);
}

/* The path of that dentry on that mount, from the thread's root directory, to scratch.path from scratch.path_at on,
 * without a NUL.
 *
 * Everything between the read of a pointer to the dentry and the end of this runs in one RCU read-side section, for
 * which dentries of real file systems and mounts stay; those of pipes, sockets and memfds may go at once, and are read
 * as memory that may be gone.
 */
__noinline int walk_path(uint64_t dentry, uint64_t mount) {
    static const char unreachable[] = "(unreachable)", deleted[] = " (deleted)";
    struct scratch* s = get_scratch();
    struct path path = {.mnt = (void*)mount, .dentry = (void*)dentry};
    uint32_t size;
    char* found;

    s->path_at = PATH_ROOM - 1;
    s->path[PATH_ROOM - 1] = '/';
    if (!path.mnt || !path.dentry || !may_walk()) return 0;
    if (BPF_CORE_READ(path.mnt, mnt_flags) & MNT_INTERNAL) {
        take_own_name(s, path.dentry);
        return 0;
    }
    found = d_path(&path, s->path, PATH_ROOM);
    if (IS_ERR(found)) {
        s->marks |= BEWIT_MARK_TRUNCATED;
        s->path[PATH_ROOM - 1] = '/';
        return 0;
    }
    if (strncmp(found, unreachable, sizeof unreachable - 1) == 0) found += sizeof unreachable - 1;
    size = strnlen(found, s->path + PATH_ROOM - (uint8_t*)found);
    if (d_unlinked(path.dentry) && size > sizeof deleted - 1 &&
        strcmp(found + size - (sizeof deleted - 1), deleted) == 0)
        size -= sizeof deleted - 1;
    memmove(s->path + PATH_ROOM - size, found, size);
    s->path_at = PATH_ROOM - size;
    return 0;
}

static __always_inline uint64_t change_time(struct inode* inode) {
    struct timespec64 time = bewit_change_time(inode);

    return nanoseconds(time.tv_sec, time.tv_nsec);
}

static __always_inline uint64_t modification_time(struct inode* inode) {
    struct timespec64 time = bewit_modification_time(inode);

    return nanoseconds(time.tv_sec, time.tv_nsec);
}

static __always_inline uint64_t resident_pages(struct mm_struct* mm, uint32_t which) {
    long pages = bewit_mm_pages(mm, which);

    return pages > 0 ? pages : 0;
}

static __always_inline uint32_t login_user(struct task_struct* task) { return audit_get_loginuid(task).val; }

#endif
