/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the program bewit tells its BPF programs or its kernel module, and what they send: plain C, read by all.
 *
 * A plan says how the record of one event type is made: what is saved of user memory at the call's entry, and for every parameter of
 * the record where it comes from. The programs know no event type by name; kernel/plan_table.h has the plans.
 *
 * What they send is a sample: a head, the record (engine/event/record.h), and facts, that is kernel state which belongs to the event and
 * is no parameter of it. In a record fresh from the kernel, flags and codes still have the kernel's own encoding (kernel/sample.h).
 */
#ifndef BEWIT_EBPF_PLAN_H
#define BEWIT_EBPF_PLAN_H

#if !defined(__bpf__) && !defined(__KERNEL__)
#include <stdint.h>
#endif

enum bewit_abi { BEWIT_ABI_X86_64, BEWIT_ABI_I386, BEWIT_ABI_AARCH64, BEWIT_ABI_OTHER, BEWIT_ABIS };

enum {
	BEWIT_CALL_NUMBERS = 1024, /* of one ABI */
	BEWIT_CALLS = BEWIT_ABIS * BEWIT_CALL_NUMBERS,
	/* The first plans are those of calls, by event::Kind. */
	BEWIT_PLAN_UNKNOWN = 1000, /* of calls that no table has */
	BEWIT_PLAN_EXECUTED,	   /* sched_process_exec */
	BEWIT_PLAN_EXITED,	   /* sched_process_exit */
	BEWIT_PLAN_SIGNAL,	   /* signal_deliver */
	BEWIT_PLAN_BORN,	   /* sched_process_fork; by bewit_birth */
	BEWIT_PLANS = BEWIT_PLAN_BORN + 4,
	BEWIT_MAX_FIELDS = 32,
	BEWIT_MAX_SAVES = 4,
	BEWIT_MAX_FACTS = 5,
	BEWIT_MAX_TESTS = 32,
	BEWIT_NO_ARGUMENT = 255,
};

enum bewit_birth { BEWIT_BIRTH_CLONE, BEWIT_BIRTH_FORK, BEWIT_BIRTH_VFORK, BEWIT_BIRTH_CLONE3 };

/* What is saved of user memory, into `slot`. */
enum bewit_save_op {
	BEWIT_SAVE_TEXT = 1, /* a string at `argument` */
	BEWIT_SAVE_BYTES,    /* at `argument`, as many as `second` says: at most BEWIT_DATA_LIMIT */
	BEWIT_SAVE_ADDRESS,  /* the same: at most a sockaddr_storage */
	BEWIT_SAVE_FIXED,    /* `second` bytes */
	BEWIT_SAVE_LONGS,    /* `second` longs of the ABI */
	BEWIT_SAVE_HOW,	     /* struct open_how; its size is in `second` */
	BEWIT_SAVE_VECTOR,   /* what the `second` iovecs point to; the size of all of it into the next slot */
	BEWIT_SAVE_MESSAGE,  /* of a msghdr the data, its size into the next slot and the address into the one after that */
	BEWIT_SAVE_LIST,     /* strings that an array of pointers leads to, which ends with a null */
	BEWIT_SAVE_NAME,     /* prctl(2): a string where the call sets one */
	BEWIT_SAVE_KEY,	     /* keyctl(2): a string where `second` (a bit in the plan's masks) is one */
	BEWIT_SAVE_SEMAPHORES,
	BEWIT_SAVE_CONFIGURATION, /* fsconfig(2) */
};

struct bewit_save {
	uint8_t op, argument, second, slot;
};

