/* The same with clone3, whose flags lie in memory; prints the error. */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
	struct clone_args arguments;
	memset(&arguments, 0, sizeof arguments);
	arguments.flags = CLONE_UNTRACED;
	arguments.exit_signal = SIGCHLD;
	long child = syscall(SYS_clone3, &arguments, sizeof arguments);
	if (child == 0) _exit(0);
	printf("%s\n", child > 0 ? "made" : errno == ENOSYS ? "ENOSYS" : "refused");
	return 0;
}
