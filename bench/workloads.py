"""What is measured: each workload knows how to run itself once behind a prefix, and says at what rate it went."""
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "build" / "bench"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Missing(Exception):
    """A program that the workload needs is not on this machine."""


def need(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(name)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(1500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.02)
    raise RuntimeError(f"no server on port {port}: {server.args}")


def end(server: subprocess.Popen, prefix: list[str], signal: int = 15) -> None:
    """Ends the workload itself: strace keeps signals to itself, and the workload is the one child of what stands before it."""
    pid = server.pid
    if prefix:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pid = int(children[0]) if children else pid
    os.kill(pid, signal)
    server.wait(60)


def wrk(port: int, seconds: float, *, connections: int = 16, closing: bool = False) -> float:
    """Requests a second, of one client thread. A request that fails is a failed measurement."""
    header = ["-H", "Connection: close"] if closing else []
    done = subprocess.run([need("wrk"), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", *header, f"http://127.0.0.1:{port}/index.html"],
                          capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(done.stdout)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout).group(1))


class Nginx:
    """nginx with one worker serving a small file to wrk: requests a second."""

    def __init__(self, keep_alive: bool):
        self.keep_alive = keep_alive

    def rate(self, prefix: list[str], seconds: float) -> float:
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            port = free_port()
            pathlib.Path(directory, "index.html").write_text("x" * 612, encoding="utf-8")
            timeout = 60 if self.keep_alive else 0
            pathlib.Path(directory, "nginx.conf").write_text(
                f"daemon off; worker_processes 1; pid {directory}/pid; error_log /dev/null; events {{ worker_connections 512; }}\n"
                f"http {{ access_log off; keepalive_timeout {timeout}; keepalive_requests 1000000000;\n"
                f" client_body_temp_path {directory}/a; proxy_temp_path {directory}/b; fastcgi_temp_path {directory}/c;\n"
                f" uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;\n"
                f" server {{ listen 127.0.0.1:{port}; root {directory}; }} }}\n", encoding="utf-8")
            server = subprocess.Popen([*prefix, need("nginx"), "-c", f"{directory}/nginx.conf"], stderr=subprocess.DEVNULL)
            try:
                wait_for(port, server)
                return wrk(port, seconds, closing=not self.keep_alive)
            finally:
                end(server, prefix)


class Redis:
    """redis under its own benchmark: SET requests a second."""

    def rate(self, prefix: list[str], seconds: float) -> float:
        port = free_port()
        server = subprocess.Popen([*prefix, need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"], **QUIET)
        try:
            wait_for(port, server)
            done = subprocess.run([need("redis-benchmark"), "-p", str(port), "-t", "set", "-n", str(int(40000 * seconds)), "-c", "16", "--csv"],
                                  capture_output=True, text=True, check=True)
        finally:
            end(server, prefix)
        return float(re.search(r'"SET","([\d.]+)"', done.stdout).group(1))


class Postgres:
    """PostgreSQL under pgbench's read-only script, four clients: transactions a second."""

    def __init__(self):
        self.data = None

    @staticmethod
    def program(name: str) -> str:
        versions = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not versions:
            raise Missing(name)
        return str(versions[-1])

    @staticmethod
    def as_server_user() -> list[str]:
        # The server refuses to be root.
        if os.getuid() != 0:
            return []
        user = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def prepare(self) -> str:
        if self.data is None:
            self.data = tempfile.TemporaryDirectory(prefix="bench-postgres-", ignore_cleanup_errors=True)
            if os.getuid() == 0:
                shutil.chown(self.data.name, "postgres", "postgres")
            subprocess.run([*self.as_server_user(), self.program("initdb"), "-D", self.data.name + "/db", "-U", "bench", "-A", "trust", "-N"],
                           check=True, cwd="/", **QUIET)
        return self.data.name

    def rate(self, prefix: list[str], seconds: float) -> float:
        directory, port = self.prepare(), free_port()
        server = subprocess.Popen([*prefix, *self.as_server_user(), self.program("postgres"), "-D", directory + "/db", "-p", str(port),
                                   "-k", directory, "-c", "fsync=off"], cwd="/", **QUIET)
        client = [self.program("pgbench"), "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "postgres"]
        try:
            wait_for(port, server)
            # It listens before it is ready.
            ready = [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            while subprocess.run(ready, check=False).returncode != 0 and server.poll() is None:
                time.sleep(0.02)
            if not os.path.exists(directory + "/filled"):
                subprocess.run([*client, "-i", "-q"], check=True, **QUIET)
                pathlib.Path(directory, "filled").touch()
            done = subprocess.run([*client, "-n", "-S", "-c4", "-j1", f"-T{max(1, round(seconds))}"], capture_output=True, text=True, check=True)
        finally:
            end(server, prefix, 2)  # PostgreSQL's fast shutdown
        return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))


class Threaded:
    """A server with a thread a connection, so that both cores have work: requests a second."""

    def rate(self, prefix: list[str], seconds: float) -> float:
        with tempfile.TemporaryDirectory() as directory:
            file, port = pathlib.Path(directory, "body"), free_port()
            file.write_text("x" * 612, encoding="utf-8")
            server = subprocess.Popen([*prefix, str(PROGRAMS / "threaded"), str(port), str(file)], stderr=subprocess.DEVNULL)
            try:
                wait_for(port, server)
                return wrk(port, seconds, connections=8)
            finally:
                end(server, prefix)


class Work:
    """One kind of work of the operating system in a loop with a clock of its own, so that start-up does not count: times a second."""

    def __init__(self, kind: str, per_second: int):
        self.kind, self.per_second = kind, per_second

    def rate(self, prefix: list[str], seconds: float) -> float:
        with tempfile.TemporaryDirectory() as directory:
            done = subprocess.run([*prefix, str(PROGRAMS / "osbench"), self.kind, str(int(self.per_second * seconds)), directory],
                                  stdout=subprocess.PIPE, text=True, check=True)
        return 1e9 / float(done.stdout)


class Command:
    """A command run again and again: runs a second, start-up included."""

    def __init__(self, *words: str):
        self.words = words

    def command(self, directory: str) -> list[str]:
        return [need(self.words[0]), *self.words[1:]]

    def rate(self, prefix: list[str], seconds: float) -> float:
        with tempfile.TemporaryDirectory() as directory:
            command = [*prefix, *self.command(directory)]
            start, count = time.monotonic(), 0
            while count == 0 or time.monotonic() < start + seconds:
                subprocess.run(command, check=True, **QUIET)
                count += 1
            return count / (time.monotonic() - start)


class Compile(Command):
    """g++ of one file that includes a good part of the standard library."""

    def command(self, directory: str) -> list[str]:
        source = pathlib.Path(directory, "source.cc")
        source.write_text("#include <algorithm>\n#include <map>\n#include <string>\n#include <vector>\n"
                          "int main() { std::map<std::string, int> m{{\"a\", 1}}; return std::vector<int>(3, m[\"a\"]).back() - 1; }\n", encoding="utf-8")
        return [need("g++"), "-c", "-o", directory + "/source.o", str(source)]


class Unpack(Command):
    """A tree like node_modules, 2,000 small files in 400 directories, unpacked over itself."""

    def command(self, directory: str) -> list[str]:
        tree, archive = pathlib.Path(directory, "tree"), directory + "/tree.tar"
        for package in range(400):
            (tree / f"package-{package}").mkdir(parents=True)
            for name in ("package.json", "index.js", "README.md", "LICENSE", "index.d.ts"):
                (tree / f"package-{package}" / name).write_text(json.dumps({"name": f"package-{package}", "file": name}) * 8, encoding="utf-8")
        with tarfile.open(archive, "w") as out:
            out.add(tree, "node_modules")
        shutil.rmtree(tree)
        return [need("tar"), "-xf", archive, "-C", directory]


WORKLOADS = {
    "nginx-keep-alive": Nginx(True),
    "nginx-connection-a-request": Nginx(False),
    "redis-set": Redis(),
    "postgres-select": Postgres(),
    "threaded-server": Threaded(),
    "create-files": Work("files", 8000),
    "create-threads": Work("threads", 10000),
    "create-processes": Work("processes", 3000),
    "launch-programs": Work("programs", 800),
    "memory": Work("memory", 4000000),
    "open-close": Work("open", 150000),
    "getppid": Work("getppid", 1000000),
    "find": Command("find", "/usr/share", "-maxdepth", "4"),
    "g++": Compile(),
    "unpack": Unpack(),
    "shell-script": Command("sh", "-c", "i=0; while [ $i -lt 20 ]; do cat /etc/hostname | wc -c; i=$((i+1)); done"),
    "python-start": Command("python3", "-c", "import json, subprocess"),
    "true": Command("true"),
}
