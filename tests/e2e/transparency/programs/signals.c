/* What signals bring with them, in which order and on which stack; masks over fork and exec; SIGTRAP in all its forms; timers. */
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <ucontext.h>

#include "report.h"

static volatile int taken, order[64], most_overruns;
static siginfo_t last;
static volatile sig_atomic_t on_other_stack;
static char *stack_begin;
static size_t stack_size;

static void take(int number, siginfo_t *info, void *context) {
	(void)context;
	char here;
	on_other_stack = &here >= stack_begin && &here < stack_begin + stack_size;
	order[taken & 63] = number;
	++taken;
	last = *info;
	if (info->si_code == SI_TIMER && info->si_overrun > most_overruns) most_overruns = info->si_overrun;
}

static void handle(int number, int flags) {
	struct sigaction action = {.sa_sigaction = take, .sa_flags = flags | SA_SIGINFO};
	NEED(sigaction(number, &action, NULL) == 0);
}

static const char *sender(void) { return last.si_pid == getpid() ? "self" : last.si_pid == 0 ? "nobody" : last.si_pid == getppid() ? "parent" : "another"; }

static void information(void) {
	handle(SIGUSR1, 0);
	NEED(kill(getpid(), SIGUSR1) == 0);
	say("kill: code %d from %s, user %s", last.si_code, sender(), last.si_uid == getuid() ? "own" : "other");
	NEED(raise(SIGUSR1) == 0);
	say("tkill: code %d from %s", last.si_code, sender());
	NEED(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 4711}) == 0);
	say("sigqueue: code %d value %d from %s", last.si_code, last.si_value.sival_int, sender());
	siginfo_t made = {.si_signo = SIGUSR1, .si_code = -60, .si_pid = 1, .si_uid = 2};
	NEED(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &made) == 0);
	say("rt_sigqueueinfo: code %d pid %d user %d", last.si_code, last.si_pid, last.si_uid);
	pid_t child = fork();
	if (child == 0) _exit(kill(getppid(), SIGUSR1));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
	say("from a child: code %d, %s", last.si_code, last.si_pid == child ? "the child" : "another");
}

static void queues(void) {
	sigset_t all, old, pending;
	sigfillset(&all);
	for (int number = 34; number < 38; ++number) handle(number, 0);
	handle(SIGUSR2, 0);
	sigprocmask(SIG_SETMASK, &all, &old);
	for (int i = 0; i < 3; ++i) {
		for (int number = 37; number >= 34; --number) NEED(sigqueue(getpid(), number, (union sigval){.sival_int = i}) == 0);
		kill(getpid(), SIGUSR2);
		kill(getpid(), SIGUSR1);
	}
	sigpending(&pending);
	say("pending: %d %d %d", sigismember(&pending, SIGUSR1), sigismember(&pending, 35), sigismember(&pending, SIGTERM));
	taken = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	char text[200] = "";
	for (int i = 0; i < taken; ++i) sprintf(text + strlen(text), " %d", order[i]);
	say("delivered:%s", text);
	sigset_t one;
	sigemptyset(&one);
	sigaddset(&one, 36);
	sigprocmask(SIG_BLOCK, &one, &old);
	int fd = signalfd(-1, &one, SFD_NONBLOCK);
	sigqueue(getpid(), 36, (union sigval){.sival_int = 99});
	struct signalfd_siginfo info;
	NEED(read(fd, &info, sizeof info) == sizeof info);
	say("signalfd: %u code %d value %d", info.ssi_signo, info.ssi_code, info.ssi_int);
	sigqueue(getpid(), 36, (union sigval){.sival_int = 98});
	siginfo_t waited;
	int got = sigwaitinfo(&one, &waited);
	say("sigwaitinfo: %d value %d", got, waited.si_value.sival_int);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fd);
}

