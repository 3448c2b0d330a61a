/* Asks for an io_uring; prints the error. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
	char parameters[512];
	memset(parameters, 0, sizeof parameters);
	long fd = syscall(SYS_io_uring_setup, 1, parameters);
	printf("%s\n", fd >= 0 ? "made" : errno == ENOSYS ? "ENOSYS" : "refused");
	return 0;
}
