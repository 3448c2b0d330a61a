/* linger: leaves a child behind that writes "ready", waits for any signal that ends it, and holds the standard output open; ends with 8. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
	int ready[2];
	char byte = 0;
	if (pipe(ready) != 0) return 1;
	if (fork() == 0) {
		close(ready[0]);
		printf("ready\n");
		fflush(stdout);
		if (write(ready[1], "", 1) != 1) _exit(1);
		while (1) pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) return 1;
	return 8;
}
