/* Every call that can sleep, interrupted in five ways: by a handler without and with SA_RESTART, by a stop and its end, by a signal that is ignored,
 * and by one whose default is to be ignored. What the call then returns, and whether it went on. */
/* linux/futex.h, which not every C library comes with */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "report.h"

/* Calls that an ABI does not have by a number of their own. */
#ifndef SYS_accept
#define SYS_accept (-1)
#endif
#ifndef SYS_msgrcv
#define SYS_msgrcv (-1)
#endif
#ifndef SYS_semtimedop
#define SYS_semtimedop (-1)
#endif
#ifdef SYS__newselect
#undef SYS_select
#define SYS_select SYS__newselect
#endif

enum { handler_alone, handler_restarting, stop_and_go, ignored, ignored_by_default, ways };
static const char *const way_names[ways] = {"handler", "restarting handler", "stop", "ignored", "default"};

struct Shared {
	volatile int handled, done;
	volatile long result;
	volatile int error;
	unsigned futex;
};

static struct Shared *mine;
static int ends[2], others[2], event, epoll, timer, object, lock_file, listener;
static char buffer[1 << 20];

static void on_signal(int number) {
	(void)number;
	++mine->handled;
}

static void nothing(void) {}

/* Pipes, one empty and one full. */
static void two_pipes(void) {
	NEED(pipe2(ends, O_CLOEXEC) == 0 && pipe2(others, O_CLOEXEC | O_NONBLOCK) == 0);
	while (write(others[1], buffer, 65536) > 0) {}
	NEED(fcntl(others[1], F_SETFL, 0) == 0 && fcntl(others[0], F_SETFL, 0) == 0);
}
static long do_read(void) { return read(ends[0], buffer, 10); }
static long do_readv(void) { return syscall(SYS_readv, ends[0], &(struct { void *p; size_t n; }){buffer, 5}, 1L); }
static void feed(void) { NEED(write(ends[1], "abc", 3) == 3); }
static long do_write(void) { return write(others[1], buffer, 4096); }
static void drain(void) { NEED(read(others[0], buffer, 65536) == 65536); }
static long do_splice(void) { return splice(ends[0], NULL, others[1], NULL, 100, 0); }
static void feed_and_drain(void) { feed(); drain(); }
static long do_tee(void) { return tee(ends[0], others[1], 100, 0); }

