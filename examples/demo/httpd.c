/* A small web server with a forgotten door, for the demonstration: GET /debug?run=COMMAND hands COMMAND to a shell, as many a real
 * hole does. Serves 127.0.0.1 only, one request at a time, on the port that it prints. Ends on GET /quit.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { request_size = 8192 };

static int hex_digit(char c) {
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Undoes %XX and + in place, up to the first blank. */
static void decode(char *text) {
	char *out = text;
	for (; *text != '\0' && *text != ' '; ++text) {
		if (*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2])) {
			*out++ = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
			text += 2;
		} else {
			*out++ = *text == '+' ? ' ' : *text;
		}
	}
	*out = '\0';
}

static void run_debug(FILE *client, char *command) {
	char line[1024];
	decode(command);
	FILE *shell = popen(command, "r");
	while (shell != NULL && fgets(line, sizeof line, shell) != NULL) fputs(line, client);
	if (shell != NULL) pclose(shell);
}

/* Answers one request; 0 when it asked the server to end. */
static int answer(int connection) {
	static char request[request_size];
	ssize_t got = read(connection, request, sizeof request - 1);
	FILE *client = fdopen(connection, "w");
	int go_on = 1;
	if (client == NULL || got <= 0) return 1;
	request[got] = '\0';
	fputs("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n", client);
	if (strncmp(request, "GET /debug?run=", 15) == 0) run_debug(client, request + 15);
	else if (strncmp(request, "GET /quit ", 10) == 0) go_on = 0;
	else fputs("Welcome to the shop.\n", client);
	fclose(client);
	return go_on;
}

int main(void) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
		perror("httpd");
		return 1;
	}
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (connection >= 0 && !answer(connection)) return 0;
	}
}
