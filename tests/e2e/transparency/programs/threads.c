/* Groups of threads, and the ways that a process can come to be: leaders that leave, exec from a thread, vfork in chains, every kind of clone. */
#include <pthread.h>
#include <sched.h>

#include "report.h"

#define FUTEX_WAIT 0
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

static const char *self;

static void *leave_late(void *argument) {
	rest(30);
	exit((int)(intptr_t)argument);
}

static void *execute(void *argument) {
	execl(self, self, "say", argument, NULL);
	_exit(98);
}

static void *sleep_for_ever(void *argument) {
	for (;;) pause();
	return argument;
}

static void *be_killed(void *argument) {
	rest(10);
	kill(getpid(), SIGKILL);
	return argument;
}

static void *cancel_point(void *argument) {
	rest(100000);
	return argument;
}

static void in_child(const char *what, void (*run)(void)) {
	pid_t child = fork();
	NEED(child >= 0);
	if (child == 0) {
		run();
		_exit(0);
	}
	int status;
	NEED(waitpid(child, &status, 0) == child);
	say_status(what, status);
}

static pthread_t start(void *(*run)(void *), void *argument) {
	pthread_t thread;
	NEED(pthread_create(&thread, NULL, run, argument) == 0);
	return thread;
}

static void leader_leaves(void) {
	start(leave_late, (void *)21);
	pthread_exit(NULL);
}
static void leader_leaves_and_exec(void) {
	start(execute, "the leader has left");
	pthread_exit(NULL);
}
static void *exec_when_the_leader_is_gone(void *argument) {
	for (int i = 0; i < 2000 && state_of(getpid()) != 'Z'; ++i) rest(1);
	return execute(argument);
}
static void leader_is_gone_and_exec(void) {
	start(sleep_for_ever, NULL);
	start(exec_when_the_leader_is_gone, "the leader is gone");
	pthread_exit(NULL);
}
static void exec_among_many(void) {
	for (int i = 0; i < 50; ++i) start(sleep_for_ever, NULL);
	start(execute, "among fifty");
	for (;;) pause();
}
static void exec_by_the_leader(void) {
	for (int i = 0; i < 50; ++i) start(sleep_for_ever, NULL);
	execute("by the leader");
}
static void failed_exec(void) {
	start(sleep_for_ever, NULL);
	execl("/nowhere", "nowhere", NULL);
	say("exec of nothing: %s", error_name(errno));
	execl("/", "directory", NULL);
	say("exec of a directory: %s", error_name(errno));
}
static void exec_race(void) {
	for (int i = 0; i < 8; ++i) start(execute, "one of eight");
	for (;;) pause();
}
static void killed_by_a_thread(void) {
	start(be_killed, NULL);
	for (;;) pause();
}
static void exit_of_a_thread(void) {
	start(leave_late, (void *)23);
	for (;;) pause();
}
static void cancelled(void) {
	pthread_t thread = start(cancel_point, NULL);
	rest(5);
	pthread_cancel(thread);
	void *result;
	pthread_join(thread, &result);
	say("cancelled: %d", result == PTHREAD_CANCELED);
}
static void *with_own_credentials(void *argument) {
	(void)argument;
	NEED(syscall(SYS_setresgid, -1, 4711, -1) == 0);
	return NULL;
}
static void credentials(void) {
	if (getuid() != 0) return;
	pthread_join(start(with_own_credentials, NULL), NULL);
	gid_t before = getegid();
	pthread_t thread = start(sleep_for_ever, NULL);
	NEED(setegid(4712) == 0);  /* the library asks every thread by a signal of its own */
	say("groups: thread's own %d, everybody's %d", before != 4711, getegid() == 4712);
	pthread_cancel(thread);
}
static void fork_in_a_thread_run(void) { in_child("fork in a thread", failed_exec); }
static void *fork_in_it(void *argument) {
	fork_in_a_thread_run();
	return argument;
}
static void fork_in_a_thread(void) { pthread_join(start(fork_in_it, NULL), NULL); }