static void stacks(void) {
	stack_size = 65536;
	stack_begin = malloc(stack_size);
	stack_t stack = {.ss_sp = stack_begin, .ss_size = stack_size}, now;
	NEED(sigaltstack(&stack, NULL) == 0);
	handle(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
	sigaltstack(NULL, &now);
	say("other stack: %d, flags %d", on_other_stack, now.ss_flags);
	handle(SIGUSR1, 0);
	raise(SIGUSR1);
	say("own stack: %d", !on_other_stack);
	if (fork() == 0) {
		handle(SIGUSR1, SA_ONSTACK);
		raise(SIGUSR1);
		say("other stack after fork: %d", on_other_stack);
		_exit(0);
	}
	wait(NULL);
	handle(SIGUSR1, SA_RESETHAND | SA_NODEFER);
	raise(SIGUSR1);
	struct sigaction reset;
	sigaction(SIGUSR1, NULL, &reset);
	say("handler that is used once: %d", reset.sa_handler == SIG_DFL);
}

#if defined(__x86_64__)
#define INSTRUCTION REG_RIP
#define STEP "pushfq; orq $0x100, (%%rsp); popfq; "
#define CALL "mov $39, %%eax; syscall; nop"
#define REST , "r11"
#elif defined(__i386__)
#define REST
#define INSTRUCTION REG_EIP
#define STEP "pushfl; orl $0x100, (%%esp); popfl; "
#define CALL "mov $20, %%eax; int $0x80; nop"
#endif

#ifdef INSTRUCTION
/* The program goes on behind what faulted. */
static void skip(int number, siginfo_t *info, void *context) {
	take(number, info, context);
	ucontext_t *registers = context;
	if (number == SIGTRAP) {
		registers->uc_mcontext.gregs[REG_EFL] &= ~0x100;
		return;
	}
	registers->uc_mcontext.gregs[INSTRUCTION] += 2;
}
#endif

static void faults(void) {
#ifdef INSTRUCTION
	static const int numbers[] = {SIGTRAP, SIGILL, SIGSEGV, SIGFPE, SIGBUS};
	for (int i = 0; i < 5; ++i) {
		struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
		NEED(sigaction(numbers[i], &action, NULL) == 0);
	}
	__asm__ volatile("int3");
	say("int3: signal %d code %d", last.si_signo, last.si_code);
	__asm__ volatile(STEP "nop; nop" ::: "memory", "cc");
	say("single step: signal %d code %d", last.si_signo, last.si_code);
	__asm__ volatile(STEP CALL ::: "memory", "cc", "eax", "ecx" REST);
	say("single step over a call: signal %d code %d", last.si_signo, last.si_code);
	kill(getpid(), SIGTRAP);
	say("sent SIGTRAP: code %d from %s", last.si_code, sender());
	sigqueue(getpid(), SIGTRAP, (union sigval){.sival_int = 5});
	say("queued SIGTRAP: code %d value %d", last.si_code, last.si_value.sival_int);
	__asm__ volatile("ud2");
	say("ud2: signal %d code %d", last.si_signo, last.si_code);
	volatile int *nowhere = (int *)0x1230;
	__asm__ volatile("movl %%eax, (%0)" : : "D"(nowhere) : "memory");
	say("fault: signal %d code %d address %p", last.si_signo, last.si_code, last.si_addr);
	char *file = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, open("/proc/self/exe", O_RDONLY), 0);
	NEED(file != MAP_FAILED);
	NEED(mprotect(file, 4096, PROT_NONE) == 0);
	__asm__ volatile("movb (%0), %%al; nop; nop" : : "a"(file) : "memory");
	say("protected: signal %d code %d %d", last.si_signo, last.si_code, (char *)last.si_addr == file);
	__asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; divl %%ecx" ::: "eax", "ecx", "edx");
	say("division: signal %d code %d", last.si_signo, last.si_code);
#endif
	/* A fault with the signal blocked or ignored ends the process all the same. */
	for (int ignored = 0; ignored < 2; ++ignored) {
		pid_t child = fork();
		if (child == 0) {
			sigset_t block;
			sigemptyset(&block);
			sigaddset(&block, SIGSEGV);
			if (ignored)
				signal(SIGSEGV, SIG_IGN);
			else
				sigprocmask(SIG_BLOCK, &block, NULL);
			prctl(PR_SET_DUMPABLE, 0);
			volatile int *volatile nowhere = (volatile int *)8; /* unknown to the compiler */
			*nowhere = 1;
			_exit(0);
		}
		int status;
		waitpid(child, &status, 0);
		say_status(ignored ? "fault, ignored" : "fault, blocked", status);
	}
}

static void wait_for(volatile int *count, int much) {
	for (int i = 0; i < 5000 && *count < much; ++i) rest(1);
}

static void *sit(void *argument) {
	for (;;) pause();
	return argument;
}

