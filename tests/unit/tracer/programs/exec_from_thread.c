/* exec_from_thread THREADS TIMES: has THREADS threads, of which one executes this program again, TIMES times over. The first thread makes
 * syscalls all the while. Prints whether the process kept its id through all of it. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char times[16], threads[16], pid[16];

static void *sleep_on(void *argument) {
	pause();
	return argument;
}

static void *execute(void *path) {
	char *arguments[] = {path, threads, times, pid, NULL};
	execv(path, arguments);
	exit(99);
}

static void start(void *(*function)(void *), void *argument) {
	pthread_t thread;
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	if (pthread_create(&thread, &small, function, argument) != 0) exit(98);
}

int main(int argc, char **argv) {
	if (argc < 3) return 2;
	int left = atoi(argv[2]);
	snprintf(pid, sizeof pid, "%d", argc > 3 ? atoi(argv[3]) : (int)getpid());
	if (left == 0) {
		printf("%s\n", atoi(pid) == getpid() ? "same process" : "another process");
		return 0;
	}
	snprintf(threads, sizeof threads, "%s", argv[1]);
	snprintf(times, sizeof times, "%d", left - 1);
	for (int i = 1; i < atoi(threads); ++i) start(sleep_on, NULL);
	start(execute, argv[0]);
	while (1) close(open("/", O_RDONLY | O_CLOEXEC));
}
