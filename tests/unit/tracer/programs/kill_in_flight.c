/* kill_in_flight COUNT: COUNT processes with two threads each, which make calls and children as fast as they can, are killed wherever they are.
 * Prints how many died of it. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *make_calls(void *argument) {
	while (1) {
		int fd = open("/", O_RDONLY);
		close(fd);
	}
	return argument;
}

static void run(void) {
	pthread_t thread;
	pthread_create(&thread, NULL, make_calls, NULL);
	while (1) {
		pid_t child = fork();
		if (child == 0) _exit(0);
		waitpid(child, NULL, 0);
	}
}

int main(int argc, char **argv) {
	int count = argc > 1 ? atoi(argv[1]) : 1, killed = 0;
	for (int i = 0; i < count; ++i) {
		int status = 0;
		pid_t child = fork();
		if (child < 0) return 1;
		if (child == 0) run();
		usleep((useconds_t)(i * 37 % 3000));
		kill(child, SIGKILL);
		killed += waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	printf("%d killed\n", killed);
	return 0;
}
