"""Images and registries for tests: made here, on 127.0.0.1, gone with the test."""
from __future__ import annotations

import base64
import hashlib
import http.client
import http.server
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import types

OCI, DOCKER = "application/vnd.oci.image.", "application/vnd.docker."
CONFIG, MANIFEST, INDEX = OCI + "config.v1+json", OCI + "manifest.v1+json", OCI + "index.v1+json"
DOCKER_CONFIG, DOCKER_MANIFEST, DOCKER_LIST = DOCKER + "container.image.v1+json", DOCKER + "distribution.manifest.v2+json", DOCKER + "distribution.manifest.list.v2+json"


def digest_of(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


class Image:
    """The parts of an image without layers: `blobs` and `manifests` by digest, and the descriptor of the whole."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}

    def part(self, content: dict, media_type: str, **more) -> dict:
        blob = json.dumps(content).encode()
        if media_type in (CONFIG, DOCKER_CONFIG):
            self.blobs[digest_of(blob)] = blob
        else:
            self.manifests[digest_of(blob)] = (media_type, blob)
        return {"mediaType": media_type, "digest": digest_of(blob), "size": len(blob), **more}

    def single(self, entrypoint: list[str] | None, command: list[str] | None, architecture: str = "amd64", docker: bool = False, **more) -> dict:
        config = self.part({"os": "linux", "architecture": architecture, "config": {"Entrypoint": entrypoint, "Cmd": command}, "rootfs": {"type": "layers", "diff_ids": []}},
                           DOCKER_CONFIG if docker else CONFIG)
        media_type = DOCKER_MANIFEST if docker else MANIFEST
        return self.part({"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": []}, media_type, **more)

    def for_platforms(self, *architectures: str, docker: bool = False) -> dict:
        """Each platform's ENTRYPOINT is its name."""
        entries = [self.single(["/" + name], ["run"], name, docker, platform={"os": "linux", "architecture": name}) for name in architectures]
        media_type = DOCKER_LIST if docker else INDEX
        return self.part({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}, media_type)

    def write_layout(self, directory: str, *entries: dict) -> None:
        folder = pathlib.Path(directory)
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}), encoding="utf-8")
        for digest, blob in [*self.blobs.items(), *((digest, blob) for digest, (_, blob) in self.manifests.items())]:
            (folder / "blobs" / digest.replace(":", "/")).write_bytes(blob)


