/* orphan_zombies COUNT: makes COUNT orphans that end, and prints how many of them are left as zombies. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char state_of(pid_t pid) {
	char path[64], line[512], state = 'X';
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (file == NULL) return 'X';
	if (fgets(line, sizeof line, file) != NULL) sscanf(line, "%*d (%*[^)]) %c", &state);
	fclose(file);
	return state;
}

static pid_t make_orphan(void) {
	int ends[2];
	pid_t orphan = -1;
	if (pipe(ends) != 0) return -1;
	pid_t middle = fork();
	if (middle == 0) {
		pid_t parent = getpid();
		orphan = fork();
		if (orphan == 0) {
			while (getppid() == parent) usleep(1000);
			_exit(0);
		}
		_exit(write(ends[1], &orphan, sizeof orphan) != sizeof orphan);
	}
	waitpid(middle, NULL, 0);
	if (read(ends[0], &orphan, sizeof orphan) != sizeof orphan) orphan = -1;
	close(ends[0]);
	close(ends[1]);
	return orphan;
}

int main(int argc, char **argv) {
	int count = argc > 1 ? atoi(argv[1]) : 1, zombies = 0;
	pid_t *orphans = calloc((size_t)count, sizeof *orphans);
	for (int i = 0; i < count; ++i) orphans[i] = make_orphan();
	for (int i = 0; i < count; ++i) {
		for (int tries = 0; tries < 200 && state_of(orphans[i]) != 'X'; ++tries) usleep(10000);
		zombies += state_of(orphans[i]) == 'Z';
	}
	printf("%d zombies\n", zombies);
	free(orphans);
	return 0;
}
