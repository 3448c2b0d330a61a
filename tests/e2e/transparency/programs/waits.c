/* Stops, ends and what a parent learns of them: waitid(2) with every option, SIGCHLD with every flag, groups, pidfds, orphans. */
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "report.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static void say_info(const char *what, long result, const siginfo_t *info, pid_t child) {
	if (result != 0)
		say("%s: %s", what, error_name(errno));
	else if (info->si_pid == 0)
		say("%s: nothing", what);
	else
		say("%s: signal %d, code %d, status %d, %s", what, info->si_signo, info->si_code, info->si_status, info->si_pid == child ? "the child" : "another");
}

static void wait_id(const char *what, idtype_t type, id_t id, int options, pid_t child) {
	siginfo_t info;
	memset(&info, 0, sizeof info);
	long result = waitid(type, id, &info, options);
	say_info(what, result, &info, child);
}

static pid_t sleeper(void) {
	pid_t child = fork();
	NEED(child >= 0);
	if (child == 0) {
		for (;;) pause();
	}
	wait_until_it_sleeps(child, SYS_pause);
	return child;
}

static void every_option(void) {
	pid_t child = sleeper();
	wait_id("no state", P_PID, (id_t)child, WEXITED | WSTOPPED | WCONTINUED | WNOHANG, child);
	kill(child, SIGSTOP);
	wait_id("stopped, left", P_PID, (id_t)child, WSTOPPED | WNOWAIT, child);
	wait_id("stopped, left again", P_PID, (id_t)child, WSTOPPED | WNOWAIT, child);
	wait_id("not continued", P_PID, (id_t)child, WCONTINUED | WNOHANG, child);
	wait_id("stopped", P_PID, (id_t)child, WSTOPPED, child);
	wait_id("stopped once", P_PID, (id_t)child, WSTOPPED | WNOHANG, child);
	kill(child, SIGCONT);
	wait_id("continued, left", P_PID, (id_t)child, WCONTINUED | WNOWAIT, child);
	wait_id("continued", P_PID, (id_t)child, WCONTINUED, child);
	wait_id("continued once", P_PID, (id_t)child, WCONTINUED | WNOHANG, child);
	int fd = (int)syscall(SYS_pidfd_open, child, 0);
	NEED(fd >= 0);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	say("pidfd before: %d", poll(&ready, 1, 0));
	kill(child, SIGSTOP);
	wait_id("stopped, by pidfd", P_PIDFD, (id_t)fd, WSTOPPED, child);
	kill(child, SIGKILL);
	say("pidfd after: %d", poll(&ready, 1, 20000));
	wait_id("killed while stopped, left", P_PIDFD, (id_t)fd, WEXITED | WNOWAIT, child);
	say("still there: %d", kill(child, 0));
	wait_id("killed while stopped", P_PIDFD, (id_t)fd, WEXITED, child);
	wait_id("gone", P_PIDFD, (id_t)fd, WEXITED, child);
	say("signal to the gone: %s", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0 ? "sent" : error_name(errno));
	wait_id("no option", P_ALL, 0, 0, child);
	wait_id("no child", P_ALL, 0, WEXITED, child);
	wait_id("no such option", P_ALL, 0, 0x100, child);
	close(fd);
}

static void groups(void) {
	pid_t first = sleeper(), second = sleeper();
	NEED(setpgid(first, first) == 0);
	kill(second, SIGTERM);
	wait_id("of own group", P_PGID, 0, WEXITED, second);
	kill(first, SIGTERM);
	wait_id("of that group", P_PGID, (id_t)first, WEXITED, first);
	wait_id("none in that group", P_PGID, (id_t)first, WEXITED, first);
	say("WUNTRACED alone:");
	first = sleeper();
	int status;
	for (int number = 0; number < 4; ++number) {
		static const int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
		kill(first, signals[number]);
		rest(20);
		pid_t got = waitpid(first, &status, WUNTRACED | WNOHANG);
		if (got == first) say_status("  by a stop signal", status);
		else say("  signal %d stops nobody", signals[number]);
		kill(first, SIGCONT);
		rest(20);
		got = waitpid(first, &status, WCONTINUED | WNOHANG);
		if (got == first) say_status("  after SIGCONT", status);
		else say("  nothing after SIGCONT");
	}
	kill(first, SIGKILL);
	waitpid(first, &status, 0);
	say_status("  at last", status);
}

