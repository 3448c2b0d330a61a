/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How the program bewit talks to its kernel module: ioctl(2) and mmap(2) on /dev/bewit. Plain C, read by both.
 *
 * One owner at a time: open(2) fails with EBUSY for a second, with EPERM without CAP_SYS_ADMIN or CAP_PERFMON. The
 * owner configures once, maps the rings, and starts; when the last reference to the open file goes, all probes are gone
 * and all memory is free.
 *
 * The mapping holds a ring for each possible CPU, one after the other: a page with struct bewit_ring, then `ring_bytes`
 * of samples (kernel/plan.h). A sample begins at a multiple of eight bytes and may run over the end of its ring to the
 * beginning. Only the module writes `produced`, only the reader `consumed`; both only grow. Samples of one CPU are in
 * order of time; between CPUs the reader merges.
 */
#ifndef BEWIT_KMOD_INTERFACE_H
#define BEWIT_KMOD_INTERFACE_H

#include "kernel/plan.h"

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

enum {
    BEWIT_INTERFACE = 1,    /* raised with every change of what both read */
    BEWIT_RING_HEAD = 4096, /* bytes before the samples; a page, or a part of one */
    BEWIT_SMALLEST_RING = 65536,
    BEWIT_LARGEST_RING = 1 << 30,
};

#define BEWIT_DEVICE "/dev/bewit"

struct bewit_ring {
    uint64_t produced; /* bytes so far, published with release order */
    uint64_t padding[7];
    uint64_t consumed;
};

/* Pointers to arrays of BEWIT_CALLS, BEWIT_PLANS and BEWIT_PLANS. */
struct bewit_configuration {
    uint32_t interface;    /* in: BEWIT_INTERFACE */
    uint32_t ring_bytes;   /* in: of one CPU, a power of two */
    uint32_t wakeup_bytes; /* in: so many unread bytes of one CPU make the file readable */
    uint32_t signals;      /* in: whether signals are told */
    uint64_t calls, plans, tests;
    uint32_t rings;       /* out */
    uint32_t ring_stride; /* out: from one ring to the next, in bytes */
};

/* EPROTO: another interface; EINVAL: values out of range; EBUSY: configured already. */
#define BEWIT_CONFIGURE _IOWR('w', 1, struct bewit_configuration)
/* Puts the probes in place; the caller's process is never told of. */
#define BEWIT_START _IO('w', 2)
/* Sums over all CPUs. */
#define BEWIT_COUNT _IOR('w', 3, struct bewit_counters)

#endif