class Certificate:
    """For localhost and 127.0.0.1, with the root that signed it."""

    def __init__(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="bewit-certificate-")
        self.root, self.file, self.key = (f"{self.directory}/{name}" for name in ("ca.pem", "server.pem", "server.key"))
        key = "openssl ecparam -name prime256v1 -genkey -noout -out"
        subprocess.run(["sh", "-ec", f"exec 2>/dev/null; cd {self.directory}; echo subjectAltName=DNS:localhost,IP:127.0.0.1 > ext; {key} ca.key; {key} server.key; "
                                     "openssl req -x509 -new -key ca.key -subj /CN=ca -days 30 -out ca.pem; openssl req -new -key server.key -subj /CN=server -out server.csr; "
                                     "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out server.pem"], check=True)

    def close(self) -> None:
        shutil.rmtree(self.directory)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = self.path.partition("?")[0]
        self.server.requests.append(types.SimpleNamespace(command=self.command, path=self.path, headers=self.headers, body=self.body))
        special = self.server.special.get(path)
        if special is not None:
            special(self)
        elif self.server.allowed is not None and self.headers.get("Authorization") != self.server.allowed:
            self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}', WWW_Authenticate=self.server.challenge)
        else:
            self.serve(path)

    do_POST = do_GET

    def serve(self, path: str) -> None:
        _, _, repository, kind, name = path.split("/", 4) if path.startswith("/v2/") and path.count("/") == 4 else ("", "", "", "", "")
        image = self.server.image
        digest = self.server.tags.get(f"{repository}:{name}", name)
        if kind == "manifests" and digest in image.manifests:
            media_type, blob = image.manifests[digest]
            self.answer(200, blob, Content_Type=media_type, Docker_Content_Digest=digest)
        elif kind == "blobs" and digest in image.blobs:
            self.answer(200, image.blobs[digest], Content_Type="application/octet-stream")
        else:
            self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such \\u001b[31mthing"}]}')


class Server(http.server.ThreadingHTTPServer):
    """A registry that does as it is told: `special` answers a path in its own way, `allowed` is the Authorization that everything else wants."""
    daemon_threads = True

    def __init__(self, certificate: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.image, self.tags, self.special, self.requests = Image(), {}, {}, []
        self.allowed: str | None = None
        self.challenge = 'Basic realm="test"'
        self.port = self.server_address[1]
        self.host = f"localhost:{self.port}"
        self.url = f"{'https' if certificate else 'http'}://{self.host}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, *_) -> None:
        pass

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def publish(self, descriptor: dict, name: str = "app:latest") -> str:
        self.tags[name] = descriptor["digest"]
        return f"{self.host}/{name}"

    def seen(self, part: str = "") -> list[types.SimpleNamespace]:
        return [request for request in self.requests if part in request.path]

    def want_token(self, tokens: Server, scope: str = "repository:app:pull", service: str = "the service") -> None:
        self.allowed = "Bearer abc.def"
        self.challenge = f'Bearer realm="{tokens.url}/token",service="{service}",scope="{scope}"'
        tokens.special["/token"] = lambda request: request.answer(200, b'{"token": "abc.def", "expires_in": 300}')


# bcrypt of "pass:word", which python has no means to make.
HTPASSWD = "user:$2b$05$csdZIS3C9ChVTF5vUcuYCeNG3MvXt5x8OgaLe5hwTMRPgS3c2e9Z6\n"


class DockerRegistry:
    """Debian's docker-registry, which is the reference implementation."""

    def __init__(self, certificate: Certificate | None = None, password: bool = False) -> None:
        self.directory = tempfile.mkdtemp(prefix="bewit-registry-")
        self.certificate, self.password = certificate, password
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.host = f"localhost:{self.port}"
        listen = {"addr": f"127.0.0.1:{self.port}"}
        if certificate:
            listen["tls"] = {"certificate": certificate.file, "key": certificate.key}
        settings = {"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}}, "http": listen, "storage": {"filesystem": {"rootdirectory": self.directory + "/storage"}}}
        if password:
            pathlib.Path(self.directory, "htpasswd").write_text(HTPASSWD, encoding="utf-8")
            settings["auth"] = {"htpasswd": {"realm": "test", "path": self.directory + "/htpasswd"}}
        file = pathlib.Path(self.directory, "config.yml")
        file.write_text(json.dumps(settings), encoding="utf-8")
        self.log = open(self.directory + "/log", "w+b")
        self.process = subprocess.Popen(["docker-registry", "serve", str(file)], stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("docker-registry does not listen: " + pathlib.Path(self.directory, "log").read_text(encoding="utf-8"))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.directory)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        if self.certificate:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl.create_default_context(cafile=self.certificate.root))
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
        if self.password:
            headers["Authorization"] = "Basic " + base64.b64encode(b"user:pass:word").decode()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {response.read().decode()}")
        response.read()
        connection.close()
        return response

    def publish(self, image: Image, descriptor: dict, name: str) -> str:
        """`name` is repository:tag."""
        repository, _, tag = name.partition(":")
        for digest, blob in image.blobs.items():
            location = self.ask("POST", f"/v2/{repository}/blobs/uploads/").headers["Location"]
            place = location[location.index("/v2/"):]
            self.ask("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", blob, **{"Content-Type": "application/octet-stream"})
        # Indexes come last: what they name must be there.
        for digest, (media_type, blob) in sorted(image.manifests.items(), key=lambda part: part[1][0] in (INDEX, DOCKER_LIST)):
            self.ask("PUT", f"/v2/{repository}/manifests/{tag if digest == descriptor['digest'] else digest}", blob, **{"Content-Type": media_type})
        return f"{self.host}/{name}"
