/* hot_opens DIRECTORY: opens DIRECTORY/plain until its call sites are as hot as can be, and meanwhile and afterwards does with open(2) what programs
 * do and what they should not, and checks every answer. DIRECTORY/secret is opened 7 times altogether: by this
 * program, its children and threads, and once by cat.
 * Prints "right" at its end; says on stderr what was not, and ends with 1. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static char plain[PATH_MAX], secret[PATH_MAX], link_[PATH_MAX], fifo[PATH_MAX], fresh[PATH_MAX];
static const char *directory;
static volatile sig_atomic_t signals, strange;
static unsigned long hole[8];
static volatile int holes;

static void fail(const char *what) {
	fprintf(stderr, "hot_opens: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void opens(const char *path, int flags) {
	int fd = open(path, flags, 0640);
	if (fd < 0 || close(fd) != 0) fail(path);
}

static void refuses(const char *path, int flags, int error, const char *what) {
	errno = 0;
	int fd = open(path, flags, 0640);
	if (fd >= 0 || errno != error) fail(what);
}

static void heat(int count) {
	char text[8];
	for (int i = 0; i < count; i++) {
		int fd = open(plain, O_RDONLY | O_CLOEXEC);
		if (fd < 0) fail("plain");
		if (i % 100 == 0 && (read(fd, text, sizeof text) != 6 || memcmp(text, "plain\n", 6) != 0)) fail("another file was opened");
		if (close(fd) != 0) fail("close");
	}
}

/* A handler finds the thread in the program or its libraries, where an unwinder finds its way, and nowhere else. */
static void count_signal(int number, siginfo_t *info, void *context) {
	(void)number;
	(void)info;
	signals++;
#ifdef __x86_64__
	unsigned long at = (unsigned long)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	if (at >= 0x580000000000 && at < 0x600000000000) strange = 1;
	for (int i = 0; i < holes; i++)
		if (at >= hole[i] && at < hole[i] + 4096) strange = 1;
#else
	(void)context;
#endif
}

/* Pages of code that are mapped from no file, as far as there are some. */
static void find_holes(void) {
	char line[512];
	unsigned long first, behind;
	FILE *maps = fopen("/proc/self/maps", "re");
	holes = 0;
	while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
		if (sscanf(line, "%lx-%lx r-xp", &first, &behind) == 2 && strstr(line, "r-xp") != NULL && strchr(line, '/') == NULL && strchr(line, '[') == NULL &&
		    holes < 8)
			hole[holes++] = first;
	if (maps != NULL) fclose(maps);
}

static void timer(long microseconds) {
	struct itimerval time = {{0, microseconds}, {0, microseconds}};
	setitimer(ITIMER_REAL, &time, NULL);
}

static void count(int number, int flags) {
	struct sigaction action = {.sa_flags = flags | SA_SIGINFO};
	action.sa_sigaction = count_signal;
	sigaction(number, &action, NULL);
}

static void handle(int number, void (*handler)(int), int flags) {
	struct sigaction action = {.sa_flags = flags};
	action.sa_handler = handler;
	sigaction(number, &action, NULL);
}

#ifdef __x86_64__
/* A site of the shape that glibc has, between registers that are all known. */
struct registers {
	uint64_t rdi, rsi, rdx, r10, rbx, r8, r9, rbp, r12, r13, r14, r15, rsp, red_zone;
};
int site_of_its_own(const char *path, const struct registers *before, struct registers *after);
__asm__(
    ".text\n.globl site_of_its_own\nsite_of_its_own:\n"
    "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\npush %rdx\npush %rsi\n"
    "mov %rdi, %rax\n"
    "mov 32(%rsi), %rbx\nmov 40(%rsi), %r8\nmov 48(%rsi), %r9\nmov 56(%rsi), %rbp\nmov 64(%rsi), %r12\nmov 72(%rsi), %r13\nmov 80(%rsi), %r14\n"
    "mov 88(%rsi), %r15\n"
    "mov 0(%rsi), %rdi\nmov 16(%rsi), %rdx\nmov 24(%rsi), %r10\nmov %rax, %rsi\n"
    "movq $0x5a5a5a5a, -120(%rsp)\n"
    "mov $257, %eax\nsyscall\ncmp $-4095, %rax\n"
    "mov 8(%rsp), %rcx\n"
    "mov %rdi, 0(%rcx)\nmov %rsi, 8(%rcx)\nmov %rdx, 16(%rcx)\nmov %r10, 24(%rcx)\nmov %rbx, 32(%rcx)\nmov %r8, 40(%rcx)\nmov %r9, 48(%rcx)\n"
    "mov %rbp, 56(%rcx)\nmov %r12, 64(%rcx)\nmov %r13, 72(%rcx)\nmov %r14, 80(%rcx)\nmov %r15, 88(%rcx)\nmov -120(%rsp), %r11\nmov %r11, 104(%rcx)\n"
    "pop %rsi\npop %rdx\npop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n");

