/* Tries to make a child that nobody traces; the child prints whether somebody does. */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int tracer(void) {
	char line[256];
	int pid = -1;
	FILE *file = fopen("/proc/self/status", "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "TracerPid: %d", &pid);
	return pid;
}

int main(void) {
	/* The first argument is the flags on every architecture here; the others are null. */
	long child = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
	if (child == 0) {
		printf("%s\n", tracer() > 0 ? "traced" : "untraced");
		return 0;
	}
	waitpid((pid_t)child, NULL, 0);
	return child < 0;
}
