/* A9. flood FILE THREADS COUNT: each thread opens the file as often as that. */
#include <pthread.h>

#include "attack.h"

static const char *path;
static int count;

static void *open_all(void *argument) {
	for (int i = 0; i < count; ++i) NEED(touch(path));
	return argument;
}

int main(int argc, char **argv) {
	NEED(argc == 4);
	path = argv[1];
	int threads = atoi(argv[2]);
	count = atoi(argv[3]);
	pthread_t all[256];
	NEED(threads <= 256);
	for (int i = 0; i < threads; ++i) NEED(pthread_create(&all[i], NULL, open_all, NULL) == 0);
	for (int i = 0; i < threads; ++i) NEED(pthread_join(all[i], NULL) == 0);
	return 0;
}
