/* all_calls DIRECTORY: one call, or a few, of every kind that makes an event of its own, those that fail too, with arguments that are the same every
 * time. Everything is made in DIRECTORY, and removed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[512], other[512];

static void files(void) {
	struct open_how how = {.flags = O_RDONLY | O_DIRECTORY, .resolve = RESOLVE_NO_SYMLINKS};
	int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(directory, "file", O_CREAT | O_RDWR | O_EXCL, 0640);
#ifdef SYS_open
	close(syscall(SYS_open, "file", O_RDONLY | O_NONBLOCK, 0));
	syscall(SYS_open, "absent", O_WRONLY | O_TRUNC, 0);
	syscall(SYS_open, NULL, O_RDONLY, 0);
	close(syscall(SYS_creat, "made", 0600));
	syscall(SYS_access, "file", R_OK | W_OK);
	syscall(SYS_stat, "absent", buffer);
	syscall(SYS_lstat, "file", buffer);
	syscall(SYS_chmod, "file", 0644);
	syscall(SYS_chown, "file", 0, 0);
	syscall(SYS_lchown, "absent", 1, 2);
	syscall(SYS_link, "file", "hard");
	syscall(SYS_symlink, "file", "soft");
	syscall(SYS_rename, "hard", "harder");
	syscall(SYS_mkdir, "folder", 0755);
	syscall(SYS_rmdir, "folder");
	syscall(SYS_unlink, "harder");
	syscall(SYS_mknod, "fifo", S_IFIFO | 0600, 0);
	unlink("fifo");
#endif
	close(syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how));
	syscall(SYS_openat2, AT_FDCWD, "absent", &how, sizeof how);
	syscall(SYS_newfstatat, directory, "file", buffer, AT_SYMLINK_NOFOLLOW);
	syscall(SYS_chdir, "absent");
	syscall(SYS_fchdir, directory);
	syscall(SYS_chroot, "absent");
	syscall(SYS_getcwd, buffer, sizeof buffer);
	syscall(SYS_getcwd, buffer, 1);
	syscall(SYS_fchmodat, directory, "file", 04755);
	syscall(SYS_fchownat, directory, "file", 0, 0, AT_SYMLINK_NOFOLLOW);
	syscall(SYS_linkat, directory, "file", AT_FDCWD, "hard", 0);
	syscall(SYS_symlinkat, "file", directory, "softer");
	syscall(SYS_renameat2, directory, "hard", directory, "harder", 1);
	syscall(SYS_mkdirat, directory, "folder", 0700);
	syscall(SYS_unlinkat, directory, "folder", AT_REMOVEDIR);
	syscall(SYS_mknodat, directory, "fifo", S_IFIFO | 0600, 0);
	syscall(SYS_unlinkat, directory, "fifo", 0);
	syscall(SYS_mount, "source", "/absent/target", "tmpfs", MS_RDONLY | MS_NOSUID, NULL);
	syscall(SYS_umount2, "/absent/target", MNT_DETACH);
	syscall(SYS_quotactl, 0x80000700 << 8 >> 8, "/dev/absent", 1, buffer);
	syscall(SYS_fsconfig, 99, 1, "key", "value", 0);
	syscall(SYS_fchmod, fd, 0600);
	syscall(SYS_fchown, fd, 0, 0);
	syscall(SYS_fstat, fd, buffer);
	syscall(SYS_flock, fd, LOCK_SH | LOCK_NB);
	syscall(SYS_getdents64, directory, buffer, 24);
	syscall(SYS_lseek, fd, 3, SEEK_END);
	syscall(SYS_ioctl, fd, FIONREAD, buffer);
	syscall(SYS_fcntl, fd, F_GETFL);
	syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 50);
	close(50);
	for (const char *const *name = (const char *const[]){"file", "made", "soft", "softer", "hard", "harder", NULL}; *name != NULL; ++name) unlink(*name);
	close(fd);
	close(directory);
}

static void data(void) {
	struct iovec vectors[] = {{"one", 3}, {"and two", 7}}, room[] = {{buffer, 4}, {buffer + 8, 6}};
	off_t offset = 2;
	int pipes[2], fd = open("data", O_CREAT | O_RDWR | O_TRUNC, 0600), copy = open("copy", O_CREAT | O_RDWR, 0600);
	syscall(SYS_write, fd, "hello, world", 12);
	syscall(SYS_write, -1, "lost", 4);
	syscall(SYS_pwrite64, fd, "HELLO", 5, 7);
	syscall(SYS_pread64, fd, buffer, 8, 4);
	syscall(SYS_writev, fd, vectors, 2);
	syscall(SYS_pwritev, fd, vectors, 2, 30, 0);
	syscall(SYS_lseek, fd, 0, SEEK_SET);
	syscall(SYS_read, fd, buffer, 5);
	syscall(SYS_readv, fd, room, 2);
	syscall(SYS_preadv, fd, room, 2, 1, 0);
	syscall(SYS_sendfile, copy, fd, &offset, 6);
	syscall(SYS_pipe2, pipes, O_CLOEXEC | O_NONBLOCK);
	syscall(SYS_splice, fd, NULL, pipes[1], NULL, 4, 1);
	syscall(SYS_copy_file_range, fd, &offset, copy, NULL, 3, 0);
	syscall(SYS_process_vm_readv, getpid(), room, 1, (struct iovec[]){{other, 4}}, 1, 0);
	syscall(SYS_process_vm_writev, getpid(), vectors, 1, (struct iovec[]){{other, 3}}, 1, 0);
	syscall(SYS_read, pipes[0], buffer, 1);
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
	close(copy);
	unlink("data");
	unlink("copy");
}

static void descriptors(void) {
	struct pollfd polled = {0, POLLOUT, 0};
	struct epoll_event waited;
	struct timespec at_once = {0, 0};
	sigset_t none;
	sigemptyset(&none);
	syscall(SYS_dup, 2);
	syscall(SYS_dup3, 2, 60, O_CLOEXEC);
	close(60);
	syscall(SYS_dup, 999);
	syscall(SYS_eventfd2, 5, EFD_CLOEXEC);
	syscall(SYS_signalfd4, -1, &none, 8, SFD_CLOEXEC);
	syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
	syscall(SYS_inotify_init1, IN_CLOEXEC);
	int epoll = syscall(SYS_epoll_create1, EPOLL_CLOEXEC);
#ifdef SYS_poll
	syscall(SYS_dup2, 2, 61);
	syscall(SYS_eventfd, 1);
	syscall(SYS_inotify_init);
	syscall(SYS_epoll_create, 3);
	syscall(SYS_epoll_wait, epoll, &waited, 1, 0);
	syscall(SYS_poll, &polled, 1, 0);
	int pipes[2];
	syscall(SYS_pipe, pipes);
#endif
	syscall(SYS_ppoll, &polled, 1, &at_once, &none, 8);
	syscall(SYS_memfd_create, "memory", 1);
	syscall(SYS_memfd_create, NULL, 0);
	syscall(SYS_pidfd_open, getpid(), 0);
	syscall(SYS_pidfd_open, -1, 0);
	syscall(SYS_pidfd_getfd, 999, 1, 0);
	syscall(SYS_userfaultfd, 99);
	syscall(SYS_io_uring_setup, 0, buffer);
	syscall(SYS_io_uring_enter, 999, 1, 2, 1, NULL, 0);
	syscall(SYS_io_uring_register, 999, 1, buffer, 2);
	syscall(SYS_close_range, 3, 100, 0);
	syscall(SYS_close, 999);
}

static void sockets(void) {
	struct sockaddr_un name = {AF_UNIX, "socket"}, abstract = {AF_UNIX, "\0bewit-all-calls"};
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 here6 = {.sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct timeval patience = {3, 500};
	struct iovec vector = {"message", 7}, room = {buffer, 16};
	struct msghdr sent = {.msg_iov = &vector, .msg_iovlen = 1}, received = {.msg_iov = &room, .msg_iovlen = 1};
	struct mmsghdr several = {.msg_hdr = sent};
	int pair[2], one = 1;
	socklen_t size = sizeof one;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(listener, (struct sockaddr *)&name, sizeof name);
	listen(listener, 4);
	connect(client, (struct sockaddr *)&name, sizeof name);
	int server = syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC);
	syscall(SYS_sendto, client, "stream", 6, 0, NULL, 0);
	syscall(SYS_recvfrom, server, buffer, 100, 0, NULL, NULL);
	sendmsg(client, &sent, 0);
	recvmsg(server, &received, 0);
	syscall(SYS_shutdown, client, SHUT_WR);
	close(client), close(server), close(listener);
	unlink("socket");
	int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(datagram, (struct sockaddr *)&abstract, sizeof(sa_family_t) + 16);
	syscall(SYS_sendto, datagram, "to myself", 9, 0, &abstract, sizeof(sa_family_t) + 16);
	syscall(SYS_sendmmsg, datagram, &several, 1, 0);
	close(datagram);
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	syscall(SYS_sendmmsg, pair[0], &several, 1, 0);
	several.msg_hdr = received;
	syscall(SYS_recvmmsg, pair[1], &several, 1, 0, NULL);
	syscall(SYS_recvmmsg, pair[1], &several, 1, 0, NULL);
	close(pair[0]), close(pair[1]);
	int udp = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(udp, IPPROTO_IP, IP_TTL, &one, sizeof one);
	getsockopt(udp, SOL_SOCKET, SO_TYPE, &one, &size);
	getsockopt(udp, SOL_SOCKET, SO_ERROR, &one, &size);
	connect(udp, (struct sockaddr *)&here, sizeof here);
	close(udp);
	udp = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	bind(udp, (struct sockaddr *)&here6, 3);
	connect(udp, (struct sockaddr *)&here6, sizeof here6);
	close(udp);
	int tcp = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	connect(tcp, (struct sockaddr *)&here, sizeof here);
	close(tcp);
	socket(99, 99, 99);
	connect(999, (struct sockaddr *)&here, sizeof here);
	syscall(SYS_accept, 999, NULL, NULL);
	syscall(SYS_getsockname, 999, buffer, &size);
}

static void memory(void) {
	void *page = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mprotect(page, 4096, PROT_READ);
	mlock(page, 4096);
	syscall(SYS_mlock2, page, 4096, 1);
	munlock(page, 4096);
	syscall(SYS_munlockall);
	syscall(SYS_mlockall, 0);
	munmap(page, 8192);
	syscall(SYS_brk, 0);
}

static void identity(void) {
	struct rlimit limit = {100, 200};
	unsigned ids[3];
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct capabilities[2];
	syscall(SYS_getuid), syscall(SYS_geteuid), syscall(SYS_getgid), syscall(SYS_getegid);
	syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]);
	syscall(SYS_getresgid, &ids[0], &ids[1], &ids[2]);
	syscall(SYS_setpgid, 0, 0);
	syscall(SYS_setsid);
	syscall(SYS_setpgid, -1, 5);
	syscall(SYS_capget, &header, capabilities);
	syscall(SYS_capset, &header, capabilities);
	syscall(SYS_prctl, PR_SET_NAME, "renamed");
	syscall(SYS_prctl, PR_GET_NAME, buffer);
	syscall(SYS_prctl, PR_SET_NAME, "all_calls");
	syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
	syscall(SYS_prctl, PR_GET_CHILD_SUBREAPER, ids);
	syscall(SYS_unshare, 0);
	syscall(SYS_setns, 999, CLONE_NEWNET);
	syscall(SYS_setuid, 0), syscall(SYS_setgid, 0);
	syscall(SYS_setreuid, -1, 0), syscall(SYS_setregid, 0, -1);
	syscall(SYS_setresuid, 0, -1, 0), syscall(SYS_setresgid, 0, 0, -1);
#ifdef SYS_getrlimit
	syscall(SYS_setrlimit, RLIMIT_CORE, &limit);
	syscall(SYS_getrlimit, RLIMIT_CORE, &limit);
#endif
	limit.rlim_cur = 50;
	syscall(SYS_prlimit64, 0, RLIMIT_CORE, &limit, buffer);
	syscall(SYS_setresuid, 1000, 1000, 0);
	syscall(SYS_setresuid, 0, 0, 0);
}

static void rest(void) {
	struct sembuf operations[] = {{0, 2, IPC_NOWAIT}, {1, -1, SEM_UNDO | IPC_NOWAIT}};
	struct timespec moment = {0, 1000};
	syscall(SYS_kill, getpid(), 0);
	syscall(SYS_tkill, getpid(), 0);
	syscall(SYS_tgkill, getpid(), getpid(), 0);
	syscall(SYS_kill, -77777, SIGUSR1);
	syscall(SYS_ptrace, PTRACE_PEEKTEXT, 0, 0x1000, buffer);
	syscall(SYS_seccomp, 99, 1, NULL);
	syscall(SYS_bpf, -1, NULL, 0);
	syscall(SYS_keyctl, 0, -3, 0);
	syscall(SYS_keyctl, 10, -3, "user", "bewit-absent", 0);
	syscall(SYS_init_module, "nonsense", 8, "option=1");
	syscall(SYS_finit_module, 999, "option=1", 1);
	syscall(SYS_delete_module, "absent_module", O_NONBLOCK);
	syscall(SYS_futex, buffer, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	syscall(SYS_nanosleep, &moment, NULL);
	syscall(SYS_semget, IPC_PRIVATE, -1, IPC_CREAT | 0600);
	syscall(SYS_semop, -1, operations, 2);
	syscall(SYS_semctl, -1, 0, SETVAL, 3);
	syscall(SYS_getrandom, buffer, 4, 0);
	syscall(SYS_getitimer, 0, buffer);
	syscall(1000);
	signal(SIGUSR1, SIG_IGN);
	raise(SIGUSR1);
}

static void processes(char **environment) {
	char *const arguments[] = {"absent", "first", "second word", NULL};
	int status;
	execve("/absent/program", arguments, environment);
	syscall(SYS_execveat, AT_FDCWD, "absent", arguments, environment, 0);
	if (fork() == 0) _exit(3);
	wait(&status);
	pid_t child = vfork();
	if (child == 0) {
		execve("/bin/true", (char *const[]){"/bin/true", "argument", NULL}, environment);
		_exit(127);
	}
	wait(&status);
	child = fork();
	if (child == 0) {
		signal(SIGTERM, SIG_DFL);
		raise(SIGTERM);
	}
	wait(&status);
}

int main(int argc, char **argv, char **environment) {
	if (argc != 2 || chdir(argv[1]) != 0) return 2;
	umask(022);
	files();
	data();
	descriptors();
	sockets();
	memory();
	identity();
	rest();
	processes(environment);
	return 0;
}
