/* dispatch PLAIN SECRET: Syscall User Dispatch (prctl(2), PR_SET_SYSCALL_USER_DISPATCH) as emulators use it, before and after a call site has become
 * hot, from the first thread and from another. Says how often SIGSYS came, and for what. SECRET is opened once in each of five children.
 * "no dispatch" where the kernel has none. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
enum { pass = 0, block = 1, many = 5000, some = 200 };

static const char *plain, *secret;
static unsigned long first, length; /* the C library's code, whose calls pass */
static volatile char selector;
static volatile int trapped, of_openat, from_library;

static void on_trap(int number, siginfo_t *info, void *context) {
	(void)number;
	selector = pass;
	trapped++;
	of_openat += info->si_syscall == SYS_openat;
	from_library += (unsigned long)info->si_call_addr - first < length;
#ifdef __x86_64__
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -EXDEV;
#else
	((ucontext_t *)context)->uc_mcontext.regs[0] = (unsigned long)-EXDEV;
#endif
}

static void find_library(void) {
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long begin, behind, inside = (unsigned long)(uintptr_t)&open;
	while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx", &begin, &behind) != 2 || inside < begin || inside >= behind) continue;
		first = begin;
		length = behind - begin;
	}
	if (maps != NULL) fclose(maps);
}

static int opens(const char *path, int count) {
	int good = 0;
	for (int i = 0; i < count; i++) {
		int fd = open(path, O_RDONLY);
		good += fd >= 0;
		if (fd >= 0) close(fd);
	}
	return good;
}

static void dispatch(unsigned long from, unsigned long size, char how) {
	selector = pass;
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, from, size, &selector) != 0) _exit(77);
	selector = how;
}

static void report(const char *way, int good) {
	selector = pass;
	printf("%s: %d opened, %d traps, %d of openat, %d from the library\n", way, good, trapped, of_openat, from_library);
	fflush(stdout);
}

/* Calls of the C library pass, and no other: nothing traps. */
static void after(void) {
	int good = opens(plain, many);
	dispatch(first, length, block);
	good += opens(plain, some) + opens(secret, 1);
	report("after", good);
}

static void before(void) {
	dispatch(first, length, block);
	int good = opens(plain, many);
	good += opens(secret, 1);
	report("before", good);
}

static void *dispatch_and_open(void *count) {
	dispatch(first, length, block);
	*(int *)count += opens(plain, some);
	return NULL;
}

/* In one of two threads. */
static void thread(void) {
	pthread_t other;
	int good = opens(plain, many);
	if (pthread_create(&other, NULL, dispatch_and_open, &good) != 0 || pthread_join(other, NULL) != 0) _exit(1);
	good += opens(plain, some) + opens(secret, 1);
	report("thread", good);
}

/* No call passes: each traps, as what it is. */
static void all(void) {
	int good = opens(plain, many);
	dispatch(0, 0, pass);
	for (int i = 0; i < some; i++) {
		selector = block;
		good += open(plain, O_RDONLY) < 0 && errno == EXDEV;
	}
	good += opens(secret, 1);
	report("all", good);
}

/* Switched off again. */
static void off(void) {
	int good = opens(plain, many);
	dispatch(first, length, block);
	good += opens(plain, some);
	selector = pass;
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0) != 0) _exit(1);
	good += opens(plain, many) + opens(secret, 1);
	report("off", good);
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	plain = argv[1];
	secret = argv[2];
	find_library();
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
	sigaction(SIGSYS, &action, NULL);
	void (*const ways[])(void) = {after, before, thread, all, off};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		pid_t child = fork();
		if (child == 0) {
			ways[i]();
			_exit(0);
		}
		int status = 0;
		if (waitpid(child, &status, 0) != child) return 1;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return puts("no dispatch") < 0;
		if (status != 0) printf("way %zu: status %#x\n", i, (unsigned)status);
	}
	return 0;
}
