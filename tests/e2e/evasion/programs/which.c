/* which ARGUMENT: tells by its exit status what was run, for programs/races.c: 2 where its own file's name ends with b, and 1 where ARGUMENT is b. */
#include <unistd.h>

int main(int argc, char **argv) {
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof path);
	if (size <= 0 || argc != 2) return 98;
	return (path[size - 1] == 'b') * 2 + (argv[1][0] == 'b');
}
