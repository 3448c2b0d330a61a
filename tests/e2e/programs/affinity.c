/* affinity: opens a file again and again, and between that asks in every way on which cores it and its children may run. Exit status 1 and a
 * sentence when the answer is not what it set or was given. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void open_for(double duration) {
	double end = seconds() + duration;
	while (seconds() < end) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd >= 0) close(fd);
	}
}

static void expect(const cpu_set_t *expected, pid_t pid, const char *when) {
	cpu_set_t set;
	if (sched_getaffinity(pid, sizeof set, &set) != 0 || !CPU_EQUAL(&set, expected)) {
		fprintf(stderr, "affinity: another mask %s: %d cores instead of %d\n", when, CPU_COUNT(&set), CPU_COUNT(expected));
		exit(1);
	}
}

/* The number of cores that /proc/self/status tells, which no syscall about affinity precedes. */
static int told_by_proc(void) {
	char line[256];
	unsigned long mask = 0;
	FILE *status = fopen("/proc/self/status", "re");
	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "Cpus_allowed:", 13) == 0) mask = strtoul(strrchr(line, '\t') + 1, NULL, 16);
	if (status != NULL) fclose(status);
	return __builtin_popcountl(mask);
}

int main(void) {
	cpu_set_t all, one;
	if (sched_getaffinity(0, sizeof all, &all) != 0) return 2;
	for (int round = 0; round < 4; round++) {
		open_for(0.3);
		pid_t child = fork();
		if (child == 0) {
			if (CPU_COUNT(&all) <= 32 && told_by_proc() != CPU_COUNT(&all)) {
				fprintf(stderr, "affinity: a child was born with %d cores\n", told_by_proc());
				exit(1);
			}
			expect(&all, 0, "in a child");
			open_for(0.05);
			exit(0);
		}
		open_for(0.02);
		expect(&all, child, "of the child");
		int status;
		if (waitpid(child, &status, 0) != child || status != 0) return 1;
		open_for(0.3);
		expect(&all, 0, "after opens");
	}
	CPU_ZERO(&one);
	for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
	open_for(0.3);
	if (sched_setaffinity(0, sizeof one, &one) != 0) return 2;
	open_for(0.3);
	expect(&one, 0, "after it was set");
	open_for(0.3);
	if (sched_setaffinity(0, sizeof all, &all) != 0) return 2;
	open_for(0.3);
	expect(&all, 0, "after it was set back");
	return 0;
}