static void registers_stay(const char *path) {
	struct registers before = {(uint64_t)AT_FDCWD, 0, O_RDONLY, 0123, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777, 0x8888, 0, 0x5a5a5a5a};
	before.rsi = (uint64_t)path;
	for (int i = 0; i < 6000; i++) {
		struct registers after = {0};
		after.rsp = 0;
		int fd = site_of_its_own(path, &before, &after);
		if (fd < 0 || close(fd) != 0) fail("a site of its own");
		if (memcmp(&before, &after, sizeof before) != 0) fail("registers after the call");
	}
}
#else
static void registers_stay(const char *path) { (void)path; }
#endif

static void every_answer(void) {
	char longer[5000];
	memset(longer, 'a', sizeof longer - 1);
	longer[0] = '/';
	longer[sizeof longer - 1] = 0;
	opens(secret, O_RDONLY);
	refuses("/nowhere/at/all", O_RDONLY, ENOENT, "a name that is not there");
	refuses(longer, O_RDONLY, ENAMETOOLONG, "a name too long");
	refuses(NULL, O_RDONLY, EFAULT, "a null pointer");
	refuses((const char *)(intptr_t)-4096, O_RDONLY, EFAULT, "a pointer to nothing");
	refuses("", O_RDONLY, ENOENT, "an empty name");
	refuses(link_, O_RDONLY | O_NOFOLLOW, ELOOP, "a link not to be followed");
	refuses(plain, O_RDONLY | O_DIRECTORY, ENOTDIR, "a file as a directory");
	refuses(plain, O_CREAT | O_EXCL | O_WRONLY, EEXIST, "a file that is there");
	opens(link_, O_RDONLY);
	opens(directory, O_RDONLY | O_DIRECTORY);
	opens(plain, O_PATH);
	opens(directory, O_TMPFILE | O_RDWR);
	opens("/dev/null", O_RDWR | O_APPEND | O_NONBLOCK | O_SYNC);
	struct stat status;
	umask(022);
	opens(fresh, O_CREAT | O_RDWR | O_TRUNC);
	if (stat(fresh, &status) != 0 || (status.st_mode & 07777) != 0640) fail("the mode of a new file");
	if (unlink(fresh) != 0) fail("unlink");
	if (chdir(directory) != 0) fail("chdir");
	opens("plain", O_RDONLY);
	opens("./secret", O_RDONLY);
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	int inner = openat(fd, "plain", O_RDONLY);
	if (fd < 0 || inner < 0) fail("openat");
	if (fcntl(inner, F_GETFD) != 0 || close(inner) != 0) fail("flags of a descriptor");
	inner = openat(fd, plain, O_RDONLY | O_CLOEXEC);
	if (inner < 0 || fcntl(inner, F_GETFD) != FD_CLOEXEC || close(inner) != 0 || close(fd) != 0) fail("an absolute name from a directory");
}

static sigjmp_buf place;
static void jump_out(int number) {
	(void)number;
	siglongjmp(place, 1);
}

static void ends_well(pid_t child, const char *what) {
	int status;
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) fail(what);
}

/* The kernel finds a bad pointer without a signal, whatever is done with that signal. */
static void bad_pointers(void) {
	struct sigaction before = {.sa_flags = SA_NODEFER}, after;
	before.sa_handler = SIG_IGN;
	sigset_t blocked, mask;
	const char *volatile nothing = NULL;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGSEGV);
	for (int way = 0; way < 3; way++) {
		if (way == 1) before.sa_handler = jump_out;
		sigaction(SIGSEGV, &before, NULL);
		sigprocmask(way == 2 ? SIG_BLOCK : SIG_UNBLOCK, &blocked, NULL);
		refuses(nothing, O_RDONLY, EFAULT, "a null pointer");
		refuses(nothing + 8, O_RDONLY, EFAULT, "a pointer into the first page");
		if (sigaction(SIGSEGV, NULL, &after) != 0 || after.sa_handler != before.sa_handler) fail("the handler after a bad pointer");
		if (sigprocmask(SIG_BLOCK, NULL, &mask) != 0 || sigismember(&mask, SIGSEGV) != (way == 2)) fail("the mask after a bad pointer");
	}
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	signal(SIGSEGV, SIG_DFL);
}

/* A file system that has no direct I/O makes the file and refuses it then. */
static void direct(void) {
	pid_t child = fork();
	if (child == 0) {
		char name[PATH_MAX + 8];
		uid_t uid = getuid();
		if (unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("none", directory, "ramfs", 0, NULL) != 0) {
			if (errno != EPERM && errno != EACCES) fail("a file system of its own");
			exit(0);
		}
		snprintf(name, sizeof name, "%s/direct", directory);
		refuses(name, O_CREAT | O_EXCL | O_RDWR | O_DIRECT, EINVAL, "direct I/O where there is none");
		if (unlink(name) != 0) fail("the file that was made all the same");
		exit(0);
	}
	ends_well(child, "a child on a file system of its own");
}

