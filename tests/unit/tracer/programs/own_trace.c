/* own_trace: seccomp programs of its own that answer with SECCOMP_RET_TRACE, for a call that nobody else asks for and for openat(2). Prints what the calls
 * returned. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int install(int call, unsigned data) {
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | data),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, filter};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(void) {
	static const unsigned data[] = {0, 1, 2, 0xffff};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (int i = 0; i < 4; ++i) {
		if (install(SYS_getppid, data[i]) != 0) return 1;
		errno = 0;
		syscall(SYS_getppid);
		printf("getppid %s\n", errno == ENOSYS ? "ENOSYS" : "made");
	}
	if (install(SYS_openat, 1) != 0) return 1;
	printf("openat %s\n", syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY) >= 0 ? "made" : errno == ENOSYS ? "ENOSYS" : "failed");
	return 0;
}