/* Where a parameter comes from. Those that are a `number` have `width` bytes. */
enum bewit_op {
	BEWIT_ABSENT,
	/* numbers */
	BEWIT_ZERO,
	BEWIT_RESULT,
	BEWIT_RESULT_OR_ZERO, /* 0 for a call that failed */
	BEWIT_SIGNED,	      /* 32 bits of `argument` */
	BEWIT_UNSIGNED,
	BEWIT_WORD,
	BEWIT_KIND,	      /* of the plan: `argument` and `second` are its low and high byte */
	BEWIT_NUMBER,	      /* of the call */
	BEWIT_SAVED_WORD,     /* 64 bits, the one at position `second` of slot `argument` */
	BEWIT_SAVED_LONG,     /* the same with the ABI's longs */
	BEWIT_SAVED_HALF,     /* 16 bits at byte `second` */
	BEWIT_SAVED_TIME,     /* a timespec in slot `argument`, in nanoseconds */
	BEWIT_AFTER_INT,      /* an int at position `second` where `argument` points; -1 for a call that failed */
	BEWIT_AFTER_HALF,     /* the same, absent for a call that failed */
	BEWIT_AFTER_LONG,
	BEWIT_AFTER_WORD,
	BEWIT_AFTER_INODE,    /* of the descriptor that BEWIT_AFTER_INT of the same is */
	BEWIT_OPENED_DEVICE,  /* of the descriptor that the call returned; 0 for a call that failed */
	BEWIT_OPENED_INODE,
	BEWIT_CAPABILITIES,   /* `argument`: 0 inheritable, 1 permitted, 2 effective */
	BEWIT_MEMORY,	      /* kB; `argument`: 0 size, 1 resident, 2 swapped */
	BEWIT_PRCTL_NUMBER,
	BEWIT_SEMAPHORE,      /* `argument`: operation, `second`: byte of it */
	BEWIT_SEMAPHORE_VALUE,
	BEWIT_QUEUE,	      /* of the listener that accepted; `argument`: 0 percent, 1 length, 2 limit */
	BEWIT_FIRST_SIZE,     /* recvmmsg(2): bytes of the first message */
	/* numbers of the thread that the event is of */
	BEWIT_TID,
	BEWIT_PID,
	BEWIT_PARENT,
	BEWIT_VTID,
	BEWIT_VPID,
	BEWIT_PGID,
	BEWIT_VPGID,
	BEWIT_TTY,
	BEWIT_UID,
	BEWIT_GID,
	BEWIT_LOGIN_UID,
	BEWIT_FAULTS,	      /* `argument`: 0 major, 1 minor */
	BEWIT_FD_LIMIT,
	BEWIT_EXE_INODE,
	BEWIT_EXE_CTIME,
	BEWIT_EXE_MTIME,
	BEWIT_EXE_MARKS,
	BEWIT_CLONE_FLAGS,
	BEWIT_STATUS,	      /* of an exit: 0 all of it, 1 code, 2 signal, 3 core */
	BEWIT_REAPER,
	BEWIT_SENDER,
	BEWIT_SIGNAL,
	BEWIT_LAST_NUMBER,
	/* texts and bytes */
	BEWIT_TEXT,	      /* slot `argument` */
	BEWIT_SAVED_BYTES,    /* slot `argument`, of which no more counts than what the call took */
	BEWIT_SAVED_ALL,      /* all of it */
	BEWIT_LIST_HEAD,      /* of a list of strings the first */
	BEWIT_LIST_TAIL,      /* and the others */
	BEWIT_AFTER_TEXT,
	BEWIT_RECEIVED,	      /* at `argument`, as many as the call returned */
	BEWIT_RECEIVED_VECTOR,
	BEWIT_RECEIVED_MESSAGE,	/* `second`: 1 of several */
	BEWIT_RECEIVED_CONTROL,
	BEWIT_OPENED_PATH,
	BEWIT_ADDRESS,	      /* slot `argument` */
	BEWIT_TUPLE,	      /* `argument`: enum bewit_tuple, `second`: slot or argument of the address */
	BEWIT_SENT_OPTION,
	BEWIT_RECEIVED_OPTION,
	BEWIT_PRCTL_TEXT,
	BEWIT_PTRACE_ADDRESS,
	BEWIT_PTRACE_DATA,
	BEWIT_KEY,	      /* slot `argument`, register `second` */
	BEWIT_POLL_LIST,
	BEWIT_CONFIGURATION_BYTES,
	BEWIT_CONFIGURATION_TEXT,
	BEWIT_ARGUMENTS,      /* of the thread's image: 0 the first, 1 the others */
	BEWIT_ENVIRONMENT,
	BEWIT_DIRECTORY,      /* working directory */
	BEWIT_COMM,
	BEWIT_CGROUPS,
	BEWIT_EXE_PATH,
	BEWIT_FILENAME,	      /* of an exec */
	/* facts */
	BEWIT_FACT_START,     /* slot `argument` is a relative name: where it starts, the descriptor in register `second` or the working directory */
	BEWIT_FACT_DIRECTORY, /* the working directory */
	BEWIT_FACT_RESULT,    /* the descriptor that the call returned */
	BEWIT_FACT_ARGUMENT,  /* the descriptor in a register */
	BEWIT_FACT_AFTER,     /* the one that the kernel wrote: an int at position `second` where `argument` points */
};

enum bewit_tuple {
	BEWIT_TUPLE_ACCEPTED,
	BEWIT_TUPLE_CONNECTED,
	BEWIT_TUPLE_SENT,      /* the address is in slot `second` */
	BEWIT_TUPLE_OUTGOING,
	BEWIT_TUPLE_INCOMING,
	BEWIT_TUPLE_RECEIVED,  /* the address is where register `second` points */
	BEWIT_TUPLE_RECEIVED_MESSAGE,
};

