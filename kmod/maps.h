/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The maps of kernel/programs/ for the kernel module: plain memory, taken when the owner configures and given back when
 * it goes; no lookup allocates, waits, or takes more than a few steps. The rings are here, too.
 */
#ifndef BEWIT_KMOD_MAPS_H
#define BEWIT_KMOD_MAPS_H

#include <linux/hash.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "kmod/interface.h"

/* An array, or where `owners` is set a table of rows that threads own for the time of a call. */
struct bewit_map {
    uint32_t count, row_bytes;
    uint8_t* rows;
    uint32_t* owners;
};

enum { MOST_PROBES = 16 };

static struct bewit_map scratches, calls, plans, tests, small_calls, large_calls, counters;
static struct bewit_map* const all_maps[] = {&scratches, &calls, &plans, &tests, &small_calls, &large_calls, &counters};

static uint32_t own_tgid, wakeup_bytes;

static inline void free_map(struct bewit_map* map) {
    vfree(map->rows);
    vfree(map->owners);
    memset(map, 0, sizeof *map);
}

static inline int make_map(struct bewit_map* map, uint32_t count, uint32_t row_bytes, bool owned) {
    map->count = count;
    map->row_bytes = round_up(row_bytes, 8);
    map->rows = vzalloc(array_size(count, map->row_bytes));
    if (owned) map->owners = vzalloc(array_size(count, sizeof *map->owners));
    return map->rows && (!owned || map->owners) ? 0 : -ENOMEM;
}

static inline uint8_t* map_row(struct bewit_map* map, uint32_t at) { return map->rows + (size_t)at * map->row_bytes; }

/* Where the row of that thread is; -1 when it has none. Rows are a power of two. */
static inline int find_owned(struct bewit_map* map, uint32_t tid) {
    uint32_t begin = hash_32(tid, 32), i;

    for (i = 0; i < MOST_PROBES; ++i) {
        uint32_t at = (begin + i) & (map->count - 1);

        if (READ_ONCE(map->owners[at]) == tid) return at;
    }
    return -1;
}

static inline void* find_row(struct bewit_map* map, uint32_t key) {
    int at;

    if (map == &counters) key = smp_processor_id();
    if (!map->owners) return key < map->count ? map_row(map, key) : NULL;
    at = find_owned(map, key);
    return at < 0 ? NULL : map_row(map, at);
}

static inline long write_row(struct bewit_map* map, uint32_t tid, const void* value, uint32_t size) {
    int found = find_owned(map, tid);
    uint32_t begin = hash_32(tid, 32), i;

    for (i = 0; found < 0 && i < MOST_PROBES; ++i) {
        uint32_t at = (begin + i) & (map->count - 1);

        if (READ_ONCE(map->owners[at]) == 0 && cmpxchg(&map->owners[at], 0, tid) == 0) found = at;
    }
    if (found < 0) return -E2BIG;
    memcpy(map_row(map, found), value, size);
    return 0;
}

static inline long delete_row(struct bewit_map* map, uint32_t tid) {
    int found = find_owned(map, tid);

    if (found < 0) return -ENOENT;
    smp_store_release(&map->owners[found], 0);
    return 0;
}

#define bpf_map_lookup_elem(map, key) find_row(map, *(key))
/* No more than what is used: `value` is a struct saved. */
#define bpf_map_update_elem(map, key, value, flags) \
    write_row(                                      \
        map, *(key), value,                         \
        sizeof(struct saved_head) + min_t(uint32_t, (value)->head.used, (map)->row_bytes - sizeof(struct saved_head)))
#define bpf_map_delete_elem(map, key) delete_row(map, *(key))

/* Rings: one for each CPU in one area that the owner maps. What the owner writes there is never trusted: `produced` is
 * kept here. */
struct bewit_rings {
    uint8_t* area;
    uint32_t count, ring_bytes, stride;
    uint64_t* produced; /* by CPU */
    wait_queue_head_t readers;
    struct irq_work wake;
};

static struct bewit_rings ring;

static inline struct bewit_ring* ring_head(struct bewit_rings* rings, uint32_t cpu) {
    return (struct bewit_ring*)(rings->area + (size_t)cpu * rings->stride);
}

/* Bytes that wait; all of the ring where the reader's word makes no sense. */
static inline uint64_t ring_unread(struct bewit_rings* rings, uint32_t cpu) {
    uint64_t unread = READ_ONCE(rings->produced[cpu]) - smp_load_acquire(&ring_head(rings, cpu)->consumed);

    return min_t(uint64_t, unread, rings->ring_bytes);
}

static inline uint64_t bpf_ringbuf_query(struct bewit_rings* rings, uint64_t what) {
    return ring_unread(rings, smp_processor_id());
}

static inline long bpf_ringbuf_output(struct bewit_rings* rings, const void* sample, uint32_t size, uint64_t flags) {
    uint32_t cpu = smp_processor_id(), room = round_up(size, 8), at, first;
    struct bewit_ring* head = ring_head(rings, cpu);
    uint8_t* data = (uint8_t*)head + BEWIT_RING_HEAD;
    uint64_t produced = rings->produced[cpu];

    if (flags & BPF_RB_FORCE_WAKEUP) irq_work_queue(&rings->wake);
    if (room > rings->ring_bytes - ring_unread(rings, cpu)) return -ENOSPC;
    at = produced & (rings->ring_bytes - 1);
    first = min_t(uint32_t, size, rings->ring_bytes - at);
    memcpy(data + at, sample, first);
    memcpy(data, (const uint8_t*)sample + first, size - first);
    WRITE_ONCE(rings->produced[cpu], produced + room);
    smp_store_release(&head->produced, produced + room);
    return 0;
}

#endif
