/* open_storm DIRECTORY THREADS CALLS: THREADS threads open DIRECTORY/plain CALLS times altogether, DIRECTORY/secret at every thousandth, while signals
 * arrive. Prints how often each was opened. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static char plain[4096], secret[4096];
static atomic_long next_, plains, secrets;
static long calls;
static volatile sig_atomic_t signals;

static void count(int number) {
	(void)number;
	signals++;
}

static void *storm(void *argument) {
	(void)argument;
	for (;;) {
		long i = atomic_fetch_add(&next_, 1);
		if (i >= calls) return NULL;
		int is_secret = i % 1000 == 999;
		char text;
		int fd = open(is_secret ? secret : plain, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (i % 50 == 49 && (read(fd, &text, 1) != 1 || text != (is_secret ? 's' : 'p')))) {
			perror("open_storm");
			exit(1);
		}
		close(fd);
		atomic_fetch_add(is_secret ? &secrets : &plains, 1);
	}
}

int main(int argc, char **argv) {
	if (argc != 4) return 2;
	snprintf(plain, sizeof plain, "%s/plain", argv[1]);
	snprintf(secret, sizeof secret, "%s/secret", argv[1]);
	int threads = atoi(argv[2]);
	calls = atol(argv[3]);
	struct sigaction action = {.sa_flags = SA_RESTART};
	action.sa_handler = count;
	sigaction(SIGALRM, &action, NULL);
	struct itimerval time = {{0, 500}, {0, 500}};
	setitimer(ITIMER_REAL, &time, NULL);
	pthread_t all[256];
	for (int i = 0; i < threads && i < 256; i++)
		if (pthread_create(&all[i], NULL, storm, NULL) != 0) return 2;
	for (int i = 0; i < threads && i < 256; i++) pthread_join(all[i], NULL);
	printf("%ld %ld\n", (long)plains, (long)secrets);
	return signals > 0 ? 0 : 1;
}
