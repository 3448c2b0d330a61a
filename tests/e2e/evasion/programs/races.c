/* B1, B2, B4. races WAY DIRECTORY TRIES: makes a call TRIES times while another thread changes what it is given, and prints what the kernel made of
 * each: a letter a try, b for the marked one of two, a for the other.
 *   open      DIRECTORY/file-a or -b, one letter of the name flips
 *   link      DIRECTORY/link/name, link leads to DIRECTORY/file-d or -e
 *   dirfd     name, from a descriptor of one of these directories
 *   exec      DIRECTORY/run-a or -b (programs/which.c) with an argument that flips, too
 *   tcp, udp  127.0.0.1, one of two ports, of which the odd one is marked
 *   fifo      DIRECTORY/fifo-b; the name becomes fifo-a while the call waits
 *   unix      DIRECTORY/socket-b likewise
 * Of `exec` there are two lines: of the program, and of its argument. */
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "attack.h"

static char name[4096];
static struct sockaddr_in address = {.sin_family = AF_INET};
static struct sockaddr_un local = {.sun_family = AF_UNIX};
static char argument[] = "a";
static volatile char *letter;        /* of the two that flip */
static volatile char first, second;
static volatile int over;
static const char *directory;
static char *taken, *taken_argument;  /* a letter a try */

static void keep(char **letters, int is_marked) { *(*letters)++ = is_marked ? 'b' : 'a'; }
static void count(int is_marked) { keep(&taken, is_marked); }

/* Changes often enough to hit a call, and seldom enough for both to be taken. */
static void *flip(void *nothing) {
	for (unsigned i = 0; !over; ++i) {
		*letter = i & 1 ? first : second;
		if (i % 1023 == 0) sched_yield();
	}
	return nothing;
}

static char *in_directory(const char *file) {
	char *path = NULL;
	NEED(asprintf(&path, "%s/%s", directory, file) > 0);
	return path;
}

static ino_t inode_of(const char *path) {
	struct stat status;
	NEED(stat(path, &status) == 0);
	return status.st_ino;
}

static int is_file(int fd, ino_t inode) {
	struct stat status;
	NEED(fd >= 0 && fstat(fd, &status) == 0);
	close(fd);
	return status.st_ino == inode;
}

static pthread_t start(void *(*body)(void *)) {
	pthread_t thread;
	NEED(pthread_create(&thread, NULL, body, NULL) == 0);
	return thread;
}

static void opens(long tries) {
	snprintf(name, sizeof name, "%s/file-b", directory);
	const ino_t inode = inode_of(name);
	letter = &name[strlen(name) - 1];
	first = 'a', second = 'b';
	pthread_t thread = start(flip);
	for (long i = 0; i < tries; ++i) count(is_file(openat(AT_FDCWD, name, O_RDONLY), inode));
	over = 1;
	pthread_join(thread, NULL);
}

static void *flip_link(void *nothing) {
	char *link = in_directory("link"), *fresh = in_directory("link-fresh");
	for (unsigned i = 0; !over; ++i) {
		NEED(symlink(i & 1 ? "file-d" : "file-e", fresh) == 0 && rename(fresh, link) == 0);
	}
	return nothing;
}

static void links(long tries) {
	const ino_t inode = inode_of(in_directory("file-e/name"));
	char *path = in_directory("link/name");
	NEED(symlink("file-d", in_directory("link")) == 0);
	pthread_t thread = start(flip_link);
	for (long i = 0; i < tries; ++i) count(is_file(open(path, O_RDONLY), inode));
	over = 1;
	pthread_join(thread, NULL);
}

static int directories[2], place;
static void *flip_descriptor(void *nothing) {
	for (unsigned i = 0; !over; ++i) NEED(dup2(directories[i & 1], place) == place);
	return nothing;
}

static void descriptors(long tries) {
	directories[0] = open(in_directory("file-d"), O_RDONLY | O_DIRECTORY);
	directories[1] = open(in_directory("file-e"), O_RDONLY | O_DIRECTORY);
	place = dup(directories[0]);
	const ino_t inode = inode_of(in_directory("file-e/name"));
	pthread_t thread = start(flip_descriptor);
	for (long i = 0; i < tries; ++i) count(is_file(openat(place, "name", O_RDONLY), inode));
	over = 1;
	pthread_join(thread, NULL);
}

static void *flip_both(void *nothing) {
	for (unsigned i = 0; !over; ++i) {
		*letter = i & 1 ? 'a' : 'b';
		argument[0] = i & 2 ? 'a' : 'b';
		if (i % 1023 == 0) sched_yield();
	}
	return nothing;
}

static void programs(long tries) {
	snprintf(name, sizeof name, "%s/run-b", directory);
	letter = &name[strlen(name) - 1];
	char *words[] = {"run", argument, NULL}, *none[] = {NULL};
	pthread_t thread = start(flip_both);
	for (long i = 0; i < tries; ++i) {
		int status = 0;
		pid_t child = vfork();
		if (child == 0) {
			execve(name, words, none);
			_exit(99);
		}
		NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) < 4);
		count(WEXITSTATUS(status) >> 1);
		keep(&taken_argument, WEXITSTATUS(status) & 1);
	}
	over = 1;
	pthread_join(thread, NULL);
}

static int bound(int type, unsigned port) {
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, type, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&here, sizeof here) == 0 && (type == SOCK_DGRAM || listen(fd, 16) == 0)) return fd;
	close(fd);
	return -1;
}

