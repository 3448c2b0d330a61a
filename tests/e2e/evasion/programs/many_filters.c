/* A6. As many filters as the kernel takes; then the file is opened. Prints how the last one failed. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "attack.h"

int main(int argc, char **argv) {
	static struct sock_filter filter[500];
	for (int i = 0; i < 499; ++i) filter[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	filter[499] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {500, filter};
	NEED(argc == 2 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	int installed = 0;
	long result = 0;
	while (installed < 500 && (result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) == 0) ++installed;
	printf("%s\n", outcome(result));
	return installed > 10 && touch(argv[1]) ? 0 : 1;
}
