/* What the attacks share. Each program tries one thing, checks what came of it, prints it, and ends with 0 when all was as it should be. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends the program where what the attack rests on does not work. */
#define NEED(condition)                                                                  \
	do {                                                                                 \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); \
			exit(99);                                                                    \
		}                                                                                \
	} while (0)

/* The name of the error, or "done". */
static inline const char *outcome(long result) {
	if (result >= 0) return "done";
	switch (errno) {
	case EPERM: return "EPERM";
	case EACCES: return "EACCES";
	case EBUSY: return "EBUSY";
	case ENOSYS: return "ENOSYS";
	case EINVAL: return "EINVAL";
	case ENOENT: return "ENOENT";
	case ESRCH: return "ESRCH";
	case ENOMEM: return "ENOMEM";
	default: return strerror(errno);
	}
}

/* Opens `path` for reading by the system call itself. */
static inline int touch(const char *path) {
	long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	if (fd >= 0) close((int)fd);
	return fd >= 0;
}

static inline int ended_well(pid_t child) {
	int status = 0;
	return waitpid(child, &status, __WALL) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
