/* SIGTRAP, SIGSYS and SIGSTOP's neighbours are an application's own affair: prints how often each handler ran, out of three. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen[65];

static void on_signal(int number) { ++seen[number]; }

int main(void) {
	static const int signals[] = {SIGTRAP, SIGSYS, SIGTSTP, SIGCONT, SIGCHLD, SIGSEGV};
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	for (int i = 0; i < 6; ++i) {
		sigaction(signals[i], &action, NULL);
		for (int round = 0; round < 3; ++round) kill(getpid(), signals[i]);
		printf("%d ", (int)seen[signals[i]]);
	}
	printf("\n");
	return 0;
}
