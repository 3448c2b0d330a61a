/* crowd PLAIN FILE: makes children until the system gives no more (RLIMIT_NPROC, pids.max), opens PLAIN again and again and FILE once,
 * and ends with 7. Its children end with it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most = 2000, many = 3000 };

static int opens(const char *path, int count) {
	for (int i = 0; i < count; i++) {
		int fd = open(path, O_RDONLY);
		if (fd < 0) return 0;
		close(fd);
	}
	return 1;
}

int main(int argc, char **argv) {
	static pid_t children[most];
	int count = 0;
	if (argc != 3) return 2;
	while (count < most && (children[count] = fork()) >= 0) {
		if (children[count] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;) pause();
		}
		count++;
	}
	printf("%s\n", count > 0 && count < most && errno == EAGAIN ? "full" : "not full");
	fflush(stdout);
	int good = opens(argv[1], many) && opens(argv[2], 1);
	for (int i = 0; i < count; i++) kill(children[i], SIGKILL);
	while (wait(NULL) > 0) {}
	return good ? 7 : 1;
}
