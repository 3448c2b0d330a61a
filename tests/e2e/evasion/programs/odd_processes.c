/* A7. One way for a process to be: the first argument; the second is a file that it opens then. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "attack.h"

static const char *path;
static char *self;

static void *execute(void *argument) {
	execl(self, self, "open", path, NULL);
	return argument;
}

static void *sleep_for_ever(void *argument) {
	pause();
	return argument;
}

static void *wait_and_open(void *argument) {
	usleep(50000);
	exit(touch(path) ? 0 : 1);
	return argument;
}

static int open_it(void *argument) {
	(void)argument;
	return touch(path) ? 0 : 1;
}

static int run_clone(int flags) {
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(stack != MAP_FAILED);
	pid_t child = clone(open_it, stack + 65536, flags | SIGCHLD, NULL);
	NEED(child > 0);
	return ended_well(child) ? 0 : 1;
}

static int parent_s_child(void) {
	/* The one in the middle makes a child for its parent. */
	pid_t middle = fork();
	if (middle == 0) {
		char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		_exit(clone(open_it, stack + 65536, CLONE_PARENT | SIGCHLD, NULL) > 0 ? 0 : 1);
	}
	int good = ended_well(middle);
	int status = 1;
	return good && wait(&status) > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv) {
	NEED(argc == 3);
	const char *way = argv[1];
	self = "/proc/self/exe";
	path = argv[2];
	pthread_t thread;
	if (strcmp(way, "open") == 0) return open_it(NULL);
	if (strcmp(way, "exec-from-thread") == 0) {
		pthread_create(&thread, NULL, execute, NULL);
		pause();
	}
	if (strcmp(way, "exec-over-threads") == 0) {
		pthread_attr_t attributes;
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, 65536);
		for (int i = 0; i < 200; ++i) NEED(pthread_create(&thread, &attributes, sleep_for_ever, NULL) == 0);
		execute(NULL);
	}
	if (strcmp(way, "leader-gone") == 0) {
		pthread_create(&thread, NULL, wait_and_open, NULL);
		pthread_exit(NULL);
	}
	if (strcmp(way, "vfork-exec") == 0) {
		pid_t child = vfork();
		if (child == 0) {
			execl(self, self, "open", path, NULL);
			_exit(1);
		}
		return ended_well(child) ? 0 : 1;
	}
	if (strcmp(way, "shared-memory") == 0) return run_clone(CLONE_VM);
	if (strcmp(way, "shared-files") == 0) return run_clone(CLONE_FILES | CLONE_FS);
	if (strcmp(way, "parent-s-child") == 0) return parent_s_child();
	return 99;
}
