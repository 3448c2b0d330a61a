/* A5. Everything that a process of the same user may try on bewit, whose id is the first argument. */
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "attack.h"

static void try_open(pid_t pid, const char *name, int flags) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int fd = open(path, flags);
	/* Reading is what is checked where opening is not. */
	char byte;
	ssize_t got = fd < 0 ? -1 : read(fd, &byte, 1);
	printf("%s %s\n", name, outcome(got));
	if (fd >= 0) close(fd);
}

static void try_limit(pid_t pid, const char *name, int resource) {
	struct rlimit none = {0, 0};
	printf("limit of %s %s\n", name, outcome(prlimit(pid, resource, &none, NULL)));
}

int main(int argc, char **argv) {
	NEED(argc == 2);
	pid_t bewit = atoi(argv[1]);
	char word[8] = {0};
	struct iovec local = {word, sizeof word}, remote = {(void *)0x400000, sizeof word};
	printf("process_vm_readv %s\n", outcome(process_vm_readv(bewit, &local, 1, &remote, 1, 0)));
	printf("process_vm_writev %s\n", outcome(process_vm_writev(bewit, &local, 1, &remote, 1, 0)));
	printf("PTRACE_ATTACH %s\n", outcome(ptrace(PTRACE_ATTACH, bewit, 0, 0)));
	printf("PTRACE_SEIZE %s\n", outcome(ptrace(PTRACE_SEIZE, bewit, 0, 0)));
	int pidfd = (int)syscall(SYS_pidfd_open, bewit, 0);
	NEED(pidfd >= 0);
	for (int fd = 0; fd < 4; ++fd) printf("pidfd_getfd %s\n", outcome(syscall(SYS_pidfd_getfd, pidfd, fd, 0)));
	try_open(bewit, "mem", O_RDWR);
	try_open(bewit, "environ", O_RDONLY);
	try_open(bewit, "maps", O_RDONLY);
	try_open(bewit, "fd/2", O_WRONLY);
	try_open(bewit, "root/etc/passwd", O_RDONLY);
	try_open(bewit, "auxv", O_RDONLY);
	try_limit(bewit, "descriptors", RLIMIT_NOFILE);
	try_limit(bewit, "file size", RLIMIT_FSIZE);
	try_limit(bewit, "address space", RLIMIT_AS);
	try_limit(bewit, "processor time", RLIMIT_CPU);
	/* Not its own, though: that is what the call is for. */
	struct rlimit own;
	NEED(prlimit(getpid(), RLIMIT_NOFILE, NULL, &own) == 0 && prlimit(getpid(), RLIMIT_NOFILE, &own, NULL) == 0);
	return 0;
}
