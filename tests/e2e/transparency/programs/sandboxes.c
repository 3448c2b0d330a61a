/* Programs that install seccomp programs of their own: every verdict, the broker pattern of browsers (SECCOMP_RET_TRAP, a handler of SIGSYS that asks
 * another process), filters over exec and over threads. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "report.h"

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#define RESULT(context) ((ucontext_t *)(context))->uc_mcontext.gregs[REG_RAX]
#define ARGUMENT(context, number) ((ucontext_t *)(context))->uc_mcontext.gregs[(int[]){REG_RDI, REG_RSI, REG_RDX, REG_R10}[number]]
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#define RESULT(context) ((ucontext_t *)(context))->uc_mcontext.regs[0]
#define ARGUMENT(context, number) ((ucontext_t *)(context))->uc_mcontext.regs[number]
#endif

/* `verdict` for one call, everything else is allowed. */
static long install(int call, unsigned verdict, unsigned flags) {
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void in_child(const char *what, void (*run)(void)) {
	pid_t child = fork();
	NEED(child >= 0);
	if (child == 0) {
		struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		run();
		_exit(0);
	}
	int status;
	NEED(waitpid(child, &status, 0) == child);
	say_status(what, status);
}

static volatile int trapped;
static siginfo_t last;
static void on_trap(int number, siginfo_t *info, void *context) {
	(void)number;
	last = *info;
	++trapped;
	RESULT(context) = -EXDEV;
}

static void handle(void (*handler)(int, siginfo_t *, void *), int flags) {
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
	NEED(sigaction(SIGSYS, &action, NULL) == 0);
}

static void trap_of(int call, const char *name) {
	NEED(install(call, SECCOMP_RET_TRAP | 77, 0) == 0);
	trapped = 0;
	long result = call == SYS_openat ? syscall(call, AT_FDCWD, "/dev/null", O_RDONLY) : syscall(call, 1, 2, 3);
	say("trap of %s: %ld %s, %d times, code %d, data %d, call %d, arch %d, address %d", name, result, error_name(errno), trapped, last.si_code, last.si_errno,
	    last.si_syscall == call, last.si_arch == OWN_ARCH, last.si_call_addr != NULL);
}

static void traps(void) {
	handle(on_trap, 0);
	trap_of(SYS_openat, "openat");
	trap_of(SYS_getpriority, "getpriority");
	trap_of(SYS_unlink, "unlink");
	trap_of(SYS_ptrace, "ptrace");
}
static void trap_without_handler(void) {
	install(SYS_getpriority, SECCOMP_RET_TRAP, 0);
	syscall(SYS_getpriority, 0, 0);
}
static void trap_that_is_blocked(void) {
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	handle(on_trap, 0);
	install(SYS_openat, SECCOMP_RET_TRAP, 0);
	syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
}
static void errors(void) {
	static const int errors_of[] = {0, EPERM, ENOSYS, 4095};
	for (int i = 0; i < 4; ++i) {
		NEED(install(SYS_openat, SECCOMP_RET_ERRNO | (unsigned)errors_of[i], 0) == 0);
		errno = 0;
		long result = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
		say("errno %d: %ld %d", errors_of[i], result, errno);
	}
}
static void *call_it(void *argument) {
	syscall(SYS_getpriority, 0, 0);
	return argument;
}
static void kill_thread(void) {
	install(SYS_getpriority, SECCOMP_RET_KILL_THREAD, 0);
	pthread_t thread;
	pthread_create(&thread, NULL, call_it, NULL);
	rest(30);
	say("the other thread lives");
	_exit(12);
}
static void kill_process(void) {
	install(SYS_getpriority, SECCOMP_RET_KILL_PROCESS, 0);
	pthread_t thread;
	pthread_create(&thread, NULL, call_it, NULL);
	pause();
}
static void kill_of_openat(void) {
	install(SYS_openat, SECCOMP_RET_KILL_PROCESS, 0);
	syscall(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY);
}
static void traced(void) {
	static const int calls[] = {SYS_getpriority, SYS_openat, SYS_execve, SYS_clone};
	static const unsigned data[] = {0, 1, 2, 3, 77, 0xffff};
	for (int i = 0; i < 4; ++i) {
		for (int j = 0; j < 6; ++j) {
			NEED(install(calls[i], SECCOMP_RET_TRACE | data[j], 0) == 0);
			errno = 0;
			long result = calls[i] == SYS_openat ? syscall(calls[i], AT_FDCWD, "/dev/null", O_RDONLY)
			              : calls[i] == SYS_execve ? syscall(calls[i], "/bin/true", NULL, NULL)
			                                       : syscall(calls[i], SIGCHLD, 0, 0, 0, 0);
			say("trace of call %d with %u: %ld %s", i, data[j], result, error_name(errno));
		}
	}
}
static void logged(void) {
	NEED(install(SYS_openat, SECCOMP_RET_LOG, 0) == 0);
	say("logged: %d", syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY) >= 0);
}
static void strange(void) {
	struct sock_filter filter = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &filter}, empty = {0, &filter};
	static const unsigned flags[] = {0, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_TSYNC, 1u << 20};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (int i = 0; i < 4; ++i) {
		errno = 0;
		say("install with flags %#x: %s", flags[i], syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], &program) == 0 ? "done" : error_name(errno));
	}
	say("empty program: %s", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &empty) == 0 ? "done" : error_name(errno));
	say("prctl: %s", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? "done" : error_name(errno));
	unsigned action = SECCOMP_RET_TRACE;
	say("action available: %ld", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	say("mode: %d", prctl(PR_GET_SECCOMP));
}
static void *wait_and_open(void *argument) {
	rest(30);
	say("in the other thread: %s", syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY) >= 0 ? "opened" : error_name(errno));
	return argument;
}
static void all_threads(void) {
	pthread_t thread;
	pthread_create(&thread, NULL, wait_and_open, NULL);
	NEED(install(SYS_openat, SECCOMP_RET_ERRNO | EXDEV, SECCOMP_FILTER_FLAG_TSYNC) == 0);
	pthread_join(thread, NULL);
}
static void over_exec(void) {
	NEED(install(SYS_getpriority, SECCOMP_RET_KILL_PROCESS, 0) == 0);
	execl("/usr/bin/nice", "nice", NULL);
}

