/* open_files FILE...: opens each for reading, then tries to execute a file that is not there. Prints how many were opened. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
	int opened = 0;
	char *none[] = {NULL};
	for (int i = 1; i < argc; ++i) opened += open(argv[i], O_RDONLY) >= 0;
	execve("/no/such/program", none, none);
	printf("%d opened\n", opened);
	return 0;
}
