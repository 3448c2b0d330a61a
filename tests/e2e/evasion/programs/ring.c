/* D1. Opens a file through io_uring, and through a ring that another process made and sent. Falls back to openat where there is no ring. */
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "attack.h"

struct ring {
	int fd;
	struct io_uring_params parameters;
	char *queues;
	struct io_uring_sqe *entries;
};

static int map(struct ring *ring) {
	struct io_uring_params *p = &ring->parameters;
	size_t size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	ring->queues = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, p->sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	return ring->queues != MAP_FAILED && ring->entries != MAP_FAILED;
}

static int make(struct ring *ring) {
	memset(ring, 0, sizeof *ring);
	ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->parameters);
	return ring->fd;
}

static int open_by(struct ring *ring, const char *path) {
	NEED(map(ring));
	struct io_uring_params *p = &ring->parameters;
	uint32_t *tail = (uint32_t *)(ring->queues + p->sq_off.tail), *array = (uint32_t *)(ring->queues + p->sq_off.array);
	uint32_t slot = *tail & *(uint32_t *)(ring->queues + p->sq_off.ring_mask);
	memset(&ring->entries[slot], 0, sizeof *ring->entries);
	ring->entries[slot].opcode = IORING_OP_OPENAT;
	ring->entries[slot].fd = AT_FDCWD;
	ring->entries[slot].addr = (uintptr_t)path;
	ring->entries[slot].open_flags = O_RDONLY;
	array[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	NEED(syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
	uint32_t *head = (uint32_t *)(ring->queues + p->cq_off.head);
	struct io_uring_cqe *done = (struct io_uring_cqe *)(ring->queues + p->cq_off.cqes) + (*head & *(uint32_t *)(ring->queues + p->cq_off.ring_mask));
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return done->res;
}

/* Since Linux 6.7 no socket takes a ring. */
static int send_ring(int socket, const struct ring *ring) {
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec data = {(void *)&ring->parameters, sizeof ring->parameters};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &ring->fd, sizeof ring->fd);
	return sendmsg(socket, &message, 0) > 0;
}

static void receive_ring(int socket, struct ring *ring) {
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec data = {&ring->parameters, sizeof ring->parameters};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	NEED(recvmsg(socket, &message, 0) > 0);
	memcpy(&ring->fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof ring->fd);
}

int main(int argc, char **argv) {
	NEED(argc == 2);
	struct ring ring;
	if (make(&ring) < 0) {
		printf("no ring: %s\n", outcome(-1));
		return touch(argv[1]) ? 0 : 1;
	}
	int fd = open_by(&ring, argv[1]);
	printf("own ring %s\n", fd >= 0 ? "opened" : "failed");
	struct ring other;
	int pair[2];
	NEED(make(&other) >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	int sent = send_ring(pair[0], &other);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		if (sent) receive_ring(pair[1], &other);
		_exit(open_by(&other, argv[1]) >= 0 ? 0 : 1);
	}
	printf("given ring %s\n", ended_well(child) ? "opened" : "failed");
	return 0;
}
