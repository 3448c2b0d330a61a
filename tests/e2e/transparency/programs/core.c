/* Ends by a signal that dumps core, in a thread or alone; the parent says what it learns. core [thread] */
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "report.h"

static void *fault(void *argument) {
	volatile int *volatile nowhere = (volatile int *)8; /* unknown to the compiler */
	*nowhere = 1;
	return argument;
}

static void *wait_for_ever(void *argument) {
	pause();
	return argument;
}

int main(int argc, char **argv) {
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	NEED(setrlimit(RLIMIT_CORE, &all) == 0 || errno == EPERM);
	static const int numbers[] = {SIGABRT, SIGQUIT, SIGTRAP, SIGSEGV, SIGSYS, SIGXCPU, 0};
	for (int i = 0; i < 7; ++i) {
		for (int with_threads = 0; with_threads < 2; ++with_threads) {
			unlink("core");
			siginfo_t info;
			pid_t child = fork();
			if (child == 0) {
				pthread_t thread;
				if (with_threads) pthread_create(&thread, NULL, numbers[i] == 0 ? fault : wait_for_ever, NULL);
				if (numbers[i] == 0 && with_threads) pause();
				if (numbers[i] == 0) fault(NULL);
				raise(numbers[i]);
				_exit(0);
			}
			int status;
			NEED(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
			NEED(waitpid(child, &status, 0) == child);
			struct stat file;
			int written = stat("core", &file) == 0 && file.st_size > 4096;
			say("signal %d, threads %d: code %d, status %#x, file %d", numbers[i], with_threads, info.si_code, (unsigned)status, written);
		}
	}
	unlink("core");
	if (argc > 1) abort();
	return argv[0] == NULL;
}