static void vfork_chain(int depth) {
	pid_t child = vfork();
	NEED(child >= 0);
	if (child == 0) {
		if (depth > 0) vfork_chain(depth - 1);
		execl(self, self, "status", depth % 2 ? "5" : "6", NULL);
		_exit(97);
	}
	int status;
	NEED(waitpid(child, &status, 0) == child);
	say("vfork %d: %#x", depth, (unsigned)status);
}
static void vforks(void) { vfork_chain(4); }
static volatile int order_of_vfork;
static void vfork_order(void) {
	pid_t child = vfork();
	if (child == 0) {
		for (struct timespec now = {0, 0}; now.tv_nsec < 1000000;) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
		order_of_vfork = 1;
		_exit(0);
	}
	say("the parent of a vfork waits: %d", order_of_vfork);
	child = vfork();
	if (child == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	int status;
	waitpid(child, &status, 0);
	say_status("killed in vfork", status);
}

struct Made {
	int flags, descriptor;
	volatile int memory, pid_is_tid, parent_is_that;
	pid_t parent;
};
static int made(void *argument) {
	struct Made *me = argument;
	me->memory = 1;
	me->pid_is_tid = getpid() == gettid();
	me->parent_is_that = getppid() == me->parent;
	if (me->flags & CLONE_FILES) me->descriptor = open("/dev/null", O_RDONLY);
	return me->pid_is_tid ? 11 : 12;
}
static void clones(void) {
	static const int flags[] = {SIGCHLD, CLONE_VM | SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD, CLONE_FILES | CLONE_VM | SIGCHLD,
	                            CLONE_FS | SIGCHLD, CLONE_VM | CLONE_SIGHAND | SIGCHLD, CLONE_PARENT | SIGCHLD, CLONE_VM | SIGUSR2, CLONE_VM,
	                            CLONE_PTRACE | SIGCHLD, CLONE_IO | SIGCHLD, CLONE_UNTRACED | SIGCHLD};
	char *stack = malloc(65536 * 12);
	signal(SIGUSR2, SIG_IGN);
	for (int i = 0; i < 12; ++i) {
		struct Made me = {.flags = flags[i], .descriptor = -1, .parent = flags[i] & CLONE_PARENT ? getppid() : getpid()};
		pid_t parent_tid = 0, child = clone(made, stack + 65536 * (i + 1), flags[i] | CLONE_PARENT_SETTID, &me, &parent_tid);
		NEED(child > 0);
		int status = -1;
		pid_t got = waitpid(child, &status, __WALL);
		say("clone %#x: %s %#x, memory %d, parent %d, tid told %d, descriptor %d", (unsigned)flags[i], got == child ? "got" : error_name(errno),
		    (unsigned)status, me.memory, me.parent_is_that, parent_tid == child, me.descriptor >= 0 && fcntl(me.descriptor, F_GETFD) == 0);
		if (flags[i] & CLONE_PARENT) rest(20);
	}
	int pidfd = -1;
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, &pidfd, NULL, NULL);
	if (child == 0) _exit(13);
	siginfo_t info;
	int result = waitid(3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED);
	say("clone with a pidfd: %d, status %d", result, info.si_status);
	result = (int)syscall(SYS_clone, CLONE_THREAD, NULL, NULL, NULL, NULL);
	say("clone of a thread without memory: %d %s", result, error_name(errno));
}

