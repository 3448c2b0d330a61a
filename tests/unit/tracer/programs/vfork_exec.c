/* vfork_exec COUNT FILE [ARG...]: COUNT times, one after the other: vfork, then exec. Prints how many exited with 0. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(char **command) {
	pid_t child = vfork();
	if (child == 0) {
		execv(command[0], command);
		_exit(99);
	}
	return child;
}

int main(int argc, char **argv) {
	int good = 0;
	if (argc < 3) return 2;
	for (int i = 0; i < atoi(argv[1]); ++i) {
		int status = 0;
		pid_t child = start(argv + 2);
		good += waitpid(child, &status, 0) == child && status == 0;
	}
	printf("%d good\n", good);
	return 0;
}
