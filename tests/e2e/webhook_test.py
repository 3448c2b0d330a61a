#!/usr/bin/env python3
"""`bewit webhook` as an API server meets it: over TLS, and as somebody with a grudge does."""
import base64
import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
import warnings

from harness import BEWIT, TestCase

IMAGE = ["--bewit-image", "registry.test/bewit:1"]
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-", "labels": {"a/b~c": "d"}},
       "spec": {"containers": [{"name": "app", "image": "nginx", "command": ["/entry.sh", "x"], "env": [{"name": "A", "value": "1"}]},
                               {"name": "helper", "image": "busybox", "command": ["sleep", "9"]}],
                "volumes": [{"name": "data", "emptyDir": {}}]}}


def review(pod=None, **request) -> dict:
    whole = {"uid": "705ab4f5-6393", "kind": {"group": "", "version": "v1", "kind": "Pod"},
             "resource": {"group": "", "version": "v1", "resource": "pods"}, "namespace": "shop", "operation": "CREATE",
             "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller"},
             "object": POD if pod is None else pod, "oldObject": None, "dryRun": False, "options": {"kind": "CreateOptions"}, **request}
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": whole}


def applied(document, operations):
    """RFC 6902, as far as `add`, `remove` and `replace` go, written anew: the webhook's own code is not asked."""
    document = json.loads(json.dumps(document))
    for operation in operations:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        parent = document
        for step in steps[:-1]:
            parent = parent[int(step) if isinstance(parent, list) else step]
        last = steps[-1]
        if isinstance(parent, list):
            index = len(parent) if last == "-" else int(last)
            assert index <= len(parent)
            if operation["op"] == "add":
                parent.insert(index, operation["value"])
            elif operation["op"] == "remove":
                del parent[index]
            else:
                parent[index] = operation["value"]
        elif operation["op"] == "remove":
            del parent[last]
        else:
            assert operation["op"] == "add" or last in parent
            parent[last] = operation["value"]
    return document


def patched_by_command(pod, *words) -> dict:
    done = subprocess.run([BEWIT, "patch", "k8s", *IMAGE, *words], input=json.dumps(pod), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def clean_environment() -> dict:
    return {key: value for key, value in os.environ.items() if key != "BEWIT_IMAGE"}


class Secret:
    """A certificate for localhost where Kubernetes would mount it; update() replaces it by swapping a symbolic link."""

    def __init__(self, directory: str):
        self.directory, self.version = directory, 0
        os.makedirs(directory)
        self.update()
        for name in ("tls.crt", "tls.key"):
            os.symlink(f"..data/{name}", os.path.join(directory, name))

    def update(self) -> None:
        self.version += 1
        folder = f"..{self.version}"
        path = os.path.join(self.directory, folder)
        os.mkdir(path)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{path}/tls.key",
                        "-out", f"{path}/tls.crt", "-subj", f"/CN=webhook-{self.version}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"],
                       check=True, capture_output=True)
        os.symlink(folder, os.path.join(self.directory, "..tmp"))
        os.rename(os.path.join(self.directory, "..tmp"), os.path.join(self.directory, "..data"))

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def options(self) -> list[str]:
        return ["--cert", self.path("tls.crt"), "--key", self.path("tls.key")]

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.path("tls.crt"))


