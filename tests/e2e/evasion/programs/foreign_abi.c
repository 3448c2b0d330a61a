/* A3. The same open by the numbers and registers of another ABI: int 0x80 and x32, from a program of 64 bits. Prints the ways that there are. */
#include <sys/mman.h>

#include "attack.h"

#if defined(__x86_64__)
/* The argument must lie where 32 bits reach. */
static char *low_copy(const char *text) {
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	NEED(low != MAP_FAILED);
	strcpy(low, text);
	return low;
}

static long call_32(long number, long first, long second, long third) {
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(int argc, char **argv) {
	NEED(argc == 2);
	char *path = low_copy(argv[1]);
	if (call_32(5, (long)path, O_RDONLY, 0) >= 0) printf("i386 open\n");
	if (call_32(295, AT_FDCWD, (long)path, O_RDONLY) >= 0) printf("i386 openat\n");
	if (syscall(0x40000000 | SYS_openat, AT_FDCWD, path, O_RDONLY) >= 0) printf("x32 openat\n");
	if (syscall(0x40000000 | SYS_open, path, O_RDONLY) >= 0) printf("x32 open\n");
	return 0;
}
#else
int main(void) { return 0; }
#endif
