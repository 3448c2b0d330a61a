/* A2. Children that ask not to be traced, by each call that can ask; each opens the file. */
#include <linux/sched.h>
#include <signal.h>

#include "attack.h"

static int tracer(void) {
	char line[256];
	int pid = 0;
	FILE *file = fopen("/proc/self/status", "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "TracerPid: %d", &pid);
	if (file != NULL) fclose(file);
	return pid;
}

static int child(const char *path) {
	printf("%s\n", tracer() > 0 ? "traced" : "untraced");
	fflush(stdout);
	return touch(path) ? 0 : 1;
}

int main(int argc, char **argv) {
	NEED(argc == 2);
	struct clone_args arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
	long made = syscall(SYS_clone3, &arguments, sizeof arguments);
	if (made == 0) _exit(child(argv[1]));
	printf("clone3 %s\n", outcome(made));
	fflush(stdout);
	int good = made < 0 || ended_well((pid_t)made);
	static const unsigned long others[] = {SIGCHLD, CLONE_VFORK | SIGCHLD, CLONE_PARENT_SETTID | SIGCHLD, (1ul << 40) | SIGCHLD};
	for (size_t i = 0; i < sizeof others / sizeof *others; ++i) {
		int ignored;
		made = syscall(SYS_clone, CLONE_UNTRACED | others[i], 0, &ignored, 0, 0);
		if (made == 0) _exit(child(argv[1]));
		good = good && made > 0 && ended_well((pid_t)made);
	}
	return good ? 0 : 1;
}