class Webhook:
    def __init__(self, secret: Secret, *options: str):
        self.secret = secret
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([BEWIT, "webhook", "--listen", "127.0.0.1:0", *secret.options(), *IMAGE, *options], stderr=subprocess.PIPE, text=True,
                                        env=clean_environment())
        self.first_line = self.process.stderr.readline()
        found = re.match(r"bewit: webhook listens on https://127\.0\.0\.1:(\d+)/mutate(?:, and for metrics on http://127\.0\.0\.1:(\d+)/metrics)?\n$", self.first_line)
        if not found:
            self.process.kill()
            raise AssertionError(self.first_line + self.process.stderr.read())
        self.port, self.metrics_port = int(found[1]), found[2] and int(found[2])

    def connect(self, timeout: float = 30) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.port, context=self.secret.client(), timeout=timeout)

    def ask(self, method: str, path: str, body=None, headers=None, connection=None) -> tuple[int, str]:
        own = connection is None
        connection = connection or self.connect()
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        if own:
            connection.close()
        return answer.status, text

    def mutate(self, asked, connection=None, path: str = "/mutate?timeout=10s") -> dict:
        status, text = self.ask("POST", path, json.dumps(asked), {"Content-Type": "application/json"}, connection)
        if status != 200:
            raise AssertionError(f"{status}: {text}")
        answer = json.loads(text)
        assert (answer["kind"], answer["apiVersion"]) == ("AdmissionReview", asked["apiVersion"]), answer
        return answer["response"]

    def metrics(self) -> dict[str, float]:
        status, text = self.ask("GET", "/metrics")
        assert status == 200
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))}

    def raw_socket(self, timeout: float = 30) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def raw(self) -> ssl.SSLSocket:
        return self.secret.client().wrap_socket(self.raw_socket(), server_hostname="localhost")

    def memory_kib(self) -> int:
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def end(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            _, said = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, said


def operations_of(response: dict) -> list:
    assert response["patchType"] == "JSONPatch", response
    return json.loads(base64.b64decode(response["patch"], validate=True))


def until(holds, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@unittest.skipUnless(shutil.which("openssl"), "needs openssl")
class WebhookCase(TestCase):
    def setUp(self):
        super().setUp()
        self.secret = Secret(self.path("tls"))

    @contextlib.contextmanager
    def webhook(self, *options: str):
        running = Webhook(self.secret, *options)
        try:
            yield running
        finally:
            status, said = running.end(signal.SIGKILL if running.process.poll() is None else signal.SIGTERM)
            self.assertIn(status, (-signal.SIGKILL, 0), said)

    def file(self, name: str, text: str) -> str:
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)


class Reviews(WebhookCase):
    def test_the_patch_applied_is_what_the_command_makes(self):
        words = ["--alerts", "fd:2", "--run-option=--rules=builtin", "--exclude", "helper"]
        with self.webhook(*words) as running:
            response = running.mutate(review())
            self.assertEqual((response["uid"], response["allowed"]), ("705ab4f5-6393", True))
            result = applied(POD, operations_of(response))
            self.assertEqual(result, patched_by_command(POD, *words))
            self.assertEqual(result["spec"]["containers"][0]["command"][:5], ["/opt/bewit/bewit", "run", "--alerts", "fd:2", "--rules=builtin"])
            self.assertEqual(running.mutate(review(result)), {"uid": "705ab4f5-6393", "allowed": True})
            # A dry run is no different, and nor is the older version.
            self.assertEqual(running.mutate(review(dryRun=True)), response)
            older = {**review(), "apiVersion": "admission.k8s.io/v1beta1"}
            self.assertEqual(running.mutate(older), response)

    def test_opting_out_and_what_is_no_new_pod(self):
        with self.webhook() as running:
            plain = {"uid": "705ab4f5-6393", "allowed": True}
            out = {**POD, "metadata": {"name": "web", "annotations": {"bewit/inject": "false"}}}
            self.assertEqual(running.mutate(review(out)), plain)
            self.assertEqual(running.mutate(review(operation="UPDATE")), plain)
            self.assertEqual(running.mutate(review(kind={"group": "apps", "version": "v1", "kind": "Deployment"})), plain)
            counts = running.metrics()
            for reason in ("annotation", "operation", "kind"):
                self.assertEqual(counts[f'bewit_webhook_skipped_total{{reason="{reason}"}}'], 1, counts)
            self.assertEqual(counts["bewit_webhook_patched_total"], 0)

    def test_opting_in(self):
        with self.webhook("--opt-in") as running:
            self.assertNotIn("patch", running.mutate(review()))
            wanted = {**POD, "metadata": {"name": "web", "annotations": {"bewit/inject": "true"}}}
            self.assertEqual(applied(wanted, operations_of(running.mutate(review(wanted)))), patched_by_command(wanted, "--opt-in"))

    def test_what_cannot_be_patched_is_refused_or_admitted_as_configured(self):
        unknown = {**POD, "spec": {"containers": [{"name": "app", "image": "nginx"}]}}
        with self.webhook() as running:
            response = running.mutate(review(unknown))
            self.assertEqual((response["allowed"], response["status"]["code"]), (False, 403))
            self.assertIn("Pod shop/web-*: /spec/containers/0: the definition leaves the command to the image 'nginx'", response["status"]["message"])
            self.assertEqual(running.metrics()["bewit_webhook_refused_total"], 1)
            status, said = running.end()
            self.assertEqual(status, 0)
            self.assertRegex(said, r"^bewit: warning: webhook: refused: Pod shop/web-\*: .*\n$")
        with self.webhook("--fail", "open") as running:
            response = running.mutate(review(unknown))
            self.assertEqual((response["allowed"], "patch" in response), (True, False))
            self.assertIn("the image 'nginx'", response["warnings"][0])
            self.assertEqual(running.metrics()["bewit_webhook_unwatched_total"], 1)
        config = self.file("nginx.json", '[{"Config": {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["nginx"]}}]')
        with self.webhook("--image-config", f"nginx={config}") as running:
            made = applied(unknown, operations_of(running.mutate(review(unknown))))
            self.assertEqual(made["spec"]["containers"][0]["args"], ["nginx"])

    def test_many_at_once(self):
        with self.webhook() as running:
            def one(number: int) -> None:
                connection = running.connect(60)
                for turn in range(5):
                    pod = {**POD, "metadata": {"name": f"web-{number}-{turn}"}}
                    response = running.mutate(review(pod, uid=f"{number}-{turn}"), connection)
                    self.assertEqual(response["uid"], f"{number}-{turn}")
                    self.assertEqual(applied(pod, operations_of(response))["metadata"]["name"], f"web-{number}-{turn}")
                connection.close()
            with concurrent.futures.ThreadPoolExecutor(40) as pool:
                list(pool.map(one, range(80)))
            counts = running.metrics()
            self.assertEqual(counts["bewit_webhook_patched_total"], 400)
            self.assertEqual(counts["bewit_webhook_review_duration_seconds_count"], 400)
            self.assertEqual(counts['bewit_webhook_review_duration_seconds_bucket{le="+Inf"}'], 400)
            with open(f"/proc/{running.process.pid}/status", encoding="utf-8") as file:
                self.assertLessEqual(int(re.search(r"Threads:\s+(\d+)", file.read())[1]), 2)


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


class Certificates(WebhookCase):
    def served(self, running: Webhook) -> str:
        stream = running.raw_socket()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(stream) as connection:
            text = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True))
        return subprocess.run(["openssl", "x509", "-noout", "-subject"], input=text, capture_output=True, text=True, check=True).stdout.strip().rpartition(" ")[2]

    def test_a_new_certificate_is_taken_up_and_connections_live_on(self):
        with self.webhook("-v") as running:
            self.assertEqual(self.served(running), "webhook-1")
            connection = running.connect()
            self.addCleanup(connection.close)
            self.assertTrue(running.mutate(review(), connection)["allowed"])
            local = connection.sock.getsockname()
            stop, failures = threading.Event(), []

            def ask_on() -> None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                while not stop.is_set():
                    other = http.client.HTTPSConnection("127.0.0.1", running.port, context=context, timeout=30)
                    try:
                        running.mutate(review(), other)
                    except Exception as error:  # pylint: disable=broad-exception-caught
                        failures.append(error)
                    other.close()

            thread = threading.Thread(target=ask_on)
            thread.start()
            self.secret.update()
            self.assertTrue(until(lambda: self.served(running) == "webhook-2"))
            stop.set()
            thread.join()
            self.assertEqual(failures, [])
            self.assertTrue(running.mutate(review(), connection)["allowed"])
            self.assertEqual(connection.sock.getsockname(), local)
            self.assertTrue(running.mutate(review())["allowed"])  # verified with the new one
            # What cannot be used changes nothing, and is told.
            shutil.copy(self.secret.path("..1/tls.key"), self.secret.path("..data/tls.key"))
            self.assertTrue(until(lambda: running.metrics()['bewit_webhook_certificate_reloads_total{result="failure"}'] == 1))
            self.assertEqual(self.served(running), "webhook-2")
            self.assertEqual(running.metrics()['bewit_webhook_certificate_reloads_total{result="success"}'], 1)
            _, said = running.end()
            self.assertIn("bewit: the certificate was read again\n", said)
            self.assertRegex(said, r"bewit: warning: webhook: the certificate before stays in use: .*/tls\.key: this key cannot be used with the certificate")


