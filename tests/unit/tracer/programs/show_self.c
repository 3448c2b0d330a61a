/* Prints what a program is started with: all that bewit must hand on unchanged, as the kernel tells it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static int wanted(const char *line) {
	static const char *const names[] = {"Umask:",  "Uid:",    "Gid:",    "Groups:", "SigPnd:", "ShdPnd:", "SigBlk:",      "SigIgn:",
	                                    "SigCgt:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "Cpus_allowed:", "Speculation_Store_Bypass:"};
	for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
		if (strncmp(line, names[i], strlen(names[i])) == 0) return 1;
	}
	return 0;
}

static void show_file(const char *path, int all) {
	char line[4096];
	FILE *file = fopen(path, "r");
	if (file == NULL) return;
	while (fgets(line, sizeof line, file) != NULL) {
		if (all || wanted(line)) fputs(line, stdout);
	}
	fclose(file);
}

static void show_descriptors(void) {
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(directory)) printf("descriptor %s\n", entry->d_name);
	}
	closedir(directory);
}

int main(int argc, char **argv) {
	char directory[4096];
	for (int i = 0; i < argc; ++i) printf("argument %s\n", argv[i]);
	for (char **entry = environ; *entry != NULL; ++entry) puts(*entry);
	printf("in %s, nice %d, group %s, session %s\n", getcwd(directory, sizeof directory), getpriority(PRIO_PROCESS, 0),
	       getpgrp() == getpid() ? "own" : "inherited", getsid(0) == getpid() ? "own" : "inherited");
	printf("dumpable %d, subreaper %d, death signal %d\n", prctl(PR_GET_DUMPABLE),
	       prctl(PR_GET_CHILD_SUBREAPER, &argc) == 0 ? argc : -1, prctl(PR_GET_PDEATHSIG, &argc) == 0 ? argc : -1);
	show_file("/proc/self/status", 0);
	show_file("/proc/self/limits", 1);
	show_file("/proc/self/oom_score_adj", 1);
	show_descriptors();
	return 0;
}
