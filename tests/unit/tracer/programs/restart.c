/* A read that a signal interrupts goes on with SA_RESTART and fails with EINTR without. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int ends[2];
static volatile sig_atomic_t rounds;

static void on_alarm(int number) {
	(void)number;
	if (++rounds == 2 && write(ends[1], "x", 1) != 1) rounds = -1;
}

static void read_with(int flags) {
	struct sigaction action;
	struct itimerval soon = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	char byte = 0;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_alarm;
	action.sa_flags = flags;
	rounds = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	ssize_t got = read(ends[0], &byte, 1);
	int error = errno;
	setitimer(ITIMER_REAL, &never, NULL);
	printf("%s\n", got == 1 ? "restarted" : error == EINTR ? "interrupted" : "failed");
}

int main(void) {
	if (pipe(ends) != 0) return 1;
	read_with(SA_RESTART);
	read_with(0);
	return 0;
}
