/* D4. Calls that change what surrounds a process, each with arguments that the kernel refuses, or that change nothing beyond this process. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "attack.h"

static int unshare_in_child(void) {
	pid_t child = fork();
	if (child == 0) {
		unshare(CLONE_NEWUSER);
		_exit(0);
	}
	return ended_well(child);
}

int main(int argc, char **argv) {
	(void)argv;
	char byte = 0;
	struct iovec here = {&byte, 1}, there = {&byte, 1};
	NEED(argc == 1);
	syscall(SYS_fsopen, "no such file system", 0);
	syscall(SYS_fsmount, -1, 0, 0);
	syscall(SYS_open_tree, -1, "nowhere", 0);
	syscall(SYS_move_mount, -1, "nowhere", -1, "nowhere", 0);
	syscall(SYS_mount, "none", "/nowhere", "tmpfs", 0, NULL);
	syscall(SYS_umount2, "/nowhere", 0);
	syscall(SYS_pivot_root, "/nowhere", "/nowhere");
	NEED(unshare_in_child());
	syscall(SYS_setns, -1, 0);
	syscall(SYS_bpf, 5, NULL, 0);
	syscall(SYS_keyctl, 0, -3, 0);
	syscall(SYS_add_key, "no such type", "x", NULL, 0, -3);
	socket(AF_ALG, SOCK_SEQPACKET, 0);
	syscall(SYS_init_module, NULL, 0, "");
	syscall(SYS_finit_module, -1, "", 0);
	syscall(SYS_delete_module, "no such module", O_NONBLOCK);
	syscall(SYS_process_vm_writev, getpid(), &here, 1, &there, 1, 0);
	syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
	syscall(SYS_userfaultfd, -1);
	close(open("/proc/self/mem", O_RDWR));
	char of_parent[64];
	snprintf(of_parent, sizeof of_parent, "/proc/%d/mem", getppid());
	close(open(of_parent, O_WRONLY));
	return 0;
}
