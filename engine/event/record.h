/* The event record: what every source writes and the engine reads.
 *
 * It is the event of a `.scap` capture, version 2, byte for byte, so that writing a capture is copying records and a
 * record means the same in the tracer, in BPF programs and in the kernel module. Hence plain C, little-endian, packed:
 *
 *     header | u16 length[nparams] | parameter 0 | parameter 1 | ...
 *
 * Lengths are u32 for the few types flagged LargePayload. A length of 0 means that the value is absent (null). Strings
 * carry their final NUL; integers have the width of their parameter type (engine/event/catalogue.h).
 *
 * One parameter is not a capture's: the `ID` of a generic syscall (event id 1) holds bewit's Kind. Who writes or reads
 * a capture translates it (capture_syscall_id(), engine/event/catalogue.h).
 */
#ifndef BEWIT_ENGINE_EVENT_RECORD_H
#define BEWIT_ENGINE_EVENT_RECORD_H

#ifdef __KERNEL__
#include <linux/types.h>
#elif !defined(__bpf__)
#include <stdint.h>
#endif

struct bewit_event_header {
	uint64_t ts_ns;   /* nanoseconds since the epoch, CLOCK_REALTIME */
	uint64_t tid;     /* thread that made the event, in the reader's pid namespace */
	uint32_t len;     /* bytes of the whole record: header, lengths and parameters */
	uint16_t type;    /* event id, stable for ever: engine/event/catalogue.h */
	uint32_t nparams; /* number of lengths that follow */
} __attribute__((packed));

enum {
	BEWIT_EVENT_HEADER_SIZE = 26,
	BEWIT_EVENT_MAX_SIZE = 65536,
};

#endif
