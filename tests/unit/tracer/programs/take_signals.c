/* take_signals COUNT: waits for COUNT signals of any number and prints each: its number, whether it was queued, and its value. The system calls
 * themselves, since the C library hides signals 32 and 33. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
	uint64_t all = ~0ull;
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready\n");
	for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; --left) {
		siginfo_t info;
		syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all);
		printf("%d %s %d\n", info.si_signo, info.si_code == SI_QUEUE ? "queued" : "sent", info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
	}
	return 0;
}
