/* many_threads COUNT: has COUNT threads at once beside its first one; prints how many ran. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_barrier_t all_there;

static void *meet(void *argument) {
	pthread_barrier_wait(&all_there);
	return &all_there + (argument != NULL);
}

int main(int argc, char **argv) {
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1, ran = 0;
	pthread_t *threads = calloc(count, sizeof *threads);
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	pthread_barrier_init(&all_there, NULL, count + 1);
	for (unsigned i = 0; i < count; ++i) {
		if (pthread_create(&threads[i], &small, meet, NULL) != 0) return 1;
	}
	pthread_barrier_wait(&all_there);
	for (unsigned i = 0; i < count; ++i) {
		void *result = NULL;
		pthread_join(threads[i], &result);
		ran += result == &all_there;
	}
	printf("%u ran\n", ran);
	free(threads);
	return 0;
}
