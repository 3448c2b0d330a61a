/* relative_opens DIRECTORY: opens files by relative names, from its working directory and from descriptors, at call sites as hot as can be, and checks
 * every answer. DIRECTORY/secret is opened 12 times, by relative names all of them, and once more by way of a link.
 * Prints "right" at its end; says on stderr what was not, and ends with 1. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;
static volatile sig_atomic_t signals;

static void fail(const char *what) {
	fprintf(stderr, "relative_opens: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void is(int fd, const char *text, const char *what) {
	char read_text[16] = "";
	if (fd < 0) fail(what);
	if (read(fd, read_text, sizeof read_text - 1) < 0 || strcmp(read_text, text) != 0) fail("another file was opened");
	if (close(fd) != 0) fail("close");
}

/* All of these are one call site each: that of openat(3), and that of open(3). */
static void heat(int from, int count) {
	for (int i = 0; i < count; i++) {
		is(openat(from, "plain", O_RDONLY), "plain\n", "plain, from a descriptor");
		is(openat(AT_FDCWD, "plain", O_RDONLY | O_CLOEXEC), "plain\n", "plain, from the working directory");
		is(open("sub/plain", O_RDONLY), "sub\n", "plain below");
	}
}

static void secret(int from, const char *name) {
	is(openat(from, name, O_RDONLY), "secret\n", name);
}

static void refuses(int from, const char *name, int flags, int error, const char *what) {
	errno = 0;
	if (openat(from, name, flags, 0600) >= 0 || errno != error) fail(what);
}

static void count_signal(int number) {
	(void)number;
	signals++;
}

static void timer(long microseconds) {
	struct itimerval time = {{0, microseconds}, {0, microseconds}};
	setitimer(ITIMER_REAL, &time, NULL);
}

static int directory_at(const char *path) {
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0) fail(path);
	return fd;
}

static void numbers(int from) {
	for (int i = 0; i < 3; i++) {
		const int number = (const int[]){9, 10, 777}[i];
		if (dup2(from, number) != number) fail("dup2");
		heat(number, 3);
		secret(number, "secret");
		close(number);
		refuses(number, "secret", O_RDONLY, EBADF, "a descriptor that is closed");
	}
}

static void every_answer(int from) {
	char from_root[PATH_MAX];
	int root = directory_at("/"), sub = directory_at("sub");
	secret(AT_FDCWD, "secret");
	secret(from, "secret");
	secret(sub, "../secret");
	secret(from, "./sub/..//secret");
	snprintf(from_root, sizeof from_root, "%s/secret", directory + 1);
	secret(root, from_root);
	secret(from, "link");
	refuses(from, "", O_RDONLY, ENOENT, "an empty name");
	refuses(from, "nothing", O_RDONLY, ENOENT, "a name that is not there");
	refuses(from, "plain/x", O_RDONLY, ENOTDIR, "a file as a directory");
	refuses(-7, "plain", O_RDONLY, EBADF, "a number that is none");
	refuses(from, "plain", O_CREAT | O_EXCL | O_WRONLY, EEXIST, "a file that is there");
	refuses(from, "link", O_RDONLY | O_NOFOLLOW, ELOOP, "a link not to be followed");
	int file = openat(from, "plain", O_RDONLY);
	refuses(file, "plain", O_RDONLY, ENOTDIR, "a file to start from");
	close(file);
	struct stat status;
	umask(022);
	file = openat(from, "fresh", O_CREAT | O_RDWR | O_TRUNC, 0640);
	if (file < 0 || fstat(file, &status) != 0 || (status.st_mode & 07777) != 0640 || unlinkat(from, "fresh", 0) != 0) fail("a new file");
	close(file);
	if (mkdirat(from, "gone", 0700) != 0) fail("mkdir");
	int gone = openat(from, "gone", O_RDONLY | O_DIRECTORY);
	if (unlinkat(from, "gone", AT_REMOVEDIR) != 0) fail("rmdir");
	refuses(gone, "plain", O_RDONLY, ENOENT, "a directory that is gone");
	refuses(gone, "plain", O_RDWR | O_CREAT, ENOENT, "a new file in a directory that is gone");
	close(gone);
	close(sub);
	close(root);
}

/* A working directory whose name is longer than what is looked at. */
static void far_below(int from) {
	char name[200];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	for (int i = 0; i < 2; i++)
		if ((mkdir(name, 0700) != 0 && errno != EEXIST) || chdir(name) != 0) fail("a long name");
	refuses(AT_FDCWD, "plain", O_RDONLY, ENOENT, "nothing far below");
	secret(AT_FDCWD, "../../secret");
	if (fchdir(from) != 0) fail("fchdir");
}

/* A number that is another directory to it than to the process. */
static void *has_its_own_descriptors(void *argument) {
	const int number = 50;
	if (unshare(CLONE_FILES) != 0) fail("descriptors of its own");
	int from = directory_at(directory);
	if (dup2(from, number) != number) fail("dup2");
	secret(number, "secret");
	return argument;
}

static void descriptors_of_its_own(void) {
	pthread_t thread;
	int sub = directory_at("sub");
	if (dup2(sub, 50) != 50) fail("dup2");
	for (int i = 0; i < 1000; i++) is(openat(50, "plain", O_RDONLY), "sub\n", "plain, from the number");
	if (pthread_create(&thread, NULL, has_its_own_descriptors, NULL) != 0 || pthread_join(thread, NULL) != 0) fail("a thread");
	is(openat(50, "plain", O_RDONLY), "sub\n", "plain, from the number that a thread has for another");
	close(sub);
	close(50);
}

static void *has_its_own_directory(void *argument) {
	if (unshare(CLONE_FS) != 0 || chdir("sub") != 0) fail("a working directory of its own");
	for (int i = 0; i < 2000; i++) is(openat(AT_FDCWD, "plain", O_RDONLY), "sub\n", "a thread's plain");
	if (chdir("..") != 0) fail("chdir");
	secret(AT_FDCWD, "secret");
	return argument;
}

static void thread_of_its_own(int from) {
	pthread_t thread;
	if (pthread_create(&thread, NULL, has_its_own_directory, NULL) != 0) fail("pthread_create");
	heat(from, 700);
	if (pthread_join(thread, NULL) != 0) fail("pthread_join");
	heat(from, 5);
}

/* With another root a name of a directory is another one. */
static void other_root(int from) {
	pid_t child = fork();
	if (child == 0) {
		if (getuid() != 0 && unshare(CLONE_NEWUSER) != 0) {
			secret(AT_FDCWD, "secret");
			exit(0);
		}
		if (chroot(directory) != 0 || chdir("/") != 0) fail("chroot");
		heat(AT_FDCWD, 1200);
		secret(AT_FDCWD, "secret");
		exit(0);
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) fail("a child with another root");
	heat(from, 1);
}

int main(int argc, char **argv) {
	if (argc != 2) return 2;
	directory = argv[1];
	if (chdir(directory) != 0) fail("chdir");
	int from = directory_at(".");
	heat(from, 3000);
	struct sigaction action = {.sa_flags = SA_RESTART};
	action.sa_handler = count_signal;
	sigaction(SIGALRM, &action, NULL);
	timer(1000);
	heat(from, 8000);
	timer(0);
	if (signals == 0) fail("no signal came");
	numbers(from);
	every_answer(from);
	far_below(from);
	descriptors_of_its_own();
	thread_of_its_own(from);
	other_root(from);
	puts("right");
	return 0;
}
