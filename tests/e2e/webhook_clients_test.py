#!/usr/bin/env python3
"""`bewit webhook` as its clients treat it: those that are wrong, slow, many, or have a grudge."""
import concurrent.futures
import contextlib
import http.client
import json
import os
import ssl
import time
import unittest
import warnings

from webhook_case import Webhook, WebhookCase, review, until


class Requests(WebhookCase):
    def test_pages(self):
        with self.webhook("--metrics-listen", "127.0.0.1:0") as running:
            for path in ("/healthz", "/readyz"):
                self.assertEqual(running.ask("GET", path), (200, "ok\n"))
                self.assertEqual(running.ask("HEAD", path), (200, ""))
            self.assertGreater(running.metrics()["bewit_webhook_certificate_expires_seconds"], time.time())
            plain = http.client.HTTPConnection("127.0.0.1", running.metrics_port, timeout=30)
            self.addCleanup(plain.close)
            for path, status in (("/metrics", 200), ("/healthz", 200), ("/mutate", 404), ("/healthz", 200)):
                self.assertEqual(running.ask("POST" if path == "/mutate" else "GET", path, connection=plain)[0], status)

    def test_what_is_wrong_is_said(self):
        json_type = {"Content-Type": "application/json; charset=utf-8"}
        with self.webhook() as running:
            for method, path, body, headers, status, sentence in (
                    ("POST", "/mutate", "{", json_type, 400, "no AdmissionReview: 1:2: a key in quotes is missing here\n"),
                    ("POST", "/mutate", "", json_type, 400, "no AdmissionReview: 1:1: the JSON ends in the middle\n"),
                    ("POST", "/mutate", "{}", json_type, 400, "no AdmissionReview: kind is not AdmissionReview\n"),
                    ("POST", "/mutate", "{}", {"Content-Type": "text/plain"}, 415, "the content type must be application/json\n"),
                    ("GET", "/mutate", None, {}, 405, "POST an AdmissionReview\n"),
                    ("POST", "/healthz", "", {}, 405, "GET it\n"),
                    ("GET", "/", None, {}, 404, "there is /mutate (over TLS), /healthz, /readyz and /metrics\n"),
                    ("POST", "/mutate", iter([b"{}"]), {**json_type, "Transfer-Encoding": "chunked"}, 411, "the length of the body must be stated\n"),
                    ("GET", "/" + "x" * 20000, None, {}, 431, "the head of the request is larger than 16384 bytes\n")):
                self.assertEqual(running.ask(method, path, body, headers), (status, sentence), (method, path[:20]))
            counts = running.metrics()
            self.assertEqual(counts['bewit_webhook_errors_total{kind="review"}'], 3)
            self.assertEqual(counts['bewit_webhook_requests_total{code="400"}'], 3)

    def test_a_connection_is_used_again_also_after_a_bad_review_and_for_requests_in_a_row(self):
        with self.webhook() as running:
            connection = running.connect()
            self.addCleanup(connection.close)
            connection.connect()
            local = connection.sock.getsockname()
            for body, status in (("{", 400), (json.dumps(review()), 200), (json.dumps(review()), 200)):
                self.assertEqual(running.ask("POST", "/mutate", body, {"Content-Type": "application/json"}, connection)[0], status)
                self.assertEqual(connection.sock.getsockname(), local)
            with running.raw() as stream:
                stream.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + b"GET /healthz HTTP/1.0\r\n\r\n")
                answers = b""
                while piece := stream.recv(4096):
                    answers += piece
                self.assertEqual(answers.count(b"HTTP/1.1 200 OK\r\n"), 4)
                self.assertEqual(answers.count(b"Connection: close\r\n"), 1)

    def test_a_client_that_asks_first_whether_to_go_on(self):
        body = json.dumps(review()).encode()
        with self.webhook() as running, running.raw() as stream:
            stream.sendall(b"POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(stream.recv(4096), b"HTTP/1.1 100 Continue\r\n\r\n")
            stream.sendall(body)
            self.assertTrue(stream.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"))

    def test_a_body_that_is_too_large_is_refused_before_it_is_read(self):
        with self.webhook() as running:
            body = b"[" + b" " * (5 << 20)
            self.assertEqual(running.ask("POST", "/mutate", body, {"Content-Type": "application/json"}), (413, "the body is larger than 4194304 bytes\n"))
            # The largest that is taken, full of values.
            status, text = running.ask("POST", "/mutate", b"[" + b"0," * ((2 << 20) - 1) + b"0", {"Content-Type": "application/json"})
            self.assertEqual((status, text), (400, "no AdmissionReview: 1:400000: more than 200000 values\n"))
            status, text = running.ask("POST", "/mutate", b"[" * (1 << 20), {"Content-Type": "application/json"})
            self.assertIn("nested more than 100 levels deep", text)
            self.assertTrue(running.mutate(review())["allowed"])
            self.assertLess(running.memory_kib(), 128 << 10)

    def test_garbage_ends_the_connection_and_nothing_else(self):
        with self.webhook() as running:
            with running.raw_socket() as plain:  # no TLS
                plain.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
                while plain.recv(4096):
                    pass
            with running.raw() as stream:
                stream.sendall(b"\x00\xff\r\n\r\n")
                self.assertIn(b"400 Bad Request", stream.recv(4096))
            with running.raw() as stream:  # gone in the middle of a body
                stream.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
            self.assertTrue(running.mutate(review())["allowed"])
            counts = running.metrics()
            self.assertEqual(counts['bewit_webhook_errors_total{kind="tls"}'], 1, counts)
            self.assertEqual(counts['bewit_webhook_errors_total{kind="http"}'], 1, counts)

    @unittest.skipUnless(ssl.HAS_TLSv1_1, "this Python knows no TLS 1.1")
    def test_tls_1_1_is_refused(self):
        warnings.simplefilter("ignore", DeprecationWarning)
        client = self.secret.client()
        client.set_ciphers("DEFAULT:@SECLEVEL=0")
        with self.webhook() as running:
            for version, accepted in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
                client.minimum_version = ssl.TLSVersion.TLSv1_1
                client.maximum_version = version
                stream = running.raw_socket()
                try:
                    client.wrap_socket(stream, server_hostname="localhost").close()
                    self.assertTrue(accepted, version)
                except ssl.SSLError:
                    self.assertFalse(accepted, version)
                finally:
                    stream.close()


class Slowness(WebhookCase):
    def drip(self, running: Webhook, pieces, over_tls: bool = True) -> float:
        """Sends a piece now and then until the connection is closed; seconds until then."""
        begun = time.monotonic()
        stream = running.raw() if over_tls else running.raw_socket()
        with stream:
            stream.settimeout(0.4)
            while time.monotonic() - begun < 40:
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    try:
                        stream.sendall(next(pieces))
                        if stream.recv(100) == b"":
                            break
                    except (ConnectionError, ssl.SSLError) as error:
                        if isinstance(error, ssl.SSLWantReadError):
                            raise
                        break
        return time.monotonic() - begun

    def test_who_sends_too_slowly_is_cut_off_and_others_are_served(self):
        def after(first: bytes):
            yield first
            while True:
                yield b"x"

        with self.webhook() as running, concurrent.futures.ThreadPoolExecutor(4) as pool:
            head = b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
            slow = [pool.submit(self.drip, running, after(b"GET /healthz HTTP/1.1\r\nX-A: ")), pool.submit(self.drip, running, after(head)),
                    pool.submit(self.drip, running, after(b"\x16\x03\x01\x02\x00"), False), pool.submit(self.drip, running, iter([b""] * 1000), False)]
            while not all(one.done() for one in slow):
                begun = time.monotonic()
                self.assertTrue(running.mutate(review())["allowed"])
                self.assertLess(time.monotonic() - begun, 5)
                time.sleep(0.5)
            for one in slow:
                self.assertGreater(one.result(), 9)
                self.assertLess(one.result(), 20)
            self.assertEqual(running.metrics()['bewit_webhook_errors_total{kind="slow"}'], 4)

    def test_who_only_connects_does_not_keep_others_out(self):
        with self.webhook() as running, contextlib.ExitStack() as opened:
            for _ in range(300):
                opened.enter_context(running.raw_socket())
            begun = time.monotonic()
            self.assertTrue(running.mutate(review())["allowed"])
            self.assertLess(time.monotonic() - begun, 5)
            counts = running.metrics()
            self.assertLessEqual(counts["bewit_webhook_connections"], 128)
            self.assertGreaterEqual(counts['bewit_webhook_errors_total{kind="crowded"}'], 172)
            self.assertLess(len(os.listdir(f"/proc/{running.process.pid}/fd")), 160)

    def test_who_sends_much_does_not_keep_others_out(self):
        with self.webhook() as running, contextlib.ExitStack() as opened:
            size = 4 << 20
            for _ in range(12):
                stream = opened.enter_context(running.raw())
                stream.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    stream.sendall(b" " * (size - 10))
            self.assertTrue(running.mutate(review())["allowed"])
            self.assertLess(running.memory_kib(), 96 << 10)
            self.assertGreaterEqual(running.metrics()['bewit_webhook_errors_total{kind="crowded"}'], 8)

    def test_who_does_not_take_the_answers_is_cut_off(self):
        with self.webhook() as running:
            stream = running.raw()
            with stream:
                stream.settimeout(0.5)
                begun, request = time.monotonic(), b"GET /metrics HTTP/1.1\r\n\r\n" * 50
                ended = False
                while not ended and time.monotonic() - begun < 60:
                    try:
                        stream.sendall(request)
                    except TimeoutError:
                        time.sleep(0.5)
                        ended = running.metrics().get('bewit_webhook_errors_total{kind="slow"}', 0) == 1
                    except (ConnectionError, ssl.SSLError):
                        ended = True
                self.assertTrue(ended)
            self.assertLess(running.memory_kib(), 64 << 10)


if __name__ == "__main__":
    unittest.main()
