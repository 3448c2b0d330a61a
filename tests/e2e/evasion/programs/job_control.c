/* job_control FILE: signals that a debugger has for itself, and stops. FILE is opened wherever a tracer might not look: in handlers of SIGTRAP, SIGSYS and
 * SIGTSTP, and after a stop, 7 times. Prints that number if everything was as without a tracer. */
#include "attack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

static const char *file;
static volatile sig_atomic_t handled;

static void handler(int number, siginfo_t *info, void *context) {
	(void)number;
	(void)info;
	(void)context;
	if (!touch(file)) _exit(10);
	handled++;
}

static void handle(int number) {
	struct sigaction action = {0};
	action.sa_sigaction = handler;
	action.sa_flags = SA_SIGINFO;
	NEED(sigaction(number, &action, NULL) == 0);
}

static void traps(void) {
	handle(SIGTRAP);
	raise(SIGTRAP);
	kill(getpid(), SIGTRAP);
#if defined(__x86_64__)
	__asm__ volatile("int3");
#else
	raise(SIGTRAP);
#endif
	NEED(handled == 3);
}

/* SIGSYS in place of getppid(2). */
static void own_filter(void) {
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code};
	handle(SIGSYS);
	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	syscall(SYS_getppid);
	NEED(handled == 4);
}

static void expect(pid_t child, int options, int status) {
	int found = 0;
	NEED(waitpid(child, &found, options) == child && found == status);
}

#define STOPPED(number) ((number) << 8 | 0x7f)
#define CONTINUED 0xffff

static int gate[2];

/* Until the parent has seen that this process goes on: what it becomes next would take the place of that. */
static void wait_for_parent(void) {
	char seen;
	if (read(gate[0], &seen, 1) != 1) _exit(11);
}

static void go_on(pid_t child) {
	NEED(kill(child, SIGCONT) == 0);
	expect(child, WCONTINUED, CONTINUED);
	NEED(write(gate[1], "", 1) == 1);
}

static void stops(void) {
	NEED(pipe(gate) == 0);
	pid_t child = fork();
	if (child == 0) {
		/* Stops from a terminal are not for a group whose parents are all in it, or elsewhere (setpgid(2)). */
		setpgid(0, 0);
		raise(SIGSTOP);
		wait_for_parent();
		if (!touch(file)) _exit(10);
		raise(SIGTSTP); /* at its default, it stops, too */
		wait_for_parent();
		handle(SIGTSTP);
		raise(SIGTSTP);
		raise(SIGTTIN);
		wait_for_parent();
		if (!touch(file)) _exit(10);
		_exit(handled == 5 ? 3 : 4);
	}
	expect(child, WUNTRACED, STOPPED(SIGSTOP));
	go_on(child);
	expect(child, WUNTRACED, STOPPED(SIGTSTP));
	go_on(child);
	expect(child, WUNTRACED, STOPPED(SIGTTIN));
	go_on(child);
	expect(child, 0, 3 << 8);
}

int main(int count, char **arguments) {
	if (count != 2) return 2;
	file = arguments[1];
	traps();
	own_filter();
	stops();
	puts("7");
	return 0;
}
