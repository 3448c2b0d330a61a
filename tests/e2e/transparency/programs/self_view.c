/* What a process can read of itself: prctl(2), limits, /proc/self. */
#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "report.h"

/* Lines whose values no two runs share. */
static int varies(const char *line) {
	static const char *const starts[] = {"Pid:", "Tgid:", "PPid:", "NSpid:", "NStgid:", "NSpgid:", "NSsid:", "Vm", "Rss", "HugetlbPages", "FDSize:", "SigQ", "voluntary", "nonvoluntary"};
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; ++i) {
		if (strncmp(line, starts[i], strlen(starts[i])) == 0) return 1;
	}
	return 0;
}

static void lines_of(const char *path) {
	char line[512];
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		say("%s: %s", path, error_name(errno));
		return;
	}
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = 0;
		if (varies(line)) line[strcspn(line, ":")] = 0;
		say("%s: %s", path, line);
	}
	fclose(file);
}

static void entries_of(const char *path) {
	DIR *directory = opendir(path);
	NEED(directory != NULL);
	int count = 0;
	const struct dirent *entry;
	while ((entry = readdir(directory)) != NULL) count += entry->d_name[0] != '.';
	closedir(directory);
	say("%s: %d entries", path, count);
}

static void values(void) {
	static const struct { const char *name; int option; } asked[] = {
		{"PR_GET_DUMPABLE", PR_GET_DUMPABLE}, {"PR_GET_KEEPCAPS", PR_GET_KEEPCAPS}, {"PR_GET_NO_NEW_PRIVS", PR_GET_NO_NEW_PRIVS},
		{"PR_GET_SECCOMP", PR_GET_SECCOMP}, {"PR_GET_TIMERSLACK", PR_GET_TIMERSLACK}, {"PR_GET_SECUREBITS", PR_GET_SECUREBITS},
		{"PR_GET_THP_DISABLE", PR_GET_THP_DISABLE}, {"PR_GET_IO_FLUSHER", PR_GET_IO_FLUSHER},
	};
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; ++i) {
		int result = prctl(asked[i].option, 0, 0, 0, 0);
		say("%s: %d", asked[i].name, result);
	}
	int number = 0;
	prctl(PR_GET_PDEATHSIG, &number);
	say("PR_GET_PDEATHSIG: %d", number);
	prctl(PR_GET_CHILD_SUBREAPER, &number);
	say("PR_GET_CHILD_SUBREAPER: %d", number);
	for (int capability = 0; capability < 41; ++capability) {
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) say("not in the bounding set: %d", capability);
	}
	for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
		struct rlimit limit;
		getrlimit(resource, &limit);
		say("limit %d: %llu %llu", resource, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
	}
	say("nice %d, scheduler %d, personality %#x, umask %o", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0), (unsigned)personality(0xffffffff), umask(0));
	say("io priority %ld", syscall(SYS_ioprio_get, 1, 0));
	cpu_set_t cores;
	sched_getaffinity(0, sizeof cores, &cores);
	say("cores %d, leader of its group %d, of its session %d", CPU_COUNT(&cores), getpgrp() == getpid(), getsid(0) == getpid());
}

int main(int argc, char **argv) {
	char text[4096];
	values();
	lines_of("/proc/self/status");
	lines_of("/proc/self/limits");
	lines_of("/proc/self/cgroup");
	lines_of("/proc/self/comm");
	lines_of("/proc/self/oom_score_adj");
	lines_of("/proc/self/coredump_filter");
	lines_of("/proc/self/loginuid");
	lines_of("/proc/self/uid_map");
	entries_of("/proc/self/fd");
	entries_of("/proc/self/task");
	ssize_t size = readlink("/proc/self/exe", text, sizeof text - 1);
	text[size > 0 ? size : 0] = 0;
	say("exe is the program: %d", size > 0 && strcmp(text, argv[0]) == 0);
	say("arguments: %d", argc);
	struct stat status;
	NEED(stat("/proc/self/environ", &status) == 0);
	say("/proc/self is its own: %d", status.st_uid == geteuid());
	FILE *maps = fopen("/proc/self/maps", "r");
	int mapped = 0, executable = 0;
	while (fgets(text, sizeof text, maps) != NULL) {
		++mapped;
		if (strstr(text, " r-xp ") != NULL && strstr(text, "/") == NULL && strchr(text, '[') == NULL) ++executable;
	}
	fclose(maps);
	say("nameless executable mappings: %d", executable);
	return mapped == 0;
}