struct bewit_field {
	uint8_t op, argument, second, width;
};

struct bewit_plan {
	uint16_t event; /* event id */
	uint8_t fields, saves, facts;
	uint8_t category; /* enum bewit_drop, for the count of those that were lost */
	struct bewit_save save[BEWIT_MAX_SAVES];
	struct bewit_field field[BEWIT_MAX_FIELDS];
	struct bewit_field fact[BEWIT_MAX_FACTS];
};

/* What a call's number means. */
struct bewit_call {
	uint16_t plan;
	uint8_t level; /* match::KindInterest::Level */
	uint8_t is_birth, is_exec;
	uint8_t at_entry; /* something is saved there */
	uint8_t birth;	  /* enum bewit_birth */
};

/* match::RegisterTest; `last` of its clause. */
struct bewit_test {
	uint8_t argument, equal, high, last;
	uint32_t mask, value;
};

struct bewit_tests {
	uint32_t count;
	struct bewit_test test[BEWIT_MAX_TESTS];
};

/* Why an event, or a part of one, was lost. */
enum bewit_drop {
	BEWIT_DROP_OTHER, /* the ring was full: by what the event is */
	BEWIT_DROP_CLONE,
	BEWIT_DROP_EXEC,
	BEWIT_DROP_CONNECT,
	BEWIT_DROP_OPEN,
	BEWIT_DROP_FILE,
	BEWIT_DROP_CLOSE,
	BEWIT_DROP_PROCESS,
	BEWIT_DROP_SCRATCH, /* more calls on their way than are remembered: what they said was read at their exit */
	BEWIT_DROP_PAGE_FAULT, /* a parameter's memory could not be read */
	BEWIT_DROPS,
};

struct bewit_counters {
	uint64_t events;
	uint64_t drops[BEWIT_DROPS];
};

enum bewit_mark {
	BEWIT_MARK_TRUNCATED = 1, /* something did not fit into the record */
	BEWIT_MARK_LATE = 2,	  /* user memory was read after the call */
};

struct bewit_sample {
	uint32_t size;	       /* of all of it */
	uint8_t abi, marks;
	uint16_t number;       /* of the call */
	uint32_t pid, padding; /* of the thread's process */
	uint64_t arguments[6]; /* of the call, as the thread gave them */
	int64_t result;
};

enum bewit_fact { BEWIT_FACT_CWD, BEWIT_FACT_FD };

/* After the record; `size` bytes follow: a path, or a bewit_descriptor and then a path. */
struct bewit_fact_head {
	uint16_t fact, size;
	int32_t fd;
};

struct bewit_descriptor {
	uint32_t mode, device; /* stat(2) */
	uint64_t inode;
	uint32_t magic;	       /* of its filesystem (statfs(2)) */
	uint32_t flags;	       /* open(2), the kernel's */
	uint16_t family, type, protocol;
	uint8_t listening, connected;
	uint8_t local[16], remote[16]; /* network byte order; IPv4 in the first four */
	uint16_t local_port, remote_port; /* host byte order */
	uint64_t unix_peer;
};

/* keyctl(2): how many arguments an operation has after its own number, and which of them are strings (bit 0: the first). */
enum { BEWIT_KEY_OPERATIONS = 33 };

static inline uint32_t bewit_key_arguments(uint32_t operation)
{
	const uint8_t arguments[BEWIT_KEY_OPERATIONS] = {2, 1, 3, 1, 3, 2, 3, 1, 2, 2, 4, 3, 4, 3, 1, 2, 1,
							 3, 0, 4, 4, 1, 2, 4, 3, 4, 4, 4, 4, 3, 4, 2, 3};

	return operation < BEWIT_KEY_OPERATIONS ? arguments[operation] : 0;
}

static inline uint32_t bewit_key_strings(uint32_t operation)
{
	switch (operation) {
	case 1: /* JOIN_SESSION_KEYRING */
		return 1;
	case 10: /* SEARCH */
		return 6;
	case 24: /* PKEY_QUERY */
		return 4;
	case 25: /* PKEY_ENCRYPT to PKEY_VERIFY */
	case 26:
	case 27:
	case 28:
		return 2;
	case 29: /* RESTRICT_KEYRING */
		return 6;
	}
	return 0;
}

enum { BEWIT_DATA_LIMIT = 80, BEWIT_TEXT_LIMIT = 4095 };

#endif
