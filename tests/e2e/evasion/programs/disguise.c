/* C2. disguise FILE: calls itself otherwise, by its thread's name and in its arguments' memory, and then opens FILE. */
#include <sys/prctl.h>

#include "attack.h"

int main(int argc, char **argv) {
	NEED(argc == 2);
	char file[4096];
	snprintf(file, sizeof file, "%s", argv[1]);
	NEED(prctl(PR_SET_NAME, "nginx") == 0);
	memset(argv[0], 0, (size_t)(argv[1] + strlen(argv[1]) - argv[0]));
	strcpy(argv[0], "nginx: worker");
	return touch(file) ? 0 : 1;
}