/* The broker: opens what the sandboxed process asks for, and sends the descriptor. */
static int broker_socket;
static void serve(int socket_fd) {
	char path[256];
	ssize_t size;
	while ((size = recv(socket_fd, path, sizeof path - 1, 0)) > 0) {
		path[size] = 0;
		int fd = strncmp(path, "/dev/", 5) == 0 ? open(path, O_RDONLY) : -1, error = fd < 0 ? EACCES : 0;
		char control[CMSG_SPACE(sizeof fd)] = {0};
		struct iovec part = {&error, sizeof error};
		struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
		if (fd >= 0) {
			message.msg_control = control;
			message.msg_controllen = sizeof control;
			struct cmsghdr *header = CMSG_FIRSTHDR(&message);
			header->cmsg_level = SOL_SOCKET;
			header->cmsg_type = SCM_RIGHTS;
			header->cmsg_len = CMSG_LEN(sizeof fd);
			memcpy(CMSG_DATA(header), &fd, sizeof fd);
		}
		sendmsg(socket_fd, &message, 0);
		close(fd);
	}
}
static void on_broker_trap(int number, siginfo_t *info, void *context) {
	(void)number;
	(void)info;
	++trapped;
	const char *path = (const char *)ARGUMENT(context, 1);
	send(broker_socket, path, strlen(path), 0);
	int error = 0, fd = -1;
	char control[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec part = {&error, sizeof error};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	recvmsg(broker_socket, &message, 0);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header != NULL) memcpy(&fd, CMSG_DATA(header), sizeof fd);
	RESULT(context) = error != 0 ? -error : fd;
}
static void brokered(void) {
	int ends[2];
	NEED(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
	pid_t broker = fork();
	if (broker == 0) {
		close(ends[0]);
		serve(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	broker_socket = ends[0];
	handle(on_broker_trap, SA_NODEFER);
	NEED(install(SYS_openat, SECCOMP_RET_TRAP, SECCOMP_FILTER_FLAG_TSYNC) == 0);
	int good = 0, refused = 0;
	for (int i = 0; i < 2000; ++i) {
		int fd = open(i % 2 ? "/dev/zero" : "/etc/hostname", O_RDONLY);
		char byte = 1;
		if (fd >= 0) good += read(fd, &byte, 1) == 1 && byte == 0;
		else refused += errno == EACCES;
		close(fd);
	}
	say("broker: %d opened, %d refused, %d traps", good, refused, trapped);
	close(broker_socket);
	waitpid(broker, NULL, 0);
}
/* As brokered(), but after many plain opens from the same place. */
static void brokered_later(void) {
	int good = 0;
	for (int i = 0; i < 3000; ++i) {
		int fd = open("/dev/null", O_RDONLY);
		good += fd >= 0;
		close(fd);
	}
	say("plain: %d", good);
	brokered();
}

static void listener(void) {
	long fd = install(SYS_getpriority, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	say("listener: %s", fd >= 0 ? "installed" : error_name(errno));
}
static void strict(void) {
	errno = 0;
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
	int error = errno;
	const char *text = result == 0 ? "strict: done\n" : error == EINVAL ? "strict: EINVAL\n" : "strict: another error\n";
	syscall(SYS_write, 1, text, strlen(text));
	syscall(SYS_exit, 14);
}

int main(void) {
	in_child("traps", traps);
	in_child("trap without handler", trap_without_handler);
	in_child("blocked trap", trap_that_is_blocked);
	in_child("errors", errors);
	in_child("kill thread", kill_thread);
	in_child("kill process", kill_process);
	in_child("kill at openat", kill_of_openat);
	in_child("trace", traced);
	in_child("log", logged);
	in_child("strange", strange);
	in_child("all threads", all_threads);
	in_child("over exec", over_exec);
	in_child("broker", brokered);
	in_child("broker later", brokered_later);
	in_child("listener", listener);
	in_child("strict", strict);
	return 0;
}
