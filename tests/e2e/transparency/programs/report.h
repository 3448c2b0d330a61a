/* What the programs of this folder share. Each prints what it found, a line a fact, and never a number that two runs do not share. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEED(condition)                                                                              \
	do {                                                                                             \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); \
			_exit(99);                                                                               \
		}                                                                                            \
	} while (0)

/* A line, written at once: children say theirs between those of their parent. */
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...) {
	char line[512];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line - 1, format, arguments);
	va_end(arguments);
	line[length++] = '\n';
	NEED(write(STDOUT_FILENO, line, (size_t)length) == length);
}

static inline const char *error_name(int error) {
	if (error == 0) return "no error";
#ifdef __GLIBC__
	const char *name = strerrorname_np(error);
	return name != NULL ? name : "?";
#else
	return error == EINTR ? "EINTR" : strerror(error);
#endif
}

static inline void *shared(size_t size) {
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	NEED(memory != MAP_FAILED);
	return memory;
}

static inline void rest(int milliseconds) {
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	while (nanosleep(&time, &time) != 0) {}
}

/* Of /proc/PID/stat: R, S, T, Z, ...; 0 when there is no such process. */
static inline char state_of(pid_t pid) {
	char path[64], text[512] = {0};
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return 0;
	ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	char *end = got > 0 ? strrchr(text, ')') : NULL;
	return end != NULL ? end[2] : 0;
}

static inline int syscall_of(pid_t pid) {
	char path[64], text[64] = {0};
	snprintf(path, sizeof path, "/proc/%d/syscall", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return -1;
	ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	return got > 0 && text[0] != 'r' ? atoi(text) : -1;
}

/* Until the process sleeps in the call, or has ended. */
static inline int wait_until_it_sleeps(pid_t pid, int call) {
	for (int i = 0; i < 5000; ++i, rest(1)) {
		char state = state_of(pid);
		if (state == 'Z' || state == 0) return 0;
		if (state != 'S') continue;
		int now = syscall_of(pid);
		if ((call < 0 || now == call || now == SYS_restart_syscall) && state_of(pid) == 'S') return 1;
	}
	fprintf(stderr, "process does not sleep in call %d, but is %c in %d\n", call, state_of(pid), syscall_of(pid));
	kill(pid, SIGKILL);
	_exit(98);
}

static inline void wait_for_state(pid_t pid, const char *states) {
	for (int i = 0; i < 5000; ++i, rest(1)) {
		char state = state_of(pid);
		if (state != 0 && strchr(states, state) != NULL) return;
	}
	fprintf(stderr, "process is not %s, but %c\n", states, state_of(pid));
	_exit(97);
}

static inline void say_status(const char *what, int status) {
	if (WIFEXITED(status))
		say("%s: exited %d", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		say("%s: killed by %d%s", what, WTERMSIG(status), WCOREDUMP(status) ? ", core" : "");
	else if (WIFSTOPPED(status))
		say("%s: stopped by %d, raw %#x", what, WSTOPSIG(status), (unsigned)status);
	else if (WIFCONTINUED(status))
		say("%s: continued", what);
	else
		say("%s: status %#x", what, (unsigned)status);
}