/* A call that waits is interrupted, or is not, as the handler was installed. */
static void waiting_calls(void) {
	count(SIGALRM, 0);
	struct itimerval once = {{0, 0}, {0, 30000}};
	setitimer(ITIMER_REAL, &once, NULL);
	refuses(fifo, O_RDONLY, EINTR, "an interrupted open");
	count(SIGALRM, SA_RESTART);
	pid_t child = fork();
	if (child == 0) {
		usleep(90000);
		_exit(open(fifo, O_WRONLY) < 0);
	}
	setitimer(ITIMER_REAL, &once, NULL);
	opens(fifo, O_RDONLY);
	int status;
	if (waitpid(child, &status, 0) != child || status != 0) fail("the other end of a pipe");
}

static void jumps(void) {
	static volatile int jumped;
	handle(SIGALRM, jump_out, 0);
	sigsetjmp(place, 1);
	if (++jumped < 200) {
		timer(500);
		for (;;) {
			int fd = open(plain, O_RDONLY);
			/* A jump may come before the descriptor is known. */
			if (fd >= 0) close(fd);
		}
	}
	timer(0);
	signal(SIGALRM, SIG_IGN);
	closefrom(3);
}

static void *in_a_thread(void *argument) {
	heat(3000);
	if (argument != NULL) opens(secret, O_RDONLY);
	return NULL;
}

static volatile int cleaned;
static void clean(void *argument) {
	(void)argument;
	cleaned++;
}

/* open(2) is where a thread may be cancelled; glibc unwinds from wherever the signal found it. */
static void *is_cancelled(void *argument) {
	pthread_cleanup_push(clean, argument);
	for (;;) {
		int fd = open(plain, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) close(fd);
	}
	pthread_cleanup_pop(1);
	return NULL;
}

static void threads(void) {
	pthread_t all[4];
	for (int round = 0; round < 30; round++) {
		void *result;
		if (pthread_create(&all[0], NULL, is_cancelled, NULL) != 0) fail("pthread_create");
		usleep(round < 2 ? 300000 : 1000);
		if (pthread_cancel(all[0]) != 0 || pthread_join(all[0], &result) != 0 || result != PTHREAD_CANCELED) fail("a cancelled thread");
	}
	if (cleaned != 30) fail("what a cancelled thread leaves behind");
	closefrom(3);
	find_holes();
	count(SIGALRM, SA_RESTART);
	timer(500);
	for (int i = 0; i < 4; i++)
		if (pthread_create(&all[i], NULL, in_a_thread, i == 0 ? secret : NULL) != 0) fail("pthread_create");
	for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
	timer(0);
	opens(secret, O_RDONLY);
}

static void children(void) {
	pid_t child = fork();
	if (child == 0) {
		heat(3000);
		opens(secret, O_RDONLY);
		exit(0);
	}
	ends_well(child, "a child");
	child = vfork();
	if (child == 0) {
		execlp("cat", "cat", secret, (char *)NULL);
		_exit(127);
	}
	ends_well(child, "a program");
}

/* openat2(2), which this program never makes, is death. */
static void own_filter(void) {
	pid_t child = fork();
	if (child == 0) {
		struct sock_filter code[] = {
		    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 437, 0, 1),
		    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		};
		struct sock_fprog program = {sizeof code / sizeof *code, code};
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) fail("a filter");
		heat(5000);
		opens(secret, O_RDONLY);
		pid_t grandchild = fork();
		if (grandchild == 0) {
			heat(5000);
			exit(0);
		}
		ends_well(grandchild, "a grandchild with a filter");
		exit(0);
	}
	ends_well(child, "a child with a filter");
}

int main(int argc, char **argv) {
	if (argc != 2) return 2;
	directory = argv[1];
	snprintf(plain, sizeof plain, "%s/plain", directory);
	snprintf(secret, sizeof secret, "%s/secret", directory);
	snprintf(link_, sizeof link_, "%s/link", directory);
	snprintf(fifo, sizeof fifo, "%s/fifo", directory);
	snprintf(fresh, sizeof fresh, "%s/fresh", directory);
	heat(12000);
	count(SIGALRM, SA_RESTART);
	find_holes();
	timer(1000);
	heat(60000);
	timer(0);
	if (signals == 0) fail("no signal came");
	registers_stay(plain);
	every_answer();
	registers_stay("plain");
	bad_pointers();
	direct();
	waiting_calls();
	children();
	own_filter();
	jumps();
	threads();
	if (strange) fail("a signal came in the middle of nowhere");
	puts("right");
	return 0;
}