static void without_sigchld(void) {
	static const int signals[] = {0, SIGUSR1};
	for (int i = 0; i < 2; ++i) {
		int flags[] = {0, (int)__WCLONE, __WALL};
		static const char *const names[] = {"plain", "__WCLONE", "__WALL"};
		for (int j = 0; j < 3; ++j) {
			sigset_t block, old;
			sigemptyset(&block);
			sigaddset(&block, SIGUSR1);
			sigprocmask(SIG_BLOCK, &block, &old);
			pid_t child = (pid_t)syscall(SYS_clone, (unsigned long)signals[i], NULL, NULL, NULL, NULL);
			if (child == 0) _exit(5);
			NEED(child > 0);
			rest(20);
			int status = 0;
			pid_t got = waitpid(child, &status, flags[j]);
			say("child that ends with signal %d, %s: %s %#x", signals[i], names[j], got == child ? "got" : error_name(errno), (unsigned)status);
			sigset_t pending;
			sigpending(&pending);
			say("  SIGUSR1 pending: %d, SIGCHLD pending: %d", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGCHLD));
			if (got != child) waitpid(child, &status, __WALL);
			siginfo_t info;
			struct timespec none = {0, 0};
			while (sigtimedwait(&block, &info, &none) > 0) say("  SIGUSR1: code %d, status %d", info.si_code, info.si_status);
			sigprocmask(SIG_SETMASK, &old, NULL);
		}
	}
}

static volatile sig_atomic_t children_signals;
static volatile int codes[64], statuses[64];
static void on_child(int number, siginfo_t *info, void *context) {
	(void)number;
	(void)context;
	codes[children_signals & 63] = info->si_code;
	statuses[children_signals & 63] = info->si_status;
	++children_signals;
}

static void sigchld(const char *what, int flags, int ignore) {
	struct sigaction action = {.sa_flags = flags | SA_SIGINFO | SA_RESTART, .sa_sigaction = on_child};
	if (ignore) action.sa_flags = flags, action.sa_handler = SIG_IGN;
	NEED(sigaction(SIGCHLD, &action, NULL) == 0);
	children_signals = 0;
	pid_t child = sleeper();
	kill(child, SIGSTOP);
	wait_for_state(child, "Tt");
	rest(20);
	kill(child, SIGCONT);
	rest(20);
	kill(child, SIGUSR1);
	for (int i = 0; i < 2000 && kill(child, 0) == 0 && (state_of(child) != 'Z' || (!ignore && children_signals == 0)); ++i) rest(1);
	rest(10);
	int status = 0;
	pid_t got = waitpid(child, &status, 0);
	say("SIGCHLD %s: %d signals, wait: %s %#x", what, children_signals, got == child ? "got" : error_name(errno), (unsigned)status);
	for (int i = 0; i < children_signals && i < 64; ++i) say("  code %d, status %d", codes[i], statuses[i]);
	action.sa_flags = 0;
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, NULL);
}

static void ends(void) {
	static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGPIPE, SIGALRM,
	                              SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSYS, 34, 64};
	struct rlimit none = {0, 0}, old;
	NEED(getrlimit(RLIMIT_CORE, &old) == 0);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) {
		pid_t child = fork();
		if (child == 0) {
			setrlimit(RLIMIT_CORE, &none);
			raise(numbers[i]);
			_exit(i);
		}
		int status;
		NEED(waitpid(child, &status, 0) == child);
		say_status("killed by itself", status);
	}
	for (int code = 0; code < 260; code += 51) {
		pid_t child = fork();
		if (child == 0) _exit(code);
		int status;
		NEED(waitpid(child, &status, 0) == child);
		say_status("exit", status);
	}
}

static void orphans(void) {
	NEED(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	pid_t child = fork();
	if (child == 0) {
		if (fork() == 0) {
			rest(50);
			_exit(getppid() != 1 ? 7 : 8);
		}
		_exit(6);
	}
	int status;
	while (wait(&status) > 0) say_status("subreaper", status);
	NEED(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
	int ends[2];
	NEED(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		pid_t grandchild = fork();
		if (grandchild == 0) {
			prctl(PR_SET_PDEATHSIG, SIGUSR2);
			for (;;) pause();
		}
		wait_until_it_sleeps(grandchild, SYS_pause);
		_exit(0);
	}
	close(ends[1]);
	char byte;
	say("the orphan has ended of its parent's death: %zd", read(ends[0], &byte, 1));
	close(ends[0]);
	wait(&status);
}

static void usage(void) {
	struct rusage used;
	pid_t child = fork();
	if (child == 0) {
		for (struct timespec now = {0, 0}; now.tv_sec == 0 && now.tv_nsec < 30000000;) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
		_exit(0);
	}
	int status;
	NEED(wait4(child, &status, 0, &used) == child);
	long time = used.ru_utime.tv_sec * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_sec * 1000000 + used.ru_stime.tv_usec;
	say("used: %s", time >= 20000 && time < 5000000 ? "as much as it did" : "something else");
}

int main(void) {
	every_option();
	groups();
	without_sigchld();
	sigchld("plain", 0, 0);
	sigchld("SA_NOCLDSTOP", SA_NOCLDSTOP, 0);
	sigchld("SA_NOCLDWAIT", SA_NOCLDWAIT, 0);
	sigchld("ignored", 0, 1);
	ends();
	orphans();
	usage();
	return 0;
}
