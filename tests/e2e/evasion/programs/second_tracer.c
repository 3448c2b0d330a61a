/* A10, A11. A program that traces: itself by its parent, its child, and with the tracee's seccomp filters suspended. */
#include <signal.h>
#include <sys/ptrace.h>

#include "attack.h"

int main(void) {
	int told[2];
	char byte;
	NEED(pipe(told) == 0);
	pid_t child = fork();
	if (child == 0) {
		printf("PTRACE_TRACEME %s\n", outcome(ptrace(PTRACE_TRACEME, 0, 0, 0)));
		fflush(stdout);
		NEED(write(told[1], "", 1) == 1);
		pause();
	}
	NEED(read(told[0], &byte, 1) == 1);
	printf("PTRACE_ATTACH %s\n", outcome(ptrace(PTRACE_ATTACH, child, 0, 0)));
	printf("PTRACE_SEIZE %s\n", outcome(ptrace(PTRACE_SEIZE, child, 0, 0)));
	printf("suspended %s\n", outcome(ptrace(PTRACE_SEIZE, child, 0, 1 << 21)));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