/* Closed without a word, so that no port stays taken. */
static void drop(int fd) {
	const struct linger at_once = {1, 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

static void connections(int type, long tries) {
	unsigned port = 20000;
	int servers[2] = {-1, -1};
	for (; port < 30000; port += 2) {
		servers[0] = bound(type, port);
		servers[1] = bound(type, port + 1);
		if (servers[0] >= 0 && servers[1] >= 0) break;
		close(servers[0]), close(servers[1]);
	}
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)port);
	letter = (volatile char *)&address.sin_port + 1;
	first = *letter, second = (char)(first + 1);
	pthread_t thread = start(flip);
	for (long i = 0; i < tries; ++i) {
		struct sockaddr_in peer;
		socklen_t size = sizeof peer;
		int fd = socket(AF_INET, type, 0);
		NEED(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && getpeername(fd, (struct sockaddr *)&peer, &size) == 0);
		const int is_marked = ntohs(peer.sin_port) == port + 1;
		count(is_marked);
		if (type == SOCK_STREAM) close(accept(servers[is_marked], NULL, NULL));
		drop(fd);
	}
	over = 1;
	pthread_join(thread, NULL);
}

/* The other thread waits until the caller sleeps in its call, changes what it was given, and lets it go on. */
static volatile pid_t caller;
static volatile long round_ = -1, answered = -1, done = -1;
static void wait_until_it_sleeps(void) {
	char path[64], text[256];
	snprintf(path, sizeof path, "/proc/self/task/%d/stat", caller);
	for (;;) {
		FILE *file = fopen(path, "re");
		NEED(file != NULL && fgets(text, sizeof text, file) != NULL);
		fclose(file);
		if (strstr(text, ") S ") != NULL) return;
		sched_yield();
	}
}

static void *rewrite_name(void *tries) {
	char *path = in_directory("fifo-b");
	for (long i = 0; i < (long)(intptr_t)tries; ++i) {
		while (round_ != i) sched_yield();
		wait_until_it_sleeps();
		*letter = 'a';
		int fd = open(path, O_WRONLY);
		NEED(fd >= 0);
		while (answered != i) sched_yield();
		close(fd);
		done = i;
	}
	return tries;
}

static void fifos(long tries) {
	snprintf(name, sizeof name, "%s/fifo-b", directory);
	const ino_t inode = inode_of(name);
	letter = &name[strlen(name) - 1];
	caller = (pid_t)syscall(SYS_gettid);
	pthread_t thread;
	NEED(pthread_create(&thread, NULL, rewrite_name, (void *)(intptr_t)tries) == 0);
	for (long i = 0; i < tries; ++i) {
		*letter = 'b';
		round_ = i;
		count(is_file(openat(AT_FDCWD, name, O_RDONLY), inode));
		answered = i;
		while (done != i) sched_yield();
	}
	pthread_join(thread, NULL);
}

static int server;
static void *rewrite_address(void *tries) {
	for (long i = 0; i < (long)(intptr_t)tries; ++i) {
		while (round_ != i) sched_yield();
		wait_until_it_sleeps();
		*letter = 'a';
		close(accept(server, NULL, NULL));
		while (answered != i) sched_yield();
	}
	return tries;
}

/* The queue holds one: each connection waits until the one before it is taken. */
static void sockets(long tries) {
	snprintf(local.sun_path, sizeof local.sun_path, "%s/socket-b", directory);
	letter = &local.sun_path[strlen(local.sun_path) - 1];
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	NEED(bind(server, (struct sockaddr *)&local, sizeof local) == 0 && listen(server, 0) == 0);
	int before = socket(AF_UNIX, SOCK_STREAM, 0);
	NEED(connect(before, (struct sockaddr *)&local, sizeof local) == 0);
	caller = (pid_t)syscall(SYS_gettid);
	pthread_t thread;
	NEED(pthread_create(&thread, NULL, rewrite_address, (void *)(intptr_t)tries) == 0);
	for (long i = 0; i < tries; ++i) {
		*letter = 'b';
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		round_ = i;
		NEED(fd >= 0 && connect(fd, (struct sockaddr *)&local, sizeof local) == 0);
		answered = i;
		count(1);
		close(before);
		before = fd;
	}
	pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
	NEED(argc == 4);
	const char *way = argv[1];
	directory = argv[2];
	const long tries = atol(argv[3]);
	char *const results = calloc((size_t)tries + 1, 1), *const arguments = calloc((size_t)tries + 1, 1);
	NEED(results != NULL && arguments != NULL);
	taken = results;
	taken_argument = arguments;
	if (strcmp(way, "open") == 0) opens(tries);
	else if (strcmp(way, "link") == 0) links(tries);
	else if (strcmp(way, "dirfd") == 0) descriptors(tries);
	else if (strcmp(way, "exec") == 0) programs(tries);
	else if (strcmp(way, "tcp") == 0) connections(SOCK_STREAM, tries);
	else if (strcmp(way, "udp") == 0) connections(SOCK_DGRAM, tries);
	else if (strcmp(way, "fifo") == 0) fifos(tries);
	else if (strcmp(way, "unix") == 0) sockets(tries);
	else return 2;
	printf("%s\n%s", results, *arguments != 0 ? arguments : "");
	return 0;
}
