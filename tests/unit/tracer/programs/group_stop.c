/* A child with two threads is stopped, continued and killed; prints what its parent was told, for each signal that stops. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *sleep_on(void *argument) {
	while (1) pause();
	return argument;
}

static void tell(pid_t child, int options) {
	int status = 0;
	waitpid(child, &status, options);
	if (WIFSTOPPED(status)) printf("stopped by %d, ", WSTOPSIG(status));
	if (WIFCONTINUED(status)) printf("continued, ");
	if (WIFSIGNALED(status)) printf("killed by %d\n", WTERMSIG(status));
}

/* In an orphaned process group the kernel ignores stops that a terminal may send: the child's group has its parent outside. */
static void one(int signal) {
	int ready[2];
	char byte = 0;
	if (pipe(ready) != 0) return;
	pid_t child = fork();
	if (child < 0) return;
	if (child == 0) {
		pthread_t thread;
		setpgid(0, 0);
		pthread_create(&thread, NULL, sleep_on, NULL);
		if (write(ready[1], "", 1) != 1) _exit(1);
		sleep_on(NULL);
	}
	if (read(ready[0], &byte, 1) != 1) return;
	for (int round = 0; round < 2; ++round) {
		kill(child, signal);
		tell(child, WUNTRACED);
		usleep(20000);
		if (waitpid(child, NULL, WNOHANG | WCONTINUED) != 0) printf("woke by itself, ");
		kill(child, SIGCONT);
		tell(child, WCONTINUED);
	}
	kill(child, SIGKILL);
	tell(child, 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void) {
	static const int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	for (int i = 0; i < 4; ++i) one(signals[i]);
	return 0;
}
