/* last_thread PLAIN SECRET ROUNDS: a thread after the other opens PLAIN a few times and ends, while the first one opens SECRET, four times a round. So the end
 * of a process's only other thread is always near a stop of its first. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void opens(const char *path, int times) {
	for (int i = 0; i < times; i++) {
		int fd = open(path, O_RDONLY);
		if (fd < 0 || close(fd) != 0) {
			perror(path);
			exit(1);
		}
	}
}

static void *other(void *path) {
	opens(path, 12);
	return NULL;
}

int main(int argc, char **argv) {
	if (argc != 4) return 2;
	for (int rounds = atoi(argv[3]); rounds > 0; rounds--) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, other, argv[1]) != 0) return 1;
		opens(argv[1], 8);
		opens(argv[2], 2);
		if (pthread_join(thread, NULL) != 0) return 1;
		opens(argv[2], 2);
	}
	return 0;
}
