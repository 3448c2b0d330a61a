/* Forks twice: the daemon, an orphan by then, writes a line and exits with 3. The command itself ends at once with 4. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
	if (fork() == 0) {
		pid_t parent = getpid();
		if (fork() != 0) _exit(0);
		while (getppid() == parent) usleep(1000);
		usleep(50000);
		printf("daemon\n");
		fflush(stdout);
		_exit(3);
	}
	return 4;
}