static void sockets(void) { NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0); }
static void timed_sockets(void) {
	sockets();
	struct timeval limit = {20, 0};
	NEED(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
}
static long do_recv(void) { return recv(ends[0], buffer, 10, 0); }
static long do_recv_all(void) { return recv(ends[0], buffer, 3, MSG_WAITALL); }
static long do_recvmsg(void) {
	struct iovec part = {buffer, 10};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	return recvmsg(ends[0], &message, 0);
}
static void full_sockets(void) {
	sockets();
	while (send(ends[1], buffer, 4096, MSG_DONTWAIT) > 0) {}
}
static long do_send(void) { return send(ends[1], buffer, 100, 0); }
static void empty_socket(void) {
	while (recv(ends[0], buffer, sizeof buffer, MSG_DONTWAIT) > 0) {}
}

static struct sockaddr_un address;
static void listen_there(void) {
	address.sun_family = AF_UNIX;
	strcpy(address.sun_path, "listener");
	unlink(address.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	NEED(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 0) == 0);
}
static long do_accept(void) { return accept(listener, NULL, NULL) >= 0 ? 0 : -1; }
static void connect_there(void) {
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	NEED(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
}
static void full_listener(void) {
	listen_there();
	connect_there();
}
static long do_connect(void) { return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address); }
static void accept_one(void) { NEED(accept(listener, NULL, NULL) >= 0); }

static void a_locked_file(void) {
	NEED((lock_file = open("locked", O_RDWR | O_CREAT | O_CLOEXEC, 0600)) >= 0 && flock(lock_file, LOCK_EX) == 0);
	struct flock lock = {.l_type = F_WRLCK};
	NEED(fcntl(lock_file, F_SETLK, &lock) == 0);
}
static long do_flock(void) { return flock(open("locked", O_RDWR), LOCK_EX); }
static long do_setlkw(void) {
	struct flock lock = {.l_type = F_WRLCK};
	return fcntl(open("locked", O_RDWR), F_SETLKW, &lock);
}
static void unlock(void) {
	struct flock lock = {.l_type = F_UNLCK};
	NEED(flock(lock_file, LOCK_UN) == 0 && fcntl(lock_file, F_SETLK, &lock) == 0);
}

static long do_futex(void) { return syscall(SYS_futex, &mine->futex, FUTEX_WAIT, 0, NULL, NULL, 0); }
static long do_futex_timed(void) {
	struct timespec limit = {20, 0};
	return syscall(SYS_futex, &mine->futex, FUTEX_WAIT, 0, &limit, NULL, 0);
}
static void wake(void) {
	mine->futex = 1;
	syscall(SYS_futex, &mine->futex, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static long do_poll(void) { return poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, -1); }
static long do_poll_timed(void) { return poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 20000); }
static long do_ppoll(void) { return ppoll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, NULL, NULL); }
static fd_set set;
static long do_select(void) {
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	struct timeval limit = {20, 0};
	return syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, &limit);
}
static long do_pselect(void) {
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	return pselect(ends[0] + 1, &set, NULL, NULL, NULL, NULL);
}
static void an_epoll(void) {
	two_pipes();
	NEED((epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &(struct epoll_event){.events = EPOLLIN}) == 0);
}
static long do_epoll(void) { return syscall(SYS_epoll_wait, epoll, buffer, 1, -1); }
static long do_epoll_timed(void) { return syscall(SYS_epoll_wait, epoll, buffer, 1, 20000); }
static long do_epoll_p(void) { return syscall(SYS_epoll_pwait, epoll, buffer, 1, -1, NULL, 8); }

static long do_nanosleep(void) { return syscall(SYS_nanosleep, &(struct timespec){0, 300000000}, NULL); }
static long do_clock_nanosleep(void) { return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){0, 300000000}, NULL); }
static long do_sleep_until(void) {
	struct timespec then;
	clock_gettime(CLOCK_MONOTONIC, &then);
	then.tv_sec += 0;
	then.tv_nsec += 300000000;
	if (then.tv_nsec >= 1000000000) ++then.tv_sec, then.tv_nsec -= 1000000000;
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}
static void raise_other(void) { ++*(volatile char *)buffer; }

static long do_sigtimedwait(void) {
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR2);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	return syscall(SYS_rt_sigtimedwait, &wanted, NULL, NULL, 8);
}
static long do_signalfd(void) {
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR2);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	return read(signalfd(-1, &wanted, 0), buffer, 1024);
}
static pid_t child;
static void send_usr2(void) { kill(child, SIGUSR2); }

static pid_t grandchild;
/* Ends with its parent, or with the last end of the pipe that others hold. */
static void make_grandchild(void) {
	if (grandchild != 0 || (grandchild = fork()) != 0) return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(ends[1]);
	_exit(read(ends[0], buffer, 1) > 0 ? 3 : 4);
}
static long do_wait4(void) {
	make_grandchild();
	return wait4(grandchild, NULL, 0, NULL) == grandchild ? 0 : -1;
}
static long do_waitid(void) {
	make_grandchild();
	siginfo_t info;
	return waitid(P_PID, (id_t)grandchild, &info, WEXITED);
}

