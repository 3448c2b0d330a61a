/* flood OTHERS CALLS: OTHERS children make calls without end; the parent, older than all of them, makes CALLS and then ends them. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
	int others = argc > 2 ? atoi(argv[1]) : 1, calls = argc > 2 ? atoi(argv[2]) : 1;
	pid_t *children = calloc((size_t)others, sizeof *children);
	for (int i = 0; i < others; ++i) {
		children[i] = fork();
		if (children[i] < 0) return 1;
		while (children[i] == 0) close(open("/", O_RDONLY));
	}
	for (int i = 0; i < calls; ++i) close(open("/", O_RDONLY));
	for (int i = 0; i < others; ++i) kill(children[i], SIGKILL);
	printf("%d calls\n", calls);
	free(children);
	return 0;
}
