#!/usr/bin/env python3
"""A server for tests on 127.0.0.1: prints its port, serves until its stdin is closed.

http_server.py [--tls CERTIFICATE KEY] [--client-ca FILE] [--metadata FILE] [--silent]

/echo gives the request back as JSON, /status/N answers N, /redirect leads to /echo, /large/N has N bytes, /chunked comes in pieces, /slow takes
ten seconds, /truncated ends early, /connections tells how many connections there were, /requests what was posted. --silent accepts and says nothing. FILE maps
paths below /v4/ID to what the task metadata endpoint of Amazon ECS answers.
"""
import argparse
import gzip
import http.server
import json
import os
import socket
import ssl
import sys
import threading
import time

connections = 0
posted = []
fail_next = 0
metadata = None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        global connections
        connections += 1
        super().setup()

    def log_message(self, *_):
        pass

    def answer(self, body: bytes, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def respond(self):
        global fail_next
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name, _, rest = self.path.partition("?")[0].lstrip("/").partition("/")
        if name == "echo":
            self.answer(json.dumps({"method": self.command, "path": self.path, "headers": [list(h) for h in self.headers.items()],
                                    "body": body.decode()}).encode(), headers=[("X-Twice", "one"), ("x-twice", "two")])
        elif name == "status":
            self.answer(b"as asked", int(rest))
        elif name == "redirect":
            self.answer(b"", 302, [("Location", "/echo")])
        elif name == "large":
            self.answer(b"x" * int(rest))
        elif name == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (b"one", b"two", b""):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        elif name == "slow":
            time.sleep(10)
            self.answer(b"late")
        elif name == "truncated":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True
        elif name == "close":
            self.answer(b"closing")  # without saying so
            self.close_connection = True
        elif name == "connections":
            self.answer(str(connections).encode())
        elif name == "requests":
            self.answer(json.dumps(posted).encode())
        elif name == "fail":  # the next N posts
            fail_next = int(rest)
            self.answer(b"")
        elif name == "alerts" and fail_next > 0:
            fail_next -= 1
            self.answer(b"not now", 503)
        elif name == "alerts":
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            posted.append({"headers": dict(self.headers.items()), "body": body.decode()})
            self.answer(b"{}")
        elif name == "v4" and metadata is not None:
            known = metadata.get("/" + rest.partition("/")[2])
            self.answer(json.dumps(known).encode() if known else b"", 200 if known else 404)
        else:
            self.answer(b"no such thing", 404)

    do_GET = do_POST = do_HEAD = do_PUT = respond


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--metadata")
    parser.add_argument("--silent", action="store_true")
    options = parser.parse_args()
    if options.metadata:
        global metadata
        with open(options.metadata, encoding="utf-8") as file:
            metadata = json.load(file)
    if options.silent:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    else:
        server = Server(("127.0.0.1", 0), Handler)
        port = server.server_address[1]
        if options.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*options.tls)
            if options.client_ca:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(options.client_ca)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(port, flush=True)
    sys.stdin.read()
    os._exit(0)


main()
