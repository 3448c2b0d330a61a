/* Installs a filter that would answer every openat before the tracer sees it; prints whether it may. A filter without a listener it may. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *install(unsigned long flags) {
	struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
	struct sock_fprog program = {1, &allow};
	/* Bits above the 32 of an unsigned int do not count. */
	long result = syscall(SYS_seccomp, (1ul << 40) | SECCOMP_SET_MODE_FILTER, flags, &program);
	return result >= 0 ? "installed" : errno == EBUSY ? "EBUSY" : "failed";
}

int main(void) {
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	printf("%s\n", install(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	printf("%s\n", install(0));
	return 0;
}
