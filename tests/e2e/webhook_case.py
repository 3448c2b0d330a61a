"""A webhook under test, its certificate, and what an API server asks it."""
import base64
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
import time
import unittest

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
