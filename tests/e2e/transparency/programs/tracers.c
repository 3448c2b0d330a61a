/* A program that traces another one: what each request returns. */
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "report.h"

static void outcome(const char *what, long result) { say("%s: %s", what, result >= 0 ? "done" : error_name(errno)); }

int main(void) {
	int status;
	pid_t child = fork();
	if (child == 0) {
		outcome("PTRACE_TRACEME", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGUSR1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	say_status("after PTRACE_TRACEME", status);
	if (WIFSTOPPED(status)) kill(child, SIGKILL), waitpid(child, &status, 0);

	int target = 4711;
	child = fork();
	if (child == 0) {
		for (;;) pause();
	}
	wait_until_it_sleeps(child, SYS_pause);
	outcome("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, child, NULL, NULL));
	if (ptrace(PTRACE_DETACH, child, NULL, NULL) != 0) {
		waitpid(child, &status, WNOHANG | __WALL);
		ptrace(PTRACE_DETACH, child, NULL, NULL);
	}
	outcome("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, child, NULL, NULL));
	outcome("PTRACE_SEIZE of init", ptrace(PTRACE_SEIZE, 0, NULL, NULL));

	/* What needs the same right, and no tracer. */
	int copy = 0;
	struct iovec here = {&copy, sizeof copy}, there = {&target, sizeof target};
	outcome("process_vm_readv", process_vm_readv(child, &here, 1, &there, 1, 0));
	copy = 815;
	outcome("process_vm_writev", process_vm_writev(child, &here, 1, &there, 1, 0));
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mem", child);
	int fd = open(path, O_RDWR);
	outcome("/proc/PID/mem", fd);
	copy = 0;
	outcome("read of it", pread(fd, &copy, sizeof copy, (off_t)(intptr_t)&target));
	say("what was written is there: %d", copy == 815);
	snprintf(path, sizeof path, "/proc/%d/maps", child);
	outcome("/proc/PID/maps", open(path, O_RDONLY));
	int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	outcome("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 1, 0));
	outcome("kcmp", syscall(SYS_kcmp, getpid(), child, 0, 0, 0));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	say_status("at last", status);
	return 0;
}
