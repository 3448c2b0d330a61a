/* hidden_names WAY FILE: opens FILE by a name that is hard to know for whoever watches. Prints what came of it.
 *   secret       the name is in a page that only this process can read (memfd_secret(2))
 *   undumpable   after prctl(PR_SET_DUMPABLE, 0)
 *   worker       in a child that has become another user, as the workers of servers do
 *   own          in a thread whose directory is its own (unshare(2))
 *   orphaned     in a thread whose leader is gone
 *   deep         from a directory whose own name is longer than any that can be asked for */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *file;
static char directory[4096], name[256];

static int opens(const char *path) {
	puts(open(path, O_RDONLY) >= 0 ? "opened" : "failed");
	fflush(stdout);
	return 0;
}

static int secret(void) {
	int memory = (int)syscall(447 /* memfd_secret */, 0);
	if (memory < 0) {
		puts("refused");
		return 0;
	}
	char *page = ftruncate(memory, 4096) == 0 ? mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0) : MAP_FAILED;
	if (page == MAP_FAILED) return 1;
	return opens(strcpy(page, file));
}

static int worker(void) {
	pid_t child = fork();
	if (child == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
		opens(file);
		_exit(0);
	}
	int status;
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void *in_a_thread(void *own) {
	usleep(50000);
	if (own != NULL && unshare(CLONE_FS) != 0) exit(1);
	if (chdir(directory) != 0) exit(1);
	exit(opens(name));
}

static int in_a_directory_too_deep(void) {
	char long_name[201], up[4096] = "";
	memset(long_name, 'd', 200);
	long_name[200] = 0;
	if (chdir(directory) != 0) return 1;
	for (int i = 0; i < 25; i++) {
		if ((mkdir(long_name, 0700) != 0 && errno != EEXIST) || chdir(long_name) != 0) return 1;
		strcat(up, "../");
	}
	return opens(strcat(up, name));
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	const char *way = argv[1];
	file = argv[2];
	snprintf(directory, sizeof directory, "%s", file);
	dirname(directory);
	snprintf(name, sizeof name, "%s", strrchr(file, '/') + 1);
	if (strcmp(way, "secret") == 0) return secret();
	if (strcmp(way, "undumpable") == 0) return prctl(PR_SET_DUMPABLE, 0) == 0 ? opens(file) : 1;
	if (strcmp(way, "worker") == 0) return worker();
	if (strcmp(way, "deep") == 0) return in_a_directory_too_deep();
	pthread_t thread;
	if (pthread_create(&thread, NULL, in_a_thread, strcmp(way, "own") == 0 ? name : NULL) != 0) return 1;
	if (strcmp(way, "orphaned") == 0) pthread_exit(NULL);
	for (;;) pause();
}