static void a_queue(void) { NEED((object = msgget(IPC_PRIVATE, 0600)) >= 0); }
static long do_msgrcv(void) { return msgrcv(object, buffer, 100, 0, 0); }
static void send_message(void) {
	struct { long type; char text[4]; } message = {1, "abc"};
	NEED(msgsnd(object, &message, 4, 0) == 0);
}
static void remove_queue(void) { msgctl(object, IPC_RMID, NULL); }
static void semaphores(void) { NEED((object = semget(IPC_PRIVATE, 1, 0600)) >= 0); }
static long do_semop(void) { return semop(object, &(struct sembuf){0, -1, 0}, 1); }
static long do_semtimedop(void) { return semtimedop(object, &(struct sembuf){0, -1, 0}, 1, &(struct timespec){20, 0}); }
static void post(void) { NEED(semop(object, &(struct sembuf){0, 1, 0}, 1) == 0); }
static void remove_semaphores(void) { semctl(object, 0, IPC_RMID); }

static void a_mqueue(void) {
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 10};
	mq_unlink("/bewit-restarts");
	NEED((object = mq_open("/bewit-restarts", O_RDWR | O_CREAT, 0600, &attributes)) >= 0 && mq_unlink("/bewit-restarts") == 0);
}
static long do_mq_receive(void) { return mq_receive(object, buffer, 10, NULL); }
static void mq_feed(void) { NEED(mq_send(object, "abc", 3, 0) == 0); }

static void an_event(void) { NEED((event = eventfd(0, EFD_CLOEXEC)) >= 0); }
static long do_eventfd(void) { return read(event, buffer, 8); }
static void count(void) { NEED(write(event, &(uint64_t){1}, 8) == 8); }
static void a_timer(void) { NEED((timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) >= 0); }
static long do_timerfd(void) { return read(timer, buffer, 8); }
static void set_timer(void) { NEED(timerfd_settime(timer, 0, &(struct itimerspec){{0, 0}, {0, 1}}, NULL) == 0); }
static void a_watch(void) { NEED((object = inotify_init1(IN_CLOEXEC)) >= 0 && inotify_add_watch(object, ".", IN_CREATE) >= 0); }
static long do_inotify(void) { return read(object, buffer, 1024) > 0 ? 1 : -1; }
static void make_file(void) {
	unlink("made");
	NEED(open("made", O_CREAT | O_RDWR, 0600) >= 0);
}
static void a_fifo(void) {
	unlink("fifo");
	NEED(mkfifo("fifo", 0600) == 0);
}
static long do_open_fifo(void) { return open("fifo", O_RDONLY) >= 0 ? 0 : -1; }
static void open_other_end(void) { NEED(open("fifo", O_RDWR) >= 0); }
static unsigned long ring; /* aio_context_t */
static long do_getevents(void) {
	if (ring == 0) NEED(syscall(SYS_io_setup, 1, &ring) == 0);
	return syscall(SYS_io_getevents, ring, 1, 1, buffer, &(struct timespec){0, 300000000});
}
static long do_pause(void) { return pause(); }
static long do_sigsuspend(void) {
	sigset_t none;
	sigemptyset(&none);
	return sigsuspend(&none);
}

