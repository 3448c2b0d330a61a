/* The first thread ends; another one goes on, makes a child, and ends the process with 5. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *go_on(void *argument) {
	int status = 0;
	usleep(50000);
	pid_t child = fork();
	if (child == 0) _exit(6);
	waitpid(child, &status, 0);
	printf("child %d\n", WEXITSTATUS(status));
	exit(argument == NULL ? 5 : 0);
}

int main(void) {
	pthread_t thread;
	if (pthread_create(&thread, NULL, go_on, NULL) != 0) return 1;
	pthread_exit(NULL);
}
