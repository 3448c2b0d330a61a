/* threaded PORT FILE: an HTTP server with a thread a connection; every request opens, reads and sends FILE. It ends with SIGTERM. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *path;

static void *serve(void *argument) {
	int connection = (int)(long)argument;
	char request[4096], body[4096], answer[8192];
	for (;;) {
		/* A client of the bench sends one whole request and waits for the answer. */
		if (read(connection, request, sizeof request) <= 0) break;
		int file = open(path, O_RDONLY | O_CLOEXEC);
		if (file < 0) break;
		ssize_t length = read(file, body, sizeof body);
		close(file);
		if (length < 0) break;
		int head = snprintf(answer, sizeof answer - sizeof body, "HTTP/1.1 200 OK\r\nContent-Length: %zd\r\n\r\n", length);
		memcpy(answer + head, body, (size_t)length);
		if (write(connection, answer, (size_t)head + (size_t)length) != head + length) break;
	}
	close(connection);
	return NULL;
}

int main(int argc, char **argv) {
	if (argc != 3) {
		fprintf(stderr, "usage: threaded PORT FILE\n");
		return 2;
	}
	path = argv[2];
	int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 128) != 0) {
		perror("threaded");
		return 1;
	}
	for (;;) {
		int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (connection < 0) continue;
		setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
		pthread_t thread;
		if (pthread_create(&thread, NULL, serve, (void *)(long)connection) != 0) {
			close(connection);
			continue;
		}
		pthread_detach(thread);
	}
}
