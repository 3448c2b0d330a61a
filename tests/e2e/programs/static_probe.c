/* A static program for a root that holds nothing else: says who it is, opens what it may not, and exits with 17. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
	int fd = open("/etc/shadow", O_RDONLY);
	printf("probe as %d\n", (int)getuid());
	fflush(stdout);
	return fd < 0 ? 17 : 18;
}
