/* C3. twins WAY FILE: does by a lesser known call what rules know by another. Says "done" or why it could not. */
#include <arpa/inet.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "attack.h"

static const char *file;

static int by_openat2(void) {
	struct open_how how = {.flags = O_RDONLY};
	return (int)syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how);
}
static int by_creat(void) { return creat(file, 0600); }
static int by_handle(void) {
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} of = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
	int mount_id, mount = open("/", O_RDONLY | O_DIRECTORY);
	if (name_to_handle_at(AT_FDCWD, file, &of.handle, &mount_id, 0) != 0) return -1;
	/* Any file of the same mount stands for it. */
	char directory[4096];
	snprintf(directory, sizeof directory, "%s", file);
	*strrchr(directory, '/') = 0;
	dup2(open(directory, O_RDONLY | O_DIRECTORY), mount);
	return open_by_handle_at(mount, &of.handle, O_RDONLY);
}
/* A path descriptor is no open file; what is opened through it is. */
static int by_path_descriptor(void) {
	char name[64];
	snprintf(name, sizeof name, "/proc/self/fd/%d", open(file, O_PATH));
	return open(name, O_RDONLY);
}
static int by_execveat(void) {
	char *words[] = {"words", NULL};
	return (int)syscall(SYS_execveat, open(file, O_PATH), "", words, environ, AT_EMPTY_PATH);
}
static int by_fchmodat2(void) { return (int)syscall(452, AT_FDCWD, file, 04755, AT_SYMLINK_NOFOLLOW); }
static int by_fchmod_of_nothing(void) { return (int)syscall(452, open(file, O_RDONLY), "", 04755, AT_EMPTY_PATH); }

static struct sockaddr_in somewhere(void) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(4444)};
	inet_pton(AF_INET, "127.0.0.9", &address.sin_addr);
	return address;
}
static int by_sendmmsg(void) {
	struct sockaddr_in address = somewhere();
	struct iovec part = {"x", 1};
	struct mmsghdr message = {.msg_hdr = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1}};
	return sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 1, 0);
}
static int by_sendmsg(void) {
	struct sockaddr_in address = somewhere();
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1};
	return (int)sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 0);
}

/* A connection becomes the standard input, and a shell is run on it. */
static int connection(void) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	NEED(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 1) == 0);
	NEED(getsockname(server, (struct sockaddr *)&address, &size) == 0 && connect(client, (struct sockaddr *)&address, sizeof address) == 0);
	return client;
}
static int run_shell(int taken) {
	if (taken != 0) return -1;
	execl("/bin/sh", "sh", "-c", "echo done", NULL);
	return -1;
}
static int by_dup2(void) { return run_shell(dup2(connection(), 0)); }
static int by_dup3(void) { return run_shell(dup3(connection(), 0, 0)); }
static int by_fcntl(void) {
	int client = connection();
	close(0);
	return run_shell(fcntl(client, F_DUPFD, 0));
}
static int by_pidfd(void) {
	int client = connection(), self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	close(0);
	int taken = (int)syscall(SYS_pidfd_getfd, self, client, 0);
	fcntl(taken, F_SETFD, 0); /* it is close-on-exec at first */
	return run_shell(taken);
}
static int by_message(void) {
	int client = connection(), ends[2];
	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	char control[CMSG_SPACE(sizeof client)] = {0};
	struct iovec part = {control, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof client);
	memcpy(CMSG_DATA(header), &client, sizeof client);
	NEED(sendmsg(ends[0], &message, 0) == 1);
	close(0);
	NEED(recvmsg(ends[1], &message, 0) == 1);
	int taken;
	memcpy(&taken, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof taken);
	return run_shell(taken);
}

int main(int argc, char **argv) {
	static const struct {
		const char *name;
		int (*run)(void);
	} ways[] = {{"openat2", by_openat2}, {"creat", by_creat}, {"handle", by_handle}, {"path-descriptor", by_path_descriptor}, {"execveat", by_execveat},
	            {"fchmodat2", by_fchmodat2}, {"fchmodat2-empty", by_fchmod_of_nothing}, {"sendmsg", by_sendmsg}, {"sendmmsg", by_sendmmsg},
	            {"dup2", by_dup2}, {"dup3", by_dup3}, {"fcntl", by_fcntl}, {"pidfd_getfd", by_pidfd}, {"message", by_message}};
	NEED(argc == 3);
	file = argv[2];
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
		if (strcmp(ways[i].name, argv[1]) != 0) continue;
		printf("%s\n", outcome(ways[i].run()));
		return 0;
	}
	return 2;
}
