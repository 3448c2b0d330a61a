/* osbench KIND [COUNT] [DIRECTORY]: one kind of work of the operating system, COUNT times; prints nanoseconds for each.
 * files, threads, processes, programs and memory do what OSBench's programs of these names measure; open and getppid are one call. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { group = 100, blocks = 1000 };

static const char *self;
static const char *directory = "/tmp";

static void fail(const char *what) {
	fprintf(stderr, "osbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* 100 files of 32 bytes in one directory, then removed. */
static void files(void) {
	char name[4096];
	static const char content[32] = "0123456789abcdef0123456789abcde";
	for (int i = 0; i < group; i++) {
		snprintf(name, sizeof name, "%s/bench-%d", directory, i);
		int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (fd < 0 || write(fd, content, sizeof content) != sizeof content || close(fd) != 0) fail(name);
	}
	for (int i = 0; i < group; i++) {
		snprintf(name, sizeof name, "%s/bench-%d", directory, i);
		if (unlink(name) != 0) fail(name);
	}
}

static void *nothing(void *argument) { return argument; }

/* 100 threads at once, joined. */
static void threads(void) {
	pthread_t all[group];
	for (int i = 0; i < group; i++)
		if ((errno = pthread_create(&all[i], NULL, nothing, NULL)) != 0) fail("pthread_create");
	for (int i = 0; i < group; i++) pthread_join(all[i], NULL);
}

static void wait_for(pid_t *children) {
	for (int i = 0; i < group; i++)
		if (waitpid(children[i], NULL, 0) != children[i]) fail("waitpid");
}

/* 100 children at once, which end at once. */
static void processes(void) {
	pid_t children[group];
	for (int i = 0; i < group; i++) {
		children[i] = fork();
		if (children[i] < 0) fail("fork");
		if (children[i] == 0) _exit(0);
	}
	wait_for(children);
}

/* 100 children at once, each of which is a program of its own. */
static void programs(void) {
	pid_t children[group];
	for (int i = 0; i < group; i++) {
		children[i] = fork();
		if (children[i] < 0) fail("fork");
		if (children[i] == 0) {
			execl(self, self, "exit", (char *)NULL);
			_exit(127);
		}
	}
	wait_for(children);
}

/* 1,000 blocks of many sizes, written to and given back. */
static void memory(void) {
	static void *all[blocks];
	for (int i = 0; i < blocks; i++) {
		size_t size = 1u + (size_t)i * 37 % 4096;
		all[i] = malloc(size);
		if (all[i] == NULL) fail("malloc");
		memset(all[i], i, size);
	}
	for (int i = 0; i < blocks; i++) free(all[i]);
}

static void open_close(void) {
	int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) close(fd);
}

static void getppid_call(void) { syscall(SYS_getppid); }

static const struct kind {
	const char *name;
	void (*work)(void);
	int units; /* what one call of work counts for */
} kinds[] = {
    {"files", files, group}, {"threads", threads, group}, {"processes", processes, group}, {"programs", programs, group},
    {"memory", memory, blocks},    {"open", open_close, 1},     {"getppid", getppid_call, 1},
};

int main(int argc, char **argv) {
	if (argc == 2 && strcmp(argv[1], "exit") == 0) return 0;
	if (argc < 3) {
		fprintf(stderr, "usage: osbench KIND COUNT [DIRECTORY]\n");
		return 2;
	}
	self = argv[0];
	if (argc > 3) directory = argv[3];
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0) continue;
		long rounds = atol(argv[2]) / kinds[i].units + 1;
		kinds[i].work(); /* what happens only once, such as the first fault on a page, is not counted */
		struct timespec begin, end;
		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (long round = 0; round < rounds; round++) kinds[i].work();
		clock_gettime(CLOCK_MONOTONIC, &end);
		double nanoseconds = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
		printf("%.1f\n", nanoseconds / (double)(rounds * kinds[i].units));
		return 0;
	}
	fprintf(stderr, "osbench: unknown kind: %s\n", argv[1]);
	return 2;
}
