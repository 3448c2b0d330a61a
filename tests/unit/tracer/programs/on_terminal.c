/* Prints "foreground" when the terminal's foreground group is its own, then waits. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
	printf("%s\n", tcgetpgrp(0) == getpgrp() ? "foreground" : "background");
	fflush(stdout);
	while (1) pause();
}