static const struct Case {
	const char *name;
	int number;
	void (*before)(void);
	long (*call)(void);
	void (*complete)(void);
	void (*after)(void);
	int endless;  /* only a handler ends it */
} cases[] = {
	{"read of a pipe", SYS_read, two_pipes, do_read, feed, nothing, 0},
	{"readv of a pipe", SYS_readv, two_pipes, do_readv, feed, nothing, 0},
	{"write to a full pipe", SYS_write, two_pipes, do_write, drain, nothing, 0},
	{"splice", SYS_splice, two_pipes, do_splice, feed_and_drain, nothing, 0},
	{"tee", SYS_tee, two_pipes, do_tee, feed_and_drain, nothing, 0},
	{"recv", SYS_recvfrom, sockets, do_recv, feed, nothing, 0},
	{"recv with a time limit", SYS_recvfrom, timed_sockets, do_recv, feed, nothing, 0},
	{"recv that waits for all", SYS_recvfrom, sockets, do_recv_all, feed, nothing, 0},
	{"recvmsg", SYS_recvmsg, sockets, do_recvmsg, feed, nothing, 0},
	{"read of a socket", SYS_read, sockets, do_read, feed, nothing, 0},
	{"send to a full socket", SYS_sendto, full_sockets, do_send, empty_socket, nothing, 0},
	{"accept", SYS_accept, listen_there, do_accept, connect_there, nothing, 0},
	{"connect to a full listener", SYS_connect, full_listener, do_connect, accept_one, nothing, 0},
	{"flock", SYS_flock, a_locked_file, do_flock, unlock, nothing, 0},
	{"fcntl F_SETLKW", SYS_fcntl, a_locked_file, do_setlkw, unlock, nothing, 0},
	{"futex", SYS_futex, nothing, do_futex, wake, nothing, 0},
	{"futex with a time limit", SYS_futex, nothing, do_futex_timed, wake, nothing, 0},
	{"poll", SYS_poll, two_pipes, do_poll, feed, nothing, 0},
	{"poll with a time limit", SYS_poll, two_pipes, do_poll_timed, feed, nothing, 0},
	{"ppoll", SYS_ppoll, two_pipes, do_ppoll, feed, nothing, 0},
	{"select with a time limit", SYS_select, two_pipes, do_select, feed, nothing, 0},
	{"pselect", SYS_pselect6, two_pipes, do_pselect, feed, nothing, 0},
	{"epoll_wait", SYS_epoll_wait, an_epoll, do_epoll, feed, nothing, 0},
	{"epoll_wait with a time limit", SYS_epoll_wait, an_epoll, do_epoll_timed, feed, nothing, 0},
	{"epoll_pwait", SYS_epoll_pwait, an_epoll, do_epoll_p, feed, nothing, 0},
	{"nanosleep", SYS_nanosleep, nothing, do_nanosleep, raise_other, nothing, 0},
	{"clock_nanosleep", SYS_clock_nanosleep, nothing, do_clock_nanosleep, raise_other, nothing, 0},
	{"clock_nanosleep until", SYS_clock_nanosleep, nothing, do_sleep_until, raise_other, nothing, 0},
	{"sigtimedwait", SYS_rt_sigtimedwait, nothing, do_sigtimedwait, send_usr2, nothing, 0},
	{"read of a signalfd", SYS_read, nothing, do_signalfd, send_usr2, nothing, 0},
	{"wait4", SYS_wait4, two_pipes, do_wait4, feed, nothing, 0},
	{"waitid", SYS_waitid, two_pipes, do_waitid, feed, nothing, 0},
	{"msgrcv", SYS_msgrcv, a_queue, do_msgrcv, send_message, remove_queue, 0},
	{"semop", -1, semaphores, do_semop, post, remove_semaphores, 0},
	{"semop with a time limit", SYS_semtimedop, semaphores, do_semtimedop, post, remove_semaphores, 0},
	{"mq_receive", SYS_mq_timedreceive, a_mqueue, do_mq_receive, mq_feed, nothing, 0},
	{"read of an eventfd", SYS_read, an_event, do_eventfd, count, nothing, 0},
	{"read of a timerfd", SYS_read, a_timer, do_timerfd, set_timer, nothing, 0},
	{"read of inotify", SYS_read, a_watch, do_inotify, make_file, nothing, 0},
	{"open of a fifo", -1, a_fifo, do_open_fifo, open_other_end, nothing, 0},
	{"io_getevents", SYS_io_getevents, nothing, do_getevents, raise_other, nothing, 0},
	{"pause", SYS_pause, nothing, do_pause, send_usr2, nothing, 1},
	{"sigsuspend", SYS_rt_sigsuspend, nothing, do_sigsuspend, send_usr2, nothing, 1},
};

static _Noreturn void run_child(const struct Case *one, int way) {
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = way == handler_restarting ? SA_RESTART : 0};
	if (way == ignored) action.sa_handler = SIG_IGN;
	NEED(sigaction(SIGUSR1, &action, NULL) == 0);
	if (one->endless) {
		action.sa_handler = on_signal;
		NEED(sigaction(SIGUSR2, &action, NULL) == 0);
	}
	errno = 0;
	long result = one->call();
	mine->error = errno;
	mine->result = result;
	mine->done = 1;
	_exit(0);
}

