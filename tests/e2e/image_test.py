#!/usr/bin/env python3
"""What an image runs, from OCI layouts and from registries: `bewit patch … --image-layout`, `--registry`."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import time
import unittest

from harness import BEWIT, TestCase
from registry_servers import CONFIG, INDEX, MANIFEST, Certificate, DockerRegistry, Image, Server, digest_of

IMAGE = ["--bewit-image", "registry.test/bewit:1"]
PREFIX = ["/opt/bewit/bewit", "run", "--"]


def bewit(*words: str, stdin: str, **environment: str) -> subprocess.CompletedProcess:
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS") if key in os.environ}
    return subprocess.run([BEWIT, "patch", *words], input=stdin, capture_output=True, text=True, check=False, timeout=120, env={**kept, **environment})


def task(*images: str, architecture: str = "") -> str:
    """Containers named a, b, c, … of these images."""
    definition = {"containerDefinitions": [{"name": chr(ord("a") + i), "image": image} for i, image in enumerate(images)]}
    if architecture:
        definition["runtimePlatform"] = {"cpuArchitecture": architecture}
    return json.dumps(definition)


class ImageCase(TestCase):
    def words(self, done: subprocess.CompletedProcess) -> list[list[str]]:
        """What each container runs under bewit."""
        self.assertEqual(done.returncode, 0, done.stderr)
        result = []
        for container in json.loads(done.stdout)["containerDefinitions"]:
            if container["name"] != "bewit-init":
                self.assertEqual(container["entryPoint"][:3], PREFIX)
                result.append(container["entryPoint"][3:] + container.get("command", []))
        return result

    def refused(self, done: subprocess.CompletedProcess) -> str:
        """The reason; and with it comes what to do, and nothing else."""
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        error = [line for line in done.stderr.splitlines() if line.startswith("bewit: error: ")]
        self.assertEqual(len(error), 1, done.stderr)
        for way in ("state ", "--image-config a=FILE", "--image-layout DIR", "--registry"):
            self.assertIn(way, error[0])
        return error[0].partition("does not find out: ")[2].partition(": state the command")[0]


class Layouts(ImageCase):
    def layout(self, image: Image, *entries: dict, name: str = "layout") -> str:
        directory = self.path(name)
        image.write_layout(directory, *entries)
        return directory

    def ask(self, definition: str, *layouts: str) -> subprocess.CompletedProcess:
        return bewit("ecs", *IMAGE, *(f"--image-layout={layout}" for layout in layouts), stdin=definition)

    def test_an_image_by_the_name_that_the_layout_gives_it(self):
        image = Image()
        one = image.single(["/one"], ["x"], annotations={"io.containerd.image.name": "docker.io/library/nginx:1.25", "org.opencontainers.image.ref.name": "1.25"})
        two = image.single(["/two"], None, annotations={"org.opencontainers.image.ref.name": "h.test/two:latest"})
        directory = self.layout(image, one, two)
        done = self.ask(task("nginx:1.25", "h.test/two", f"h.test/any@{one['digest']}"), directory)
        self.assertEqual(self.words(done), [["/one", "x"], ["/two"], ["/one", "x"]])
        done = self.ask(task("nginx:1.26"), directory)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the definition leaves the command to the image 'nginx:1.26': state it", done.stderr)
        # Who names it says that it is the one.
        self.assertIn("it holds several images, and no name in it tells which is meant", self.ask(task("nginx:1.26"), f"a={directory}").stderr)

    def test_tags_alone_and_no_names(self):
        image = Image()
        entries = [image.single(["/" + tag], None, annotations={"org.opencontainers.image.ref.name": tag}) for tag in ("1", "2")]
        tagged = self.layout(image, *entries, name="tagged")
        self.assertEqual(self.words(self.ask(task("h.test/app:2"), tagged)), [["/2"]])
        self.assertIn("write --image-layout b=", self.ask(task("h.test/app:2", "h.test/other:1"), tagged).stderr)
        image = Image()
        nameless = self.layout(image, image.single(["/nameless"], None), name="nameless")
        self.assertEqual(self.words(self.ask(task("x:7", "x:7"), nameless)), [["/nameless"]] * 2)
        self.assertEqual(self.words(self.ask(task("x:7", "h.test/app:1"), f"a={nameless}", f"h.test/app:1={tagged}")), [["/nameless"], ["/1"]])
        self.assertIn("cannot be for 'x' and for 'y'", self.ask(task("x", "y"), nameless).stderr)

    def test_the_task_s_platform(self):
        image = Image()
        directory = self.layout(image, image.for_platforms("arm64", "amd64"))
        self.assertEqual(self.words(self.ask(task("x", architecture="ARM64"), directory)), [["/arm64", "run"]])
        self.assertEqual(self.words(self.ask(task("x"), directory)), [["/amd64", "run"]])
        image = Image()
        directory = self.layout(image, image.for_platforms("arm64"), name="arm")
        self.assertEqual(self.words(self.ask(task("x"), directory)), [["/arm64", "run"]])
        self.assertIn("the image is for linux/arm64, and not for linux/amd64", self.ask(task("x", architecture="X86_64"), directory).stderr)
        image = Image()
        split = self.layout(image, *(image.single(["/" + name], None, name, platform={"os": "linux", "architecture": name}) for name in ("amd64", "arm64")), name="split")
        self.assertEqual(self.words(self.ask(task("x", architecture="ARM64"), split)), [["/arm64"]])

    def test_a_layout_that_is_damaged_or_none(self):
        image = Image()
        entry = image.single(["/one"], None)
        directory = self.layout(image, entry)
        for digest in image.blobs:
            blob = pathlib.Path(directory, "blobs", digest.replace(":", "/"))
            blob.write_bytes(blob.read_bytes().replace(b"/one", b"/two"))
            self.assertIn("the configuration: its content is not what the digest names", self.ask(task("x"), directory).stderr)
            blob.unlink()
            self.assertIn("No such file or directory", self.ask(task("x"), directory).stderr)
        for name, text, message in (("index.json", "{", "index.json: the manifest is malformed"), ("index.json", '{"config": {}}', "index.json is no index"),
                                    ("oci-layout", '{"imageLayoutVersion": "9"}', "no imageLayoutVersion that is known here")):
            with self.subTest(text):
                kept = pathlib.Path(directory, name).read_text(encoding="utf-8")
                pathlib.Path(directory, name).write_text(text, encoding="utf-8")
                self.assertIn(message, self.ask(task("x"), directory).stderr)
                pathlib.Path(directory, name).write_text(kept, encoding="utf-8")
        self.assertIn("it is no OCI layout", self.ask(task("x"), "/nowhere").stderr)
        self.assertIn("it is no OCI layout", self.ask(task("x"), "/proc").stderr)


class RegistryCase(ImageCase):
    def ask(self, definition: str, *options: str, **environment: str) -> subprocess.CompletedProcess:
        return bewit("ecs", *IMAGE, "--registry", *options, stdin=definition, **environment)

    def own(self, thing):
        """Closed when the test is over."""
        return self.enterContext(contextlib.closing(thing))


@unittest.skipUnless(shutil.which("docker-registry"), "needs docker-registry")
class ReferenceRegistry(RegistryCase):
    """Against the program that most registries descend from."""

    def test_tags_digests_and_platforms(self):
        registry, image = self.own(DockerRegistry()), Image()
        one = image.single(["/entry"], ["a", "b"])
        named = registry.publish(image, one, "team/app:1")
        image = Image()
        many = registry.publish(image, image.for_platforms("amd64", "arm64"), "many:oci")
        image = Image()
        docker = registry.publish(image, image.for_platforms("arm64", "amd64", docker=True), "many:docker")
        by_digest = f"{registry.host}/team/app@{one['digest']}"
        self.assertEqual(self.words(self.ask(task(named, by_digest, many, docker))), [["/entry", "a", "b"]] * 2 + [["/amd64", "run"]] * 2)
        self.assertEqual(self.words(self.ask(task(many, docker, architecture="ARM64"))), [["/arm64", "run"]] * 2)
        pod = json.dumps({"kind": "Pod", "spec": {"nodeSelector": {"kubernetes.io/arch": "arm64"}, "containers": [{"name": "a", "image": many}]}})
        done = bewit("k8s", *IMAGE, "--registry", stdin=pod)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["spec"]["containers"][0]["command"], [*PREFIX, "/arm64"])
        # Without being asked to, nobody asks.
        self.assertEqual(bewit("ecs", *IMAGE, stdin=task(named)).returncode, 1)

    def test_what_is_not_there(self):
        registry = self.own(DockerRegistry())
        self.assertEqual(self.refused(self.ask(task(f"{registry.host}/nothing:1"))), f"{registry.host}: it has no such image (MANIFEST_UNKNOWN: manifest unknown)")

    def test_tls_and_a_password(self):
        certificate = self.own(Certificate())
        registry, image = self.own(DockerRegistry(certificate, password=True)), Image()
        definition = task(registry.publish(image, image.single(["/entry"], None), "app:1"))
        trust = {"SSL_CERT_FILE": certificate.root}
        self.assertIn("its certificate is not trusted", self.refused(self.ask(definition)))
        self.assertEqual(self.refused(self.ask(definition, **trust)), f"{registry.host}: it asks for a user and a password")
        self.assertEqual(self.words(self.ask(definition, **trust, BEWIT_REGISTRY_AUTH=f"{registry.host}=user:pass:word")), [["/entry"]])
        self.assertIn("it does not let this be read", self.refused(self.ask(definition, **trust, BEWIT_REGISTRY_AUTH=f"{registry.host}=user:wrong")))
        docker = pathlib.Path(self.path("docker"))
        docker.mkdir()
        (docker / "config.json").write_text(json.dumps({"auths": {f"https://{registry.host}/v2/": {"auth": base64.b64encode(b"user:pass:word").decode()}}}), encoding="utf-8")
        self.assertEqual(self.words(self.ask(definition, **trust, DOCKER_CONFIG=str(docker))), [["/entry"]])
        self.assertEqual(self.words(self.ask(definition, **trust, HOME=str(self.home_with(docker / "config.json")))), [["/entry"]])
        (docker / "config.json").write_text('{"credsStore": "test"}', encoding="utf-8")
        helper = docker / "docker-credential-test"
        helper.write_text('#!/bin/sh\nread -r server; test "$server" = "$WANTED" && echo \'{"Username": "user", "Secret": "pass:word"}\'\n', encoding="utf-8")
        helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
        self.assertEqual(self.words(self.ask(definition, **trust, DOCKER_CONFIG=str(docker), WANTED=registry.host, PATH=f"{docker}:{os.environ['PATH']}")), [["/entry"]])

    def home_with(self, config: pathlib.Path) -> pathlib.Path:
        home = pathlib.Path(self.path("home"))
        (home / ".docker").mkdir(parents=True)
        shutil.copy(config, home / ".docker" / "config.json")
        return home


class Tokens(RegistryCase):
    def setUp(self):
        super().setUp()
        self.registry, self.tokens = self.own(Server()), self.own(Server())
        self.definition = task(self.registry.publish(self.registry.image.single(["/entry"], ["x"])))
        self.registry.want_token(self.tokens)

    def test_a_token_for_everybody(self):
        self.assertEqual(self.words(self.ask(self.definition)), [["/entry", "x"]])
        self.assertEqual([request.path for request in self.tokens.requests], ["/token?service=the%20service&scope=repository%3Aapp%3Apull"])
        self.assertIsNone(self.tokens.requests[0].headers["Authorization"])
        # One that asked for it, one for the manifest, one for the configuration.
        self.assertEqual([request.headers["Authorization"] for request in self.registry.requests], [None, "Bearer abc.def", "Bearer abc.def"])

    def test_credentials_go_to_the_token_server_of_their_registry_alone(self):
        self.words(self.ask(self.definition, BEWIT_REGISTRY_AUTH=f"{self.registry.host}=me:secret other.test=you:other"))
        self.assertEqual(self.tokens.requests[0].headers["Authorization"], "Basic " + base64.b64encode(b"me:secret").decode())
        self.tokens.requests.clear()
        self.words(self.ask(self.definition, BEWIT_REGISTRY_AUTH="localhost=me:secret other.test=you:other"))
        self.assertIsNone(self.tokens.requests[0].headers["Authorization"])

    def test_identity_tokens_are_exchanged_and_registry_tokens_used(self):
        auth = {"auths": {self.registry.host: {"identitytoken": "a&b"}}}
        self.assertEqual(self.words(self.ask(self.definition, DOCKER_AUTH_CONFIG=json.dumps(auth))), [["/entry", "x"]])
        self.assertEqual((self.tokens.requests[0].command, self.tokens.requests[0].path), ("POST", "/token"))
        self.assertEqual(self.tokens.requests[0].body, "grant_type=refresh_token&client_id=bewit&service=the%20service&scope=repository%3Aapp%3Apull&refresh_token=a%26b")
        self.tokens.requests.clear()
        auth = {"auths": {self.registry.host: {"registrytoken": "abc.def"}}}
        self.assertEqual(self.words(self.ask(self.definition, DOCKER_AUTH_CONFIG=json.dumps(auth))), [["/entry", "x"]])
        self.assertEqual(self.tokens.requests, [])

    def test_servers_that_give_no_token_or_a_useless_one(self):
        answers = {"gives no token": b"{}", "gives no token ": b"[", "gives no token  ": b'{"token": 1}', "it does not let this be read": b'{"token": "wrong"}', "the header 'Authorization' is malformed": b'{"token": "a\\nb"}'}
        for message, body in answers.items():
            with self.subTest(body):
                self.tokens.special["/token"] = lambda request, body=body: request.answer(200, body)
                self.assertIn(message.strip(), self.refused(self.ask(self.definition)))
        self.tokens.special["/token"] = lambda request: request.answer(403)
        self.assertIn("answers with the status 403 to one without credentials", self.refused(self.ask(self.definition)))
        self.assertNotIn("without", self.refused(self.ask(self.definition, BEWIT_REGISTRY_AUTH=f"{self.registry.host}=me:secret")))

    def test_what_else_a_registry_may_ask_for(self):
        for challenge, message in (("Negotiate", "it asks for negotiate, which is not known here"), ("", "it does not say what it asks for"), ('Bearer service="x"', "it asks for bearer"),
                                   ('Bearer realm="http://registry.example/token"', "http://registry.example/token: this is not encrypted"),
                                   ('Bearer realm="file:///etc/passwd"', "not a URL"), ('Bearer realm="http://user:secret@localhost:1/"', "credentials within an address are not used")):
            with self.subTest(challenge):
                self.registry.challenge = challenge
                self.assertIn(message, self.refused(self.ask(self.definition)))


class Behaviour(RegistryCase):
    def setUp(self):
        super().setUp()
        self.registry, self.elsewhere = self.own(Server()), self.own(Server())
        self.image = self.registry.image
        self.publish(self.image.single(["/entry"], ["x"]))

    def publish(self, descriptor: dict) -> None:
        self.descriptor = descriptor
        self.name = self.registry.publish(descriptor)
        self.definition = task(self.name)

    def place(self, kind: str) -> str:
        return f"/v2/app/{kind}/" + (next(iter(self.image.blobs)) if kind == "blobs" else "latest")

    def reason(self, *options: str, **environment: str) -> str:
        return self.refused(self.ask(self.definition, *options, **environment)).removeprefix(self.registry.host + ": ")

    def test_each_image_is_asked_for_once(self):
        self.words(self.ask(task(self.name, self.name, self.name)))
        self.assertEqual(len(self.registry.requests), 2)
        self.assertIn("vnd.oci.image.index.v1+json", self.registry.requests[0].headers["Accept"])
        self.registry.requests.clear()
        missing = f"{self.registry.host}/missing"
        self.refused(self.ask(task(missing, missing)))
        self.assertEqual(len(self.registry.requests), 1)

    def test_storage_elsewhere_is_followed_without_authorization(self):
        self.registry.want_token(self.registry)
        blob = next(iter(self.image.blobs.values()))
        self.elsewhere.special["/stored"] = lambda request: request.answer(200, blob)
        self.registry.special[self.place("blobs")] = lambda request: request.answer(307, Location=self.elsewhere.url + "/stored?signature=x")
        self.assertEqual(self.words(self.ask(self.definition)), [["/entry", "x"]])
        asked = self.registry.seen("/blobs/")[0]
        self.assertEqual(asked.headers["Authorization"], "Bearer abc.def")
        self.assertEqual([(request.path, request.headers["Authorization"]) for request in self.elsewhere.requests], [("/stored?signature=x", None)])
        # Nor does it get any by asking for it.
        self.elsewhere.requests.clear()
        self.elsewhere.special["/stored"] = lambda request: request.answer(401, WWW_Authenticate=f'Bearer realm="{self.elsewhere.url}/token"')
        self.assertEqual(self.reason(BEWIT_REGISTRY_AUTH=f"{self.registry.host}=me:secret {self.elsewhere.host}=me:secret"), "the storage that it leads to answers with the status 401")
        self.assertEqual([(request.path, request.headers["Authorization"]) for request in self.elsewhere.requests], [("/stored?signature=x", None)])
        # The same name on another port is another server; the same server keeps it.
        self.registry.special[self.place("blobs")] = lambda request: request.answer(302, Location="/stored")
        self.registry.special["/stored"] = lambda request: request.answer(200, blob)
        self.words(self.ask(self.definition))
        self.assertEqual(self.registry.seen("/stored")[0].headers["Authorization"], "Bearer abc.def")

    def test_redirects_that_lead_nowhere(self):
        for location, message in ((self.place("blobs"), "it leads on more than 5 times"), ("http://storage.example/x", "http://storage.example/x: this is not encrypted (--plain-http allows it for a host)"),
                                  ("ftp://storage.example/x", "it leads to what is not a URL"), ("https://me:secret@localhost:1/x", "credentials within an address are not used")):
            with self.subTest(location):
                self.registry.special[self.place("blobs")] = lambda request, location=location: request.answer(307, Location=location)
                self.assertIn(message, self.reason())
        self.registry.special[self.place("blobs")] = lambda request: request.answer(307)
        self.assertEqual(self.reason(), "it answers with the status 307")

    def test_lies_are_found_out(self):
        other = Image()
        lie = other.single(["/evil"], None)
        evil_config, (_, evil_manifest) = next(iter(other.blobs.values())), other.manifests[lie["digest"]]
        digest = self.descriptor["digest"]
        for kind, answer, message in (
                ("blobs", lambda request: request.answer(200, evil_config), "the configuration: it has"),
                ("blobs", lambda request: request.answer(200, next(iter(self.image.blobs.values())).replace(b"/entry", b"/evil!")), "the configuration: its content is not what the digest names"),
                ("blobs", lambda request: request.answer(200), "the configuration: it has 0 bytes"),
                ("manifests", lambda request: request.answer(200, evil_manifest, Docker_Content_Digest=digest), f"its content is not what the digest {digest} names"),
                ("manifests", lambda request: request.answer(200, b"<html>", Content_Type=MANIFEST), "the manifest is malformed"),
                ("manifests", lambda request: request.answer(200, evil_manifest, Content_Type=INDEX), "the manifest is of another type than it is said to be"),
                ("manifests", lambda request: request.answer(204), "the manifest is malformed"),
                ("manifests", lambda request: request.answer(500, b"\x1b[31m"), "it answers with the status 500"),
                ("manifests", lambda request: request.answer(429, b'{"errors": [{"code": "TOOMANYREQUESTS"}]}'), "it was asked too often (TOOMANYREQUESTS)"),
                ("manifests", lambda request: request.answer(404, b'{"errors": [{"message": "no \\u001b[31mred"}]}'), "it has no such image (no ?[31mred)")):
            with self.subTest(message):
                self.registry.special = {self.place(kind): answer}
                self.assertIn(message, self.reason())
        # By digest, nobody needs to be believed.
        self.definition = task(f"{self.registry.host}/app@{digest}")
        self.registry.special = {f"/v2/app/manifests/{digest}": lambda request: request.answer(200, evil_manifest, Docker_Content_Digest=lie["digest"])}
        self.assertIn(f"its content is not what the digest {digest} names", self.reason())
        self.registry.special = {}
        self.assertEqual(self.words(self.ask(self.definition)), [["/entry", "x"]])

    def test_indexes_that_lead_to_themselves_or_too_far(self):
        platform = {"os": "linux", "architecture": "amd64"}
        inner = self.image.for_platforms("amd64")
        self.publish(self.image.part({"schemaVersion": 2, "manifests": [{**inner, "platform": platform}]}, INDEX))
        self.assertEqual(self.reason(), "the index leads to another index, which is not followed")
        self.publish(self.image.part({"schemaVersion": 2, "manifests": [{**inner, "mediaType": MANIFEST, "platform": platform}]}, INDEX))
        self.assertEqual(self.reason(), "the manifest is of another type than it is said to be")
        self.publish(self.image.part({"schemaVersion": 2, "config": {"mediaType": CONFIG, "digest": digest_of(b""), "size": 1 << 40}}, MANIFEST))
        self.assertEqual(self.reason(), f"the configuration: it has {1 << 40} bytes, and at most {4 << 20} are read")
        self.publish(self.image.part({"schemaVersion": 2, "config": self.image.part({"a": 1}, "application/vnd.cncf.helm.config.v1+json")}, MANIFEST))
        self.assertIn("it is no container's image", self.reason())

    def test_a_body_without_end_and_a_server_that_is_slow(self):
        def endless(request):
            request.send_response(200)
            request.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    request.wfile.write(b" " * 65536)

        def slow(request):
            request.send_response(200)
            request.send_header("Content-Length", "1000")
            request.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(1000):
                    request.wfile.write(b" ")
                    request.wfile.flush()
                    time.sleep(0.1)

        self.registry.special = {self.place("manifests"): endless}
        self.assertIn(f"is larger than {4 << 20} bytes", self.reason())
        for place in ("manifests", "blobs"):
            self.registry.special = {self.place(place): slow}
            start = time.monotonic()
            self.assertIn("did not come in time", self.reason("--registry-timeout", "1"))
            self.assertLess(time.monotonic() - start, 30)

    def test_without_tls_only_on_this_machine_or_where_it_is_allowed(self):
        # All addresses of this machine, and so a name that says nothing of it.
        self.definition = task(self.name.replace("localhost", "0.0.0.0"))
        self.assertIn(f"https://0.0.0.0:{self.registry.port}/v2/app/manifests/latest: the TLS handshake failed", self.refused(self.ask(self.definition)))
        self.assertEqual(self.registry.requests, [])
        self.assertIn("TLS", self.refused(self.ask(self.definition, "--plain-http", "0.0.0.0")))
        self.assertEqual(self.words(self.ask(self.definition, "--plain-http", f"0.0.0.0:{self.registry.port}")), [["/entry", "x"]])
        self.assertEqual(bewit("ecs", *IMAGE, "--plain-http", "x", stdin=self.definition).returncode, 2)

    def test_sources_are_asked_in_order(self):
        self.image.write_layout(self.path("layout"), self.image.single(["/layout"], None, annotations={"io.containerd.image.name": "h.test/layout:1"}))
        file = pathlib.Path(self.path("inspect.json"))
        file.write_text('{"config": {"Cmd": ["file"]}}', encoding="utf-8")
        done = self.ask(task("h.test/layout:1", self.name, "h.test/file"), "--image-layout", self.path("layout"), "--image-config", f"h.test/file={file}")
        self.assertEqual(self.words(done), [["/layout"], ["/entry", "x"], ["file"]])

    def test_names_that_lead_nowhere(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.assertIn("no connection to", self.refused(self.ask(task(f"127.0.0.1:{port}/x"))))
        self.assertEqual(self.refused(self.ask(task("Bad"))), "it is no name of an image: a repository has lower case letters and digits, with '.', '_', '-' and '/' between them")


if __name__ == "__main__":
    unittest.main()