class End(WebhookCase):
    def test_sigterm_lets_what_runs_finish(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.webhook() as running:
                idle = running.connect()
                self.addCleanup(idle.close)
                self.assertEqual(running.ask("GET", "/readyz", connection=idle)[0], 200)
                body = json.dumps(review()).encode()
                with running.raw() as stream:
                    stream.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
                    time.sleep(0.3)
                    running.process.send_signal(how)

                    def refuses() -> bool:
                        try:
                            socket.create_connection(("127.0.0.1", running.port), timeout=5).close()
                        except ConnectionRefusedError:
                            return True
                        return False

                    self.assertTrue(until(refuses))
                    self.assertEqual(idle.sock.recv(10), b"")
                    self.assertIsNone(running.process.poll())
                    stream.sendall(body)
                    answer = b""
                    while piece := stream.recv(65536):
                        answer += piece
                    self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))
                    self.assertIn(b"Connection: close\r\n", answer)
                begun = time.monotonic()
                self.assertEqual(running.process.wait(timeout=30), 0)
                self.assertLess(time.monotonic() - begun, 5)
                self.assertEqual(running.end(), (0, ""))

    def test_who_never_finishes_does_not_hold_up_the_end(self):
        with self.webhook() as running, running.raw() as stream:
            stream.sendall(b"POST /mutate HTTP/1.1\r\n")
            time.sleep(0.3)
            begun = time.monotonic()
            self.assertEqual(running.end()[0], 0)
            self.assertLess(time.monotonic() - begun, 20)

    def test_it_goes_on_for_a_while_where_that_is_asked_for_and_a_second_signal_ends_it(self):
        with self.webhook("--shutdown-delay", "600") as running:
            running.process.send_signal(signal.SIGTERM)
            self.assertTrue(until(lambda: running.ask("GET", "/readyz")[0] == 503))
            self.assertEqual(running.ask("GET", "/healthz")[0], 200)
            self.assertTrue(running.mutate(review())["allowed"])
            self.assertEqual(running.end()[0], 0)