static unsigned cleared;
static int wait_a_little(void *argument) {
	rest(20);
	return argument == NULL;
}
static void cleared_tid(void) {
	char *stack = malloc(65536);
	cleared = 1;
	pid_t child = clone(wait_a_little, stack + 65536, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL, &cleared);
	while (*(volatile unsigned *)&cleared != 0) syscall(SYS_futex, &cleared, FUTEX_WAIT, 1, NULL, NULL, 0);
	int status;
	waitpid(child, &status, 0);
	say_status("cleared its tid", status);
}
static pthread_mutex_t *robust;
static void *hold_and_leave(void *argument) {
	pthread_mutex_lock(robust);
	return argument;
}
static void robust_locks(void) {
	robust = shared(sizeof *robust);
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(robust, &attributes);
	pthread_join(start(hold_and_leave, NULL), NULL);
	say("lock of a thread that left: %s", error_name(pthread_mutex_lock(robust)));
	pthread_mutex_consistent(robust);
	pthread_mutex_unlock(robust);
	pid_t child = fork();
	if (child == 0) {
		pthread_mutex_lock(robust);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	say("lock of a process that was killed: %s", error_name(pthread_mutex_lock(robust)));
}

static void *count(void *argument) {
	__atomic_add_fetch((int *)argument, 1, __ATOMIC_SEQ_CST);
	return NULL;
}
static void many_threads(void) {
	int counter = 0;
	for (int round = 0; round < 20; ++round) {
		pthread_t all[20];
		for (int i = 0; i < 20; ++i) all[i] = start(count, &counter);
		for (int i = 0; i < 20; ++i) pthread_join(all[i], NULL);
	}
	say("threads: %d", counter);
}
static void many_processes(void) {
	int sum = 0;
	for (int i = 0; i < 200; ++i) {
		pid_t child = fork();
		if (child == 0) _exit(i % 100);
	}
	int status;
	while (wait(&status) > 0) sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000000;
	say("processes: %d", sum);
}
static void stop_of_a_group(void) {
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 5; ++i) start(sleep_for_ever, NULL);
		for (;;) pause();
	}
	rest(20);
	int status;
	for (int i = 0; i < 3; ++i) {
		kill(child, SIGSTOP);
		waitpid(child, &status, WUNTRACED);
		say_status("group", status);
		kill(child, SIGCONT);
		waitpid(child, &status, WCONTINUED);
		say_status("group", status);
	}
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	kill(child, SIGTERM);
	say("a stopped group does not end: %d", waitpid(child, &status, WNOHANG));
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	say_status("group", status);
}
static void stop_in_vfork(void) {
	pid_t child = fork();
	if (child == 0) {
		if (vfork() == 0) {
			rest(60);
			_exit(0);
		}
		_exit(3);
	}
	rest(15);
	kill(child, SIGSTOP);
	rest(15);
	kill(child, SIGCONT);
	int status;
	waitpid(child, &status, 0);
	say_status("stopped in vfork", status);
}

int main(int argc, char **argv) {
	self = argv[0];
	if (argc > 2 && strcmp(argv[1], "status") == 0) return atoi(argv[2]);
	if (argc > 2) {
		say("after exec, %s: leader %d", argv[2], getpid() == gettid());
		return 22;
	}
	static const struct { const char *name; void (*run)(void); } all[] = {
		{"leader leaves", leader_leaves}, {"exec while the leader leaves", leader_leaves_and_exec}, {"exec without a leader", leader_is_gone_and_exec},
		{"exec among many", exec_among_many}, {"exec by the leader", exec_by_the_leader}, {"failed exec", failed_exec}, {"exec race", exec_race},
		{"killed by a thread", killed_by_a_thread}, {"exit of a thread", exit_of_a_thread}, {"cancelled", cancelled}, {"credentials", credentials},
		{"fork in a thread", fork_in_a_thread}, {"vfork", vforks}, {"order", vfork_order}, {"clones", clones}, {"tid", cleared_tid},
		{"robust locks", robust_locks}, {"many threads", many_threads}, {"many processes", many_processes}, {"stop of a group", stop_of_a_group},
		{"stop in vfork", stop_in_vfork},
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; ++i) {
		if (argc > 1 && strcmp(argv[1], all[i].name) != 0) continue;
		in_child(all[i].name, all[i].run);
	}
	return 0;
}
