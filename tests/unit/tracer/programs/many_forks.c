/* many_forks COUNT: forks COUNT children, up to sixteen at once, and prints how many exited as they should. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int reap(void) {
	int status = 0;
	return wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 9;
}

int main(int argc, char **argv) {
	int count = argc > 1 ? atoi(argv[1]) : 1, good = 0, alive = 0;
	for (int i = 0; i < count; ++i) {
		if (alive == 16) good += reap(), --alive;
		if (fork() == 0) _exit(9);
		++alive;
	}
	while (alive-- > 0) good += reap();
	printf("%d good\n", good);
	return 0;
}