static void timers(void) {
	handle(SIGALRM, SA_RESTART);
	taken = 0;
	struct itimerval every = {{0, 3000}, {0, 3000}}, left;
	NEED(setitimer(ITIMER_REAL, &every, NULL) == 0);
	wait_for(&taken, 5);
	NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, &left) == 0);
	say("setitimer: %d, code %d, interval %ld", taken >= 5, last.si_code, (long)left.it_interval.tv_usec);
	handle(SIGVTALRM, SA_RESTART);
	handle(SIGPROF, SA_RESTART);
	static const struct { int which, number; } busy[] = {{ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF}};
	for (int i = 0; i < 2; ++i) {
		taken = 0;
		NEED(setitimer(busy[i].which, &(struct itimerval){{0, 0}, {0, 10000}}, NULL) == 0);
		for (int j = 0; j < 2000000000 && taken == 0; ++j) {}
		say("timer of processor time: %d, code %d", taken, last.si_code);
	}
	taken = 0;
	timer_t timer;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 40, .sigev_value = {.sival_int = 77}};
	handle(40, 0);
	NEED(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	sigset_t block;
	sigemptyset(&block);
	sigaddset(&block, 40);
	sigprocmask(SIG_BLOCK, &block, NULL);
	NEED(timer_settime(timer, 0, &(struct itimerspec){{0, 1000000}, {0, 1000000}}, NULL) == 0);
	rest(20);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	timer_delete(timer);
	say("timer_create: %d, code %d, value %d, %s", taken > 0, last.si_code, last.si_value.sival_int, most_overruns >= 5 ? "overruns" : "no overruns");

	pthread_t thread;
	NEED(pthread_create(&thread, NULL, sit, NULL) == 0);
	pid_t child = fork();
	if (child == 0) {
		alarm(1);
		execl("/bin/sleep", "sleep", "20", NULL);
	}
	int status;
	waitpid(child, &status, 0);
	say_status("alarm over exec", status);
	alarm(100);
	child = fork();
	if (child == 0) _exit(alarm(0) == 0 ? 3 : 4);
	waitpid(child, &status, 0);
	say_status("no alarm over fork", status);
	unsigned rest_of = alarm(0);
	say("alarm left: %d", rest_of >= 95 && rest_of <= 100);

	struct timespec asked = {5, 0}, remaining = {0, 0};
	handle(SIGALRM, 0);
	setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 30000}}, NULL);
	int result = nanosleep(&asked, &remaining);
	say("nanosleep: %d %s, remaining %s", result, error_name(errno), remaining.tv_sec == 4 && remaining.tv_nsec > 0 ? "right" : "wrong");
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	uint64_t count = 0;
	NEED(timerfd_settime(fd, 0, &(struct itimerspec){{0, 1000000}, {0, 1000000}}, NULL) == 0);
	rest(15);
	NEED(read(fd, &count, 8) == 8);
	say("timerfd: %d", count >= 5);
}

static void masks(const char *self) {
	sigset_t block;
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, 50);
	sigprocmask(SIG_SETMASK, &block, NULL);
	signal(SIGHUP, SIG_IGN);
	handle(SIGINT, 0);
	raise(SIGTERM);
	pid_t child = fork();
	if (child == 0) execl(self, self, "masks", NULL);
	int status;
	waitpid(child, &status, 0);
	say_status("masks", status);
	sigset_t none;
	sigemptyset(&none);
	if (fork() == 0) {
		signal(SIGTERM, SIG_DFL);
		sigset_t pending;
		sigpending(&pending);
		say("pending in the child: %d", sigismember(&pending, SIGTERM));
		_exit(0);
	}
	wait(NULL);
	/* Pending over exec. */
	child = fork();
	if (child == 0) {
		raise(SIGTERM);
		execl(self, self, "pending", NULL);
	}
	waitpid(child, &status, 0);
	say_status("pending over exec", status);
}

static void say_masks(void) {
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, "Sig", 3) != 0 && strncmp(line, "ShdPnd", 6) != 0) continue;
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "SigQ", 4) != 0) say("%s", line);
	}
	fclose(file);
}

int main(int argc, char **argv) {
	if (argc > 1 && strcmp(argv[1], "masks") == 0) return say_masks(), 0;
	if (argc > 1) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		return 9;
	}
	information();
	queues();
	stacks();
	faults();
	timers();
	masks(argv[0]);
	return 0;
}