static void interrupt(int way) {
	switch (way) {
		case handler_alone:
		case handler_restarting:
			NEED(kill(child, SIGUSR1) == 0);
			while (mine->handled == 0) rest(1);
			break;
		case stop_and_go:
			NEED(kill(child, SIGSTOP) == 0);
			wait_for_state(child, "Tt");
			NEED(kill(child, SIGCONT) == 0);
			break;
		case ignored:
			for (int i = 0; i < 3; ++i) NEED(kill(child, SIGUSR1) == 0);
			break;
		case ignored_by_default:
			NEED(kill(child, SIGWINCH) == 0 && kill(child, SIGURG) == 0);
			break;
	}
	rest(4);
}

static void try(const struct Case *one, int way) {
	memset(mine, 0, sizeof *mine);
	grandchild = 0;
	one->before();
	NEED((child = fork()) >= 0);
	if (child == 0) run_child(one, way);
	/* In programs of 32 bits the library may take another call for it. */
	if (wait_until_it_sleeps(child, sizeof(long) == 4 ? -1 : one->number)) interrupt(way);
	if (wait_until_it_sleeps(child, -1)) one->complete();
	int status = 0;
	NEED(waitpid(child, &status, 0) == child);
	one->after();
	say("%s, %s: %ld %s, handled %d%s", one->name, way_names[way], mine->result, error_name(mine->result < 0 ? mine->error : 0), mine->handled,
	    WIFEXITED(status) && mine->done ? "" : ", ended otherwise");
	for (int fd = 3; fd < 40; ++fd) close(fd);
}

/* Signals that are ignored keep coming; the time limit must come, too, and no later than it would when it began anew once. */
static void flooded(const char *name, void (*before)(void), long (*call)(void)) {
	before();
	signal(SIGUSR1, SIG_IGN);
	NEED((child = fork()) >= 0);
	if (child == 0) {
		struct timespec begin, end;
		clock_gettime(CLOCK_MONOTONIC, &begin);
		errno = 0;
		long result = call();
		int error = errno;
		clock_gettime(CLOCK_MONOTONIC, &end);
		long took = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
		say("%s, among ignored signals: %ld %s, %s", name, result, error_name(error), took >= 199 && took < 4000 ? "at its time" : "at another time");
		_exit(0);
	}
	for (int status; waitpid(child, &status, WNOHANG) == 0; rest(10)) kill(child, SIGUSR1);
	for (int fd = 3; fd < 40; ++fd) close(fd);
}
static long flooded_epoll(void) { return syscall(SYS_epoll_wait, epoll, buffer, 1, 200); }
static long flooded_epoll_p(void) { return syscall(SYS_epoll_pwait, epoll, buffer, 1, 200, NULL, 8); }
static long flooded_semop(void) { return semtimedop(object, &(struct sembuf){0, -1, 0}, 1, &(struct timespec){0, 200000000}); }
static long flooded_sigtimedwait(void) {
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR2);
	return sigtimedwait(&wanted, NULL, &(struct timespec){0, 200000000});
}

int main(int argc, char **argv) {
	mine = shared(sizeof *mine);
	alarm(300);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
		if (argc > 1 && strcmp(argv[1], cases[i].name) != 0) continue;
		for (int way = 0; way < ways; ++way) try(&cases[i], way);
	}
	if (argc > 1) return 0;
	flooded("epoll_wait", an_epoll, flooded_epoll);
	flooded("epoll_pwait", an_epoll, flooded_epoll_p);
	flooded("semtimedop", semaphores, flooded_semop);
	remove_semaphores();
	flooded("sigtimedwait", nothing, flooded_sigtimedwait);
	return 0;
}
