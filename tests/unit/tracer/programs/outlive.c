/* outlive: opens a file, in the middle of which bewit may end, and says what works afterwards: in itself, in a child, and in a thread. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int opens(void) { return open("/dev/null", O_RDONLY) >= 0; }

static void *open_it(void *good) {
	*(int *)good = opens();
	return NULL;
}

int main(void) {
	int first = opens(), in_thread = 0, status = 1;
	pthread_t thread;
	if (pthread_create(&thread, NULL, open_it, &in_thread) != 0 || pthread_join(thread, NULL) != 0) return 1;
	pid_t child = fork();
	if (child == 0) _exit(opens() ? 0 : 1);
	waitpid(child, &status, 0);
	printf("first %d, thread %d, child %d\n", first, in_thread, status == 0);
	return 0;
}
