/* drop_and_run ROOT UID COMMAND [ARG...]: changes the root, drops every capability and becomes UID, then executes the command there. */
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
	if (argc < 4) return 2;
	uid_t uid = (uid_t)atoi(argv[2]);
	if (chroot(argv[1]) != 0 || chdir("/") != 0) return 3;
	for (int capability = 0; capability <= 63; ++capability) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	if (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0) return 4;
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 5;
}
