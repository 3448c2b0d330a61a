/* ignored_waits HOW: waits up to 250 ms in each call that signals interrupt and that is not restarted, while another process sends SIGUSR1 all the time,
 * which is ignored (HOW 0) or handled (1). Prints what each call returned; a call that returned before its limit says so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { limit_ms = 250 };

static void on_signal(int number) { (void)number; }

static long now_ms(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *outcome(long result) { return result == 0 ? "0" : errno == EAGAIN ? "EAGAIN" : errno == EINTR ? "EINTR" : "another error"; }

int main(int argc, char **argv) {
	const int handled = argc == 2 && atoi(argv[1]) == 1;
	signal(SIGUSR1, handled ? on_signal : SIG_IGN);
	const pid_t waiter = getpid(), sender = fork();
	if (sender == 0) {
		while (kill(waiter, SIGUSR1) == 0 && getppid() == waiter) usleep(20000);
		_exit(0);
	}
	const int events = epoll_create1(0), semaphore = semget(IPC_PRIVATE, 1, 0600);
	struct epoll_event event;
	struct timespec limit = {0, limit_ms * 1000000L};
	struct sembuf take = {0, -1, 0};
	sigset_t none;
	sigemptyset(&none);
	sigaddset(&none, SIGUSR2);
	for (int call = 0; call < 3; ++call) {
		static const char *const names[] = {"epoll_wait", "semtimedop", "sigtimedwait"};
		const long began = now_ms();
		errno = 0;
		const long result = call == 0   ? epoll_wait(events, &event, 1, limit_ms)
		                    : call == 1 ? semtimedop(semaphore, &take, 1, &limit)
		                                : sigtimedwait(&none, NULL, &limit);
		const char *what = outcome(result);
		printf("%s %s%s\n", names[call], what, now_ms() - began < limit_ms - 1 && strcmp(what, "EINTR") != 0 ? " too early" : "");
	}
	semctl(semaphore, 0, IPC_RMID);
	kill(sender, SIGKILL);
	return 0;
}
