/* many processes COUNT: forks and reaps COUNT children, one after the other. many threads COUNT: has COUNT threads at once. Prints COUNT. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t barrier;

static void *wait_for_all(void *argument) {
	pthread_barrier_wait(&barrier);
	return argument;
}

static int processes(int count) {
	int reaped = 0;
	for (int i = 0; i < count; ++i) {
		pid_t child = fork();
		int status = 0;
		if (child == 0) _exit(7);
		reaped += child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7;
	}
	return reaped;
}

static int threads(int count) {
	pthread_t *all = calloc((size_t)count, sizeof *all);
	pthread_attr_t attributes;
	int joined = 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	pthread_barrier_init(&barrier, NULL, (unsigned)count);
	for (int i = 0; i < count; ++i) {
		if (pthread_create(&all[i], &attributes, wait_for_all, NULL) != 0) return -1;
	}
	for (int i = 0; i < count; ++i) joined += pthread_join(all[i], NULL) == 0;
	free(all);
	return joined;
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	int count = atoi(argv[2]);
	int done = strcmp(argv[1], "threads") == 0 ? threads(count) : processes(count);
	printf("%d\n", done);
	return done == count ? 0 : 1;
}