class Start(WebhookCase):
    def fail(self, *words: str) -> tuple[int, str]:  # pylint: disable=arguments-differ
        done = subprocess.run([BEWIT, "webhook", *words], capture_output=True, text=True, check=False, timeout=60, env=clean_environment())
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_what_is_wrong_at_the_start_is_one_sentence(self):
        certificate, key = self.secret.path("tls.crt"), self.secret.path("tls.key")
        self.assertEqual(self.fail("--cert", "/nowhere", "--key", key, *IMAGE), (1, "bewit: error: webhook: /nowhere: No such file or directory\n"))
        self.assertEqual(self.fail("--cert", certificate, "--key", "/nowhere", *IMAGE), (1, "bewit: error: webhook: /nowhere: No such file or directory\n"))
        other = Secret(self.path("other"))
        status, said = self.fail("--cert", certificate, "--key", other.path("tls.key"), *IMAGE)
        self.assertEqual(status, 1)
        self.assertRegex(said, rf"^bewit: error: webhook: {re.escape(other.path('tls.key'))}: this key cannot be used with the certificate {re.escape(certificate)}: .*\n$")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assertEqual(self.fail(*self.secret.options(), *IMAGE, "--listen", address), (1, f"bewit: error: webhook: cannot listen on {address}: Address already in use\n"))
        encrypted = self.path("encrypted.key")
        subprocess.run(["openssl", "ec", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted], check=True, capture_output=True)
        status, said = self.fail("--cert", certificate, "--key", encrypted, *IMAGE)
        self.assertEqual((status, said.count("\n")), (1, 1), said)
        self.assertEqual(self.fail(*self.secret.options(), *IMAGE, "--image-config", "a=/nowhere"),
                         (1, "bewit: error: webhook: --image-config /nowhere: No such file or directory\n"))

    def test_usage(self):
        options = [*self.secret.options(), *IMAGE]
        for words in ((), IMAGE, self.secret.options(), (*options, "--fail", "maybe"), (*options, "--listen", "here"), (*options, "--shape", "sidecar"),
                      (*options, "--image-config", "file.json"), (*options, "--shutdown-delay", "-1"), (*options, "--metrics-listen", "1"), (*options, "more")):
            self.assertEqual(self.fail(*words)[0], 2, words)
        done = subprocess.run([BEWIT, "webhook", "--help"], capture_output=True, text=True, check=True, timeout=60)
        self.assertTrue(done.stdout.startswith("Examples:\n  bewit webhook "))


if __name__ == "__main__":
    unittest.main()
