/* syscall_loop KIND COUNT: one kind of call, COUNT times; prints nanoseconds for each. Kinds: getppid, open, fork, thread. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

static void once(const char *kind) {
	if (strcmp(kind, "getppid") == 0) {
		syscall(SYS_getppid);
	} else if (strcmp(kind, "open") == 0) {
		int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
		if (fd >= 0) close(fd);
	} else if (strcmp(kind, "fork") == 0) {
		pid_t child = fork();
		if (child == 0) _exit(0);
		waitpid(child, NULL, 0);
	} else {
		pthread_t thread;
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_join(thread, NULL);
	}
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	long count = atol(argv[2]);
	struct timespec start, end;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long i = 0; i < count; ++i) once(argv[1]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	double ns = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
	printf("%.1f\n", ns / (double)count);
	return 0;
}
