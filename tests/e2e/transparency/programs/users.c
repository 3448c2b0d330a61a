/* Changes its user, its groups and its capabilities in every way, and says what it may do then. Needs root. users PROGRAM: a program that is
 * executed as another user and says what it is. */
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "report.h"

static const char *program;

static const char *opens(const char *path, int flags) {
	int fd = open(path, flags, 0644);
	if (fd < 0) return error_name(errno);
	close(fd);
	return "opened";
}

static void say_who(const char *what) {
	uid_t users[3];
	gid_t groups[3], more[32];
	getresuid(&users[0], &users[1], &users[2]);
	getresgid(&groups[0], &groups[1], &groups[2]);
	int count = getgroups(32, more);
	say("%s: users %u %u %u, groups %u %u %u, %d more, dumpable %d", what, users[0], users[1], users[2], groups[0], groups[1], groups[2], count,
	    prctl(PR_GET_DUMPABLE));
	say("  shadow %s, passwd %s, own status %s, own memory %s, own environment %s, new file %s", opens("/etc/shadow", O_RDONLY), opens("/etc/passwd", O_RDONLY),
	    opens("/proc/self/status", O_RDONLY), opens("/proc/self/mem", O_RDONLY), opens("/proc/self/environ", O_RDONLY), opens("new", O_CREAT | O_RDWR));
	unlink("new");
}

static void as(const char *what, void (*change)(void)) {
	pid_t child = fork();
	if (child == 0) {
		change();
		say_who(what);
		pid_t other = fork();
		if (other == 0) {
			execl(program, program, "who", NULL);
			_exit(96);
		}
		int status;
		waitpid(other, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 95);
	}
	int status;
	waitpid(child, &status, 0);
	say_status(what, status);
}

static void nothing(void) {}
static void drop_all(void) {
	NEED(setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
}
static void drop_effective(void) { NEED(setegid(65534) == 0 && seteuid(65534) == 0); }
static void drop_and_return(void) {
	drop_effective();
	NEED(seteuid(0) == 0 && setegid(0) == 0);
}
static void file_user(void) {
	setfsgid(65534);
	setfsuid(65534);
}
static void keep_capabilities(void) {
	NEED(prctl(PR_SET_KEEPCAPS, 1) == 0);
	drop_all();
}
static void more_groups(void) {
	gid_t groups[] = {5, 42, 1000};
	NEED(setgroups(3, groups) == 0 && setresuid(65534, 65534, 65534) == 0);
}
static void not_dumpable(void) { NEED(prctl(PR_SET_DUMPABLE, 0) == 0); }
static void dropped_and_dumpable(void) {
	drop_all();
	NEED(prctl(PR_SET_DUMPABLE, 1) == 0);
}

int main(int argc, char **argv) {
	program = argv[0];
	if (argc > 1) {
		say_who("  executed");
		return 7;
	}
	as("root", nothing);
	as("all dropped", drop_all);
	as("effective dropped", drop_effective);
	as("dropped and back", drop_and_return);
	as("file system's", file_user);
	as("capabilities kept", keep_capabilities);
	as("more groups", more_groups);
	as("not dumpable", not_dumpable);
	as("dropped and dumpable", dropped_and_dumpable);
	return 0;
}
